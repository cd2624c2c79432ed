/**
 * How many changes were made of an autoscaled resource, whoever has asked for them: not how often somebody asked. What
 * the platform has refused, and what a dry run only walked, is counted apart.
 */
import { directionOf } from '../scale/step.js';

export interface Tally {
  readonly scaleUps: number;
  readonly scaleDowns: number;
  readonly refused: number;
  readonly dryRuns: number;
  /** Everything that was sent until then is in it. */
  readonly untilMs: number;
}

interface Counted {
  readonly dryRun: boolean;
  /** Oldest first. An unknown outcome counts as made. */
  readonly changes: readonly {
    readonly from: number;
    readonly to: number;
    readonly sentAtMs: number;
    readonly outcome: 'accepted' | 'unknown' | 'rejected';
  }[];
}

/** Counts from now. */
export function newTally(nowMs: number): Tally {
  return { scaleUps: 0, scaleDowns: 0, refused: 0, dryRuns: 0, untilMs: nowMs };
}

/** @param run what a scale run remembers of its changes: each is counted once, however often it is seen. */
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
