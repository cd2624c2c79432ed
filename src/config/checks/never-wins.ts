/** Policies, and windows of a schedule, of which nothing can ever come, because of what stands beside them. */
import type { AutoscaleSettings, PolicySettings } from '../../domain/autoscale/settings.js';
import { policyNames } from '../../domain/autoscale/spec.js';
import { dailyWindow, type DailyWindow } from '../../domain/policies/daily-window.js';
import { clampToBounds } from '../../domain/scale/step.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import type { Finding } from '../file/issue-words.js';
import type { Path } from '../file/path.js';

export function policiesThatNeverWin(settings: AutoscaleSettings, bounds: Bounds): Finding[] {
  const names = policyNames(settings);
  const policies = settings.policies.map((policy, index) => ({
    policy,
    name: names[index] ?? '',
    path: ['autoscale', 'policies', index],
  }));
  const rivals = policies.filter(({ policy }) => policy.type !== 'schedule' && policy.type !== 'forecast');
  const ruling = policies.find(({ policy }) => isAlwaysExact(policy));
  const beaten = rivals.flatMap(({ policy, path }, index) => {
    const winner =
      ruling ??
      rivals.find(
        (other, place) =>
          place !== index &&
          beats(other.policy, policy, settings.combine, bounds) &&
          // Of two that ask for the same, the first stands.
          (place < index || !beats(policy, other.policy, settings.combine, bounds)),
      );
    if (winner === undefined) return [];
    const why = ruling ? 'sets the capacity at all times' : `always asks for ${asksFor[settings.combine]}`;
    return [{ path, text: `never wins: ${winner.name} ${why}; remove it, or correct one of the two` }];
  });
  return [
    ...beaten,
    ...policies.flatMap(({ policy, path }) => (policy.type === 'schedule' ? hiddenWindows(policy, path) : [])),
  ];
}

type Bounds = Pick<ScaleSettings, 'min' | 'max'>;
type Combine = AutoscaleSettings['combine'];
type Schedule = Extract<PolicySettings, { type: 'schedule' }>;

const asksFor: Readonly<Record<Combine, string>> = { max: 'as much or more', min: 'as little or less' };

/** Whether `winner` asks at any time for as much as `loser`, or where the least counts, for as little. */
function beats(winner: PolicySettings, loser: PolicySettings, combine: Combine, bounds: Bounds): boolean {
  if (winner.type === 'perUnit' && loser.type === 'perUnit' && isAlikeButForTarget(winner, loser)) {
    // A smaller target asks for more units.
    return combine === 'max' ? winner.target <= loser.target : winner.target >= loser.target;
  }
  const [ofWinner, ofLoser] = [rangeOf(winner, bounds), rangeOf(loser, bounds)];
  return combine === 'max' ? ofWinner.least >= ofLoser.most : ofWinner.most <= ofLoser.least;
}

/** What can come of it alone. */
function rangeOf(policy: PolicySettings, bounds: Bounds): { readonly least: number; readonly most: number } {
  if (policy.type !== 'fixed') return { least: bounds.min, most: bounds.max ?? Infinity };
  const capacity = clampToBounds(policy.capacity, bounds);
  return { least: capacity, most: capacity };
}

function isAlikeButForTarget(one: PolicySettings, other: PolicySettings): boolean {
  return JSON.stringify({ ...one, target: 0 }) === JSON.stringify({ ...other, target: 0 });
}

/** Whether it leaves nothing to any other at any time. */
function isAlwaysExact(policy: PolicySettings): boolean {
  if (policy.type !== 'schedule' || policy.otherwise === undefined) return false;
  return [policy.otherwise, ...policy.windows].every(
    (bounds) =>
      typeof bounds === 'number' ||
      bounds.capacity !== undefined ||
      (bounds.min !== undefined && bounds.min === bounds.max),
  );
}

const week = [0, 1, 2, 3, 4, 5, 6];
const minutes = Array.from({ length: 24 * 60 }, (_, minute) => minute);

/** Windows by the clock that later ones cover whole; when a cron pattern starts, nobody counts here. */
function hiddenWindows({ windows }: Schedule, path: Path): Finding[] {
  const covered = new Set<number>();
  return windows
    .map((window, index) => ({ window, index }))
    .reverse()
    .flatMap(({ window, index }) => {
      if ('cron' in window) return [];
      const open = minutesOfWeek(window);
      const isHidden = open.every((minute) => covered.has(minute));
      const isEveryWeek = window.daysOfMonth === undefined && window.dates === undefined;
      if (isEveryWeek) open.forEach((minute) => covered.add(minute));
      const text = 'never holds: later windows, which win, cover all of it; move it after them';
      return isHidden ? [{ path: [...path, 'windows', index], text }] : [];
    });
}

/** Those in which it may be open: days of the month and dates may fall on any day of the week. */
function minutesOfWeek({ days, from, to }: DailyWindow): number[] {
  let now = { day: 0, minute: 0 };
  const isWithin = dailyWindow({ days, from, to }, () => now);
  return week.flatMap((day) =>
    minutes.flatMap((minute) => {
      now = { day, minute };
      return isWithin(0) ? [day * minutes.length + minute] : [];
    }),
  );
}
