/** The scheduled actions of a target as `schedule` policies, and the widest bounds as those of the resource. */
import type { Fields } from '../fields.js';
import { actionIn, type Action, type Bounds } from './action.js';
import { isSame, windowsOf } from './windows.js';
import type { Remarks } from './values.js';

interface Schedule extends Remarks {
  readonly policies: readonly Readonly<Record<string, unknown>>[];
  /** Of the actions, beside their windows. The path is the index of the policy and that of the window. */
  readonly names: readonly { readonly path: readonly [number, number]; readonly after: string }[];
  readonly min: number;
  readonly max: number;
  /** Recurring actions set the bound, so that the present one is that of the last action. */
  readonly isSet: Readonly<Record<'min' | 'max', boolean>>;
  /** A window has a minimum above zero. */
  readonly raises: boolean;
}

/** @param bounds those of the target now: what the last action has set, or a person. */
export function scheduleOf(
  documents: readonly Fields[],
  bounds: Required<Bounds>,
  isSuspended: boolean,
  nowMs = Date.now(),
): Schedule {
  if (isSuspended) return withoutSchedule(documents, bounds);
  const read = documents.map((document) => actionIn(document, nowMs));
  const found = read.flatMap(({ action }) => action ?? []);
  const [first] = found;
  const actions = found.filter(({ timezone }) => timezone === first?.timezone);
  const others = found.filter((action) => !actions.includes(action));
  const groups = groupsOf(actions);
  const [min, max] = [widest('min', actions, bounds, Math.min), widest('max', actions, bounds, Math.max)];
  const results = groups.map((group) => windowsOf(group, { min, max }));
  const lists = results.map(({ windows }) => windows).filter((windows) => windows.length > 0);
  const timezone = first?.timezone ?? 'UTC';
  return {
    policies: lists.map((list) => ({ type: 'schedule', timezone, windows: list.map(({ window }) => window) })),
    names: lists.flatMap((list, policy) =>
      list.map(({ name }, index) => ({ path: [policy, index] as const, after: ` ${name}` })),
    ),
    min,
    max,
    raises: lists.some((list) => list.some(({ window }) => 'min' in window && Number(window['min']) > 0)),
    warnings: [...read.flatMap(({ warnings }) => warnings), ...settled(groups)],
    isSet: { min: isSet('min', actions), max: isSet('max', actions) },
    unsupported: [
      ...read.flatMap(({ unsupported }) => unsupported),
      ...others.map(({ document, timezone }) => ({
        path: document.place.trim(),
        what: `a second time zone, ${timezone}`,
        why: 'an action ends the one before it, and a schedule has one time zone. Write the times of one zone',
      })),
      ...results.flatMap(({ unclear }) =>
        unclear.map(({ action, why }) => ({ path: action.document.place.trim(), what: 'the whole action', why })),
      ),
    ],
  };
}

function withoutSchedule(documents: readonly Fields[], bounds: Required<Bounds>): Schedule {
  for (const document of documents) document.take();
  const message = 'is left out: the scheduled scaling of its target is suspended';
  const warnings = documents.map((document) => ({ path: document.place.trim(), message }));
  const isSet = { min: false, max: false };
  return { policies: [], names: [], ...bounds, isSet, raises: false, warnings, unsupported: [] };
}

/** Minimum and maximum have schedules of their own, unless every action sets the same of the two. */
function groupsOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const kinds = new Set(actions.map(({ bounds }) => Object.keys(bounds).join()));
  if (kinds.size <= 1) return actions.length === 0 ? [] : [actions];
  return (['min', 'max'] as const).map((bound) =>
    actions
      .filter(({ bounds }) => bounds[bound] !== undefined)
      .map((action) => ({ ...action, bounds: { [bound]: action.bounds[bound] } })),
  );
}

function isSet(bound: 'min' | 'max', actions: readonly Action[]): boolean {
  return actions.some(({ bounds, when }) => 'cron' in when && bounds[bound] !== undefined);
}

function widest(
  bound: 'min' | 'max',
  actions: readonly Action[],
  present: Required<Bounds>,
  choose: (...values: number[]) => number,
): number {
  const values = actions.flatMap(({ bounds }) => bounds[bound] ?? []);
  return choose(...values, ...(isSet(bound, actions) ? [] : [present[bound]]));
}

/** Actions that all set the same bounds: nothing changes them back. */
function settled(groups: readonly (readonly Action[])[]): Remarks['warnings'] {
  return groups.flatMap((group) => {
    const [first] = group;
    const isSettled = first !== undefined && group.every(({ bounds }) => isSame(bounds, first.bounds));
    if (!isSettled || !group.some(({ when }) => 'cron' in when)) return [];
    return group.map(({ document }) => ({
      path: document.place.trim(),
      message: 'became min and max of the resource: no other action sets other bounds',
    }));
  });
}
