/** The settings `average` and `burst`, which perUnit and utilization share. */
import { z } from 'zod';

const burstSchema = z.strictObject({
  /** The short window. */
  windowMs: z.number().int().min(1),
  /** Burst begins when the short window asks for at least this share of the capacity (2 is 200%). */
  above: z.number().min(1),
});

/** Null: the newest sample, and no burst. */
export const averagingFields = {
  averageMs: z.number().int().min(1).nullable().default(null),
  burst: burstSchema.nullable().default(null),
};

interface Averaging {
  readonly averageMs: number | null;
  readonly burst: z.output<typeof burstSchema> | null;
}

/** The words are those of escapement.yaml, where people read them. */
export function refuseBurstAlone({ averageMs, burst }: Averaging, context: z.RefinementCtx): void {
  if (burst === null || (averageMs !== null && burst.windowMs < averageMs)) return;
  const message = 'burst needs an average over a longer window; set average, for example 60s';
  context.addIssue({ code: 'custom', path: ['burst'], message });
}
