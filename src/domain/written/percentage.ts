/** Percentages as they are written in a configuration: `30%`. The code uses shares: 0.3. */
import { z } from 'zod';
import { errorFrom } from './issue.js';

const percentagePattern = /^\d+(?:\.\d+)?%$/;

/**
 * The text is kept as it is written. A text that is not a percentage may still be valid in another form that the field
 * accepts.
 */
export const percentageText = z
  .string({
    error: errorFrom(({ input }) =>
      typeof input === 'number' ? { problem: `${input} has no unit`, fix: `write ${input}%` } : undefined,
    ),
  })
  .refine((text) => percentagePattern.test(text), {
    error: errorFrom(({ input }) => ({ problem: 'is not a percentage', fix: fixOf(String(input)) })),
    abort: true,
  })
  .meta({ title: 'percentage', pattern: percentagePattern.source, examples: ['30%', '2.5%'] });

export const percentage = percentageText.transform(shareOf);

function fixOf(text: string): string {
  return /^\d+(?:\.\d+)?$/.test(text) ? `write ${text}%` : 'write a number and a percent sign, such as 30%';
}

/** `30%` is 0.3. */
export function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}
