/**
 * A load that is within the tolerance of its target recommends no change. Both limits are inclusive, and both are
 * measured against the target.
 */
import { isAbove, isBelow } from '../../numbers.js';

/** Shares: 0.1 is 10%. */
export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

/** @param ratio load / target */
export function isWithinTolerance(ratio: number, { up, down }: Tolerance): boolean {
  return !isAbove(ratio, 1 + up) && !isBelow(ratio, 1 - down);
}
