/**
 * Burst: Knative's panic mode (knative/serving pkg/autoscaler/scaling/autoscaler.go). When the short window asks for at
 * least the share `above` of the capacity, burst begins; until a whole `average` window has passed without that, the
 * recommendation is the largest seen since it began.
 *
 * 5 units, target 10, above 200%: 91 over the short window asks for 10, and 10 / 5 begins a burst.
 */
import { isBelow } from '../../numbers.js';

export interface Burst {
  /** When the short window last asked for that much. */
  readonly lastAboveMs: number;
  readonly largest: number;
}

export interface BurstInput {
  /** What the long and the short window recommend. */
  readonly stable: number;
  readonly short: number;
  readonly capacity: number;
  readonly nowMs: number;
}

/** @returns the recommendation, and the burst as it goes on. Null: none. */
export function withBurst(
  { above, averageMs }: { readonly above: number; readonly averageMs: number },
  burst: Burst | null,
  { stable, short, capacity, nowMs }: BurstInput,
): { readonly capacity: number; readonly burst: Burst | null } {
  // No units count as one: any load at all would be infinitely more than nothing.
  const isAboveShare = !isBelow(short / Math.max(1, capacity), above);
  const goesOn = burst !== null && nowMs - burst.lastAboveMs <= averageMs;
  if (!isAboveShare && !goesOn) return { capacity: stable, burst: null };
  const largest = Math.max(stable, short, burst?.largest ?? 0);
  return { capacity: largest, burst: { lastAboveMs: isAboveShare ? nowMs : (burst?.lastAboveMs ?? nowMs), largest } };
}
