/** The settings `average` and `burst`, which perUnit and utilization share. */
import { z } from 'zod';
import { positiveDuration } from '../../written/duration.js';
import { report } from '../../written/issue.js';
import { percentage } from '../../written/percentage.js';

/** The form in escapement.yaml. */
export const averagingWords = {
  average: positiveDuration
    .optional()
    .describe('Use the mean of `value` over this window. Default: use the newest sample.'),
  burst: z
    .strictObject({
      window: positiveDuration.describe('A window shorter than `average`.'),
      above: percentage
        .refine((share) => share >= 1, { error: 'must be at least 100%' })
        .describe(
          'A burst begins when the mean over `window` needs at least this share of the capacity. It ends when that has not happened for a whole `average`. During a burst the largest recommendation is used. At least `100%`.',
        ),
    })
    .optional()
    .describe('Follow a sudden load immediately, and do not scale in while it may return. Requires `average`.'),
};

const burstSchema = z.strictObject({
  /** The length of the short window. */
  windowMs: z.number().int().min(1),
  /** A burst begins when the short window needs at least this share of the capacity (2 is 200%). */
  above: z.number().min(1),
});

/** The form that a watch carries. Null: the newest sample for `averageMs`, and no burst for `burst`. */
export const averagingFields = {
  averageMs: z.number().int().min(1).nullable().default(null),
  burst: burstSchema.nullable().default(null),
};

export interface Averaging {
  readonly averageMs: number | null;
  readonly burst: z.output<typeof burstSchema> | null;
}

export function averagingSettings({ average, burst }: z.output<z.ZodObject<typeof averagingWords>>): Averaging {
  return {
    averageMs: average ?? null,
    burst: burst === undefined ? null : { windowMs: burst.window, above: burst.above },
  };
}

/** The message uses the field names of escapement.yaml, because the person who wrote the file reads it. */
export function refuseBurstAlone({ averageMs, burst }: Averaging, context: z.RefinementCtx): void {
  if (burst === null || (averageMs !== null && burst.windowMs < averageMs)) return;
  report(context, {
    path: ['burst'],
    problem: 'requires an average that is longer than the window of burst',
    fix: 'set average, for example 60s',
  });
}
