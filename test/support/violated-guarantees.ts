/** What is promised of every resource whatever fails, held against what its sidecar has seen. */
import type { UpAfter } from '../../src/domain/scale/settings.js';
import type { SeenChange, SeenResource } from './sidecar-witness.js';

export interface Guarantees {
  /** The capacity at the start, and every target that was asked for since. */
  readonly asked: readonly number[];
  readonly cooldownMs: Readonly<Record<SeenChange['direction'], number>>;
  readonly upAfter?: UpAfter;
  /**
   * A cooldown runs from when a change was sent, which is not when it arrived: how much longer one may have been on its
   * way than the next, on a machine that has much to do.
   */
  readonly jitterMs: number;
}

/** In words; empty when all were kept. */
export function violatedGuarantees({ capacities, changes }: SeenResource, promised: Guarantees): string[] {
  return [
    ...capacitiesOutsideTargets(capacities, promised.asked),
    ...changesAppliedTwice(changes),
    ...changesWithinCooldown(changes, promised),
  ];
}

function capacitiesOutsideTargets(capacities: readonly number[], asked: readonly number[]): string[] {
  const least = Math.min(...asked);
  const most = Math.max(...asked);
  return capacities
    .filter((capacity) => capacity < least || capacity > most)
    .map((capacity) => `capacity was ${capacity}, outside [${least}, ${most}]`);
}

/** A change keeps its key as long as it had no effect: a key that took effect twice is a change that was made twice. */
function changesAppliedTwice(changes: readonly SeenChange[]): string[] {
  const applied = changes.filter(({ appliedAtMs }) => appliedAtMs !== undefined).map(({ key }) => key);
  return applied
    .filter((key, index) => applied.indexOf(key) !== index)
    .map((key) => `the change ${key} took effect more than once`);
}

function changesWithinCooldown(
  changes: readonly SeenChange[],
  { cooldownMs, upAfter, jitterMs }: Guarantees,
): string[] {
  return changes.flatMap((change, index) => {
    const countsOnlyUps = change.direction === 'up' && upAfter === 'up';
    const last = changes
      .slice(0, index)
      .findLast((earlier) => !isRefused(earlier) && (earlier.direction === 'up' || !countsOnlyUps));
    if (!last) return [];
    const gapMs = change.atMs - last.atMs;
    const leastMs = cooldownMs[change.direction] - jitterMs;
    return gapMs >= leastMs ? [] : [`${change.key} came ${gapMs} ms after ${last.key}, less than ${leastMs} ms`];
  });
}

/** Surely not applied, by HTTP's own words: such a change was not made, and starts no cooldown. */
function isRefused({ answered, appliedAtMs }: SeenChange): boolean {
  return appliedAtMs === undefined && (answered?.startsWith('4') ?? false);
}
