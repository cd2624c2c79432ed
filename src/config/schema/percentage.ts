/** Percentages as people write them: `30%`. Inside, they are shares: 0.3. */
import { z } from 'zod';

const percentagePattern = /^\d+(?:\.\d+)?%$/;

export const percentage = z
  .string({
    error: ({ input }) => (typeof input === 'number' ? `${input} has no unit; write ${input}%` : undefined),
  })
  .meta({ title: 'percentage', pattern: percentagePattern.source, examples: ['30%', '2.5%'] })
  .transform((text, context) => {
    if (percentagePattern.test(text)) return Number(text.slice(0, -1)) / 100;
    const fix = /^\d+(?:\.\d+)?$/.test(text) ? `write ${text}%` : 'write a number and a percent sign, such as 30%';
    context.addIssue({ code: 'custom', message: `is not a percentage; ${fix}` });
    return z.NEVER;
  });
