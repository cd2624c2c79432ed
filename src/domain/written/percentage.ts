/** Percentages as they are written in a configuration: `30%`. The code uses shares: 0.3. */
import { z } from 'zod';

const percentagePattern = /^\d+(?:\.\d+)?%$/;

/**
 * The text is kept as it is written. A text that is not a percentage may still be valid in another form that the field
 * accepts.
 */
export const percentageText = z
  .string({
    error: ({ input }) => (typeof input === 'number' ? `${input} has no unit; write ${input}%` : undefined),
  })
  .superRefine((text, context) => {
    if (percentagePattern.test(text)) return;
    const fix = /^\d+(?:\.\d+)?$/.test(text) ? `write ${text}%` : 'write a number and a percent sign, such as 30%';
    context.addIssue({ code: 'custom', message: `is not a percentage; ${fix}`, continue: false });
  })
  .meta({ title: 'percentage', pattern: percentagePattern.source, examples: ['30%', '2.5%'] });

export const percentage = percentageText.transform(shareOf);

/** `30%` is 0.3. */
export function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}
