/**
 * Counts the changes of an autoscaled resource, from any requester. Changes are counted, not requests. Changes that
 * the platform refused, and changes that a dry run only simulated, are counted separately.
 */
import { directionOf } from '../scale/step.js';

export interface Tally {
  readonly scaleUps: number;
  readonly scaleDowns: number;
  readonly refused: number;
  readonly dryRuns: number;
  /** The tally includes every change that was sent up to this time. */
  readonly untilMs: number;
}

interface Counted {
  readonly dryRun: boolean;
  /** Oldest first. A change with an unknown outcome counts as made. */
  readonly changes: readonly {
    readonly from: number;
    readonly to: number;
    readonly sentAtMs: number;
    readonly outcome: 'accepted' | 'unknown' | 'rejected';
  }[];
}

/** Returns a tally that counts from `nowMs`. */
export function newTally(nowMs: number): Tally {
  return { scaleUps: 0, scaleDowns: 0, refused: 0, dryRuns: 0, untilMs: nowMs };
}

/** @param run the changes that a scale run remembers. Each change is counted once, however often it is passed. */
export function countChanges(tally: Tally, { changes, dryRun }: Counted): Tally {
  const news = changes.filter(({ sentAtMs }) => sentAtMs > tally.untilMs);
  const refused = news.filter(({ outcome }) => outcome === 'rejected').length;
  const sent = news.filter(({ outcome }) => outcome !== 'rejected');
  const ups = sent.filter(({ from, to }) => directionOf(from, to) === 'up').length;
  return {
    scaleUps: tally.scaleUps + (dryRun ? 0 : ups),
    scaleDowns: tally.scaleDowns + (dryRun ? 0 : sent.length - ups),
    refused: tally.refused + refused,
    dryRuns: tally.dryRuns + (dryRun ? sent.length : 0),
    untilMs: Math.max(tally.untilMs, ...news.map(({ sentAtMs }) => sentAtMs)),
  };
}
