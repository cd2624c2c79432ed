/** The answer of an evaluation in one plain sentence. */
import { shownTime } from '../shown.js';
import type { Limit, LimitName, NextChange } from './evaluation.js';

export interface Answer {
  readonly nowMs: number;
  readonly capacity: number;
  readonly target: number;
  /** Why the policies ask for what they ask for. */
  readonly why: string;
  readonly limits: readonly Limit[];
  readonly next: NextChange | null;
}

const subjects: Readonly<Record<LimitName, string>> = {
  status: 'its status',
  noData: 'missing data',
  fallback: 'the fallback',
  burst: 'a burst',
  idle: 'the idle rule',
  floor: 'a floor',
  ceiling: 'a ceiling',
  override: 'an override',
  pause: 'a pause',
  stabilization: 'stabilization',
  rate: 'the rate of behavior',
  min: 'min',
  max: 'max',
  refused: 'a refusal of the platform',
  step: 'the step',
  cooldown: 'the cooldown',
  dryRun: 'the dry run',
};

/** `Scale out from 9 to 10 because thresholds waiting: 60 is at or above 50, which adds 2; max lowers 11 to 10 (...).` */
export function sentence(answer: Answer): string {
  // Joined, so that the sentence is kept in one piece: a back-test keeps hundreds of thousands.
  return [move(answer), ' because ', answer.why, ...answer.limits.map(describeLimit), arrival(answer), '.'].join('');
}

function move({ capacity, target }: Answer): string {
  if (target === capacity) return `Stay at ${capacity}`;
  return `Scale ${target > capacity ? 'out' : 'in'} from ${capacity} to ${target}`;
}

function describeLimit({ by, from, to, reason }: Limit): string {
  return `; ${subjects[by]} ${to > from ? 'raises' : 'lowers'} ${from} to ${to} (${reason})`;
}

function arrival({ next, nowMs }: Answer): string {
  if (next === null || next.reachedMs === nowMs) return '';
  const changes = next.changes === 1 ? 'one change' : `${next.changes} changes`;
  return `; ${changes}, there at ${shownTime(next.reachedMs)} at the earliest`;
}
