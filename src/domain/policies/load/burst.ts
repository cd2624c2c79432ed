/**
 * Burst is Knative's panic mode (knative/serving pkg/autoscaler/scaling/autoscaler.go). A burst begins when the short
 * window needs at least the share `above` of the capacity. During a burst, the recommendation is the largest one since
 * the burst began. The burst ends when a whole `average` window has passed in which the short window needed less.
 *
 * 5 units, target 10, above 200%: a mean of 91 over the short window needs 10 units, and 10 / 5 begins a burst.
 */
import { isBelow } from '../../numbers.js';

export interface Burst {
  /** The last time that the short window needed at least the share `above`. */
  readonly lastAboveMs: number;
  readonly largest: number;
}

export interface BurstInput {
  /** The recommendations of the long window (`stable`) and of the short window (`short`). */
  readonly stable: number;
  readonly short: number;
  readonly capacity: number;
  readonly nowMs: number;
}

/** @returns the recommendation, and the burst that continues. Null: no burst is in progress. */
export function withBurst(
  { above, averageMs }: { readonly above: number; readonly averageMs: number },
  burst: Burst | null,
  { stable, short, capacity, nowMs }: BurstInput,
): { readonly capacity: number; readonly burst: Burst | null } {
  // Zero units count as one. Otherwise any load would be infinitely more than the capacity.
  const isAboveShare = !isBelow(short / Math.max(1, capacity), above);
  const goesOn = burst !== null && nowMs - burst.lastAboveMs <= averageMs;
  if (!isAboveShare && !goesOn) return { capacity: stable, burst: null };
  const largest = Math.max(stable, short, burst?.largest ?? 0);
  return { capacity: largest, burst: { lastAboveMs: isAboveShare ? nowMs : (burst?.lastAboveMs ?? nowMs), largest } };
}
