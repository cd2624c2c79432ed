/**
 * Describes an evaluation in one sentence: the recommended number, each limit that changed it, in order, and the
 * resulting action.
 *
 * `Asked for 2 (perUnit waiting: 200 is within tolerance of 2 x 100); held at 6: the resource is STARTING. Go on from 2 to
 * 6.`
 */
import { shownTime } from '../numbers.js';
import type { Limit, LimitName, NextChange } from './evaluation.js';

export interface Answer {
  readonly nowMs: number;
  readonly capacity: number;
  /** The target of the open scale run, or the capacity if no run is open. */
  readonly asked: number;
  readonly target: number;
  /** Why the policies recommend this number. */
  readonly why: string;
  readonly limits: readonly Limit[];
  readonly next: NextChange | null;
}

export function sentence(answer: Answer): string {
  const chain = answer.limits.filter(({ by }) => !affectsOnlyPath(by));
  const first = chain[0]?.from ?? answer.target;
  // Joined, so that the sentence is stored as one flat string: a back-test keeps hundreds of thousands of sentences.
  return [
    `Asked for ${first} (${answer.why})`,
    ...chain.map(inWords),
    '. ',
    move(answer),
    ...pathToTarget(answer),
    '.',
  ].join('');
}

/** Step, cooldown and dry run do not change the target. They change how and when the resource reaches it. */
function affectsOnlyPath(by: LimitName): boolean {
  return by === 'step' || by === 'cooldown' || by === 'dryRun';
}

/** What the limit does with the number, in the terms of the setting that defines the limit. */
function inWords({ by, from, to, reason }: Limit): string {
  const moved = to > from ? 'raised' : 'lowered';
  switch (by) {
    case 'min':
    case 'max':
      return `; ${moved} to ${to}, the ${by}`;
    case 'floor':
    case 'ceiling':
    case 'burst':
      return `; ${moved} to ${to} by a ${by}: ${reason}`;
    case 'fallback':
      return `; ${moved} to ${to} by the fallback: ${reason}`;
    case 'override':
      return `; overridden: ${reason}`;
    case 'idle':
      return `; ${to < from ? 'let go to' : 'kept at'} ${to}: ${reason}`;
    case 'stabilization':
    case 'rate':
      return `; no ${to > from ? 'lower' : 'higher'} than ${to} yet: ${reason}`;
    case 'status':
    case 'noData':
    case 'pause':
    case 'refused':
    case 'step':
    case 'cooldown':
    case 'dryRun':
      return `; held at ${to}: ${reason}`;
  }
}

function move({ capacity, asked, target }: Answer): string {
  const isOnItsWay = asked !== capacity;
  if (target === capacity) return `Stay at ${capacity}${isOnItsWay ? `, and no longer go to ${asked}` : ''}`;
  if (isOnItsWay && target === asked) return `Go on from ${capacity} to ${target}`;
  const goal = isOnItsWay ? `${target}, and no longer to ${asked}` : target;
  return `Scale ${target > capacity ? 'out' : 'in'} from ${capacity} to ${goal}`;
}

/** The steps to the target, and their times. */
function pathToTarget({ next, nowMs, limits }: Answer): string[] {
  if (next === null) return [];
  const isDry = limits.some(({ by }) => by === 'dryRun');
  const byStep = limits.find(({ by }) => by === 'step');
  return [
    byStep ? `, ${byStep.reason}` : '',
    next.notBeforeMs > nowMs ? `, not before ${shownTime(next.notBeforeMs)} (cooldown)` : '',
    next.changes > 1 ? `, in ${next.changes} changes` : '',
    next.changes > 1 && next.reachedMs > nowMs ? `, there at ${shownTime(next.reachedMs)} at the earliest` : '',
    isDry ? ', as a dry run: nothing is sent' : '',
  ];
}
