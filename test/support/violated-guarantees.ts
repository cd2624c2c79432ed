/** Checks the calls that a sidecar received against the guarantees that hold for every resource under any fault. */
import type { UpAfter } from '../../src/domain/scale/settings.js';
import type { SeenChange, SeenResource } from './sidecar-witness.js';

export interface Guarantees {
  /** The capacity at the start, and every requested target. */
  readonly asked: readonly number[];
  readonly cooldownMs: Readonly<Record<SeenChange['direction'], number>>;
  readonly upAfter?: UpAfter;
  /**
   * A cooldown starts when a change is sent, but the sidecar knows only when it arrived. On a busy machine one change
   * may take this much longer to arrive than the next.
   */
  readonly jitterMs: number;
}

/** The violations as text. Empty if there are none. */
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

/** A retry of a change has the same key. So a key that took effect twice is a change that was applied twice. */
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

/** A 4xx status says that the change was not applied, so it starts no cooldown. */
function isRefused({ answered, appliedAtMs }: SeenChange): boolean {
  return appliedAtMs === undefined && (answered?.startsWith('4') ?? false);
}
