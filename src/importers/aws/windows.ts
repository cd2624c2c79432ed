/**
 * Scheduled actions as windows. An action sets bounds until another action sets other bounds. So a window begins with its
 * action, and ends with the next action that has other bounds.
 */
import { Cron } from 'croner';
import { formatMinute, onceWindows } from './once-windows.js';
import type { Action, Bounds } from './action.js';

interface NamedWindow {
  /** Of the action that begins it. */
  readonly name: string;
  readonly window: Readonly<Record<string, unknown>>;
}

interface Windows {
  /** In the order of the list: a later one applies where two overlap. */
  readonly windows: readonly NamedWindow[];
  /** Actions whose end is no single time, or no time at all. */
  readonly unclear: readonly { readonly action: Action; readonly why: string }[];
}

/** A year and a bit, with a 29th of February. */
const from = Date.parse('2024-01-01T00:00:00Z');
const until = from + 430 * 86_400_000;
const mostOccurrences = 5000;

/** @param rest the bounds that apply outside of all windows: a window with these bounds only needs no line. */
export function windowsOf(actions: readonly Action[], rest: Bounds): Windows {
  const recurring = actions.filter(({ when }) => 'cron' in when);
  const once = actions.filter(({ when }) => 'at' in when);
  const events = recurring.flatMap(occurrencesOf).toSorted((one, other) => one.atMs - other.atMs);
  const found = recurring.map((action) => ({ action, ends: endsOf(action, events) }));
  const single = once.map((action) => ({ action, endMs: nextOther(action, actions) }));
  return {
    windows: [
      ...found.flatMap(({ action, ends }) => {
        const bounds = differing(action.bounds, rest);
        const [end] = ends;
        return ends.length !== 1 || end === undefined || Object.keys(bounds).length === 0
          ? []
          : [{ name: action.name, window: { cron: cronOf(action), until: timeOrCron(end), ...bounds } }];
      }),
      ...single.flatMap(({ action, endMs }) =>
        endMs === undefined
          ? []
          : onceWindows(startOf(action), endMs).map((days) => ({
              name: action.name,
              window: { ...days, ...action.bounds },
            })),
      ),
    ],
    unclear: [
      ...found.filter(({ ends }) => ends.length > 1).map(({ action }) => ({ action, why: severalEnds })),
      ...single.filter(({ endMs }) => endMs === undefined).map(({ action }) => ({ action, why: noEnd })),
    ],
  };
}

const severalEnds =
  'on some days another action ends it than on others, and a window has one end. Write the windows with days:';
const noEnd = 'no later action sets other bounds. On that day, write the bounds as min and max of the resource';

interface Occurrence {
  readonly atMs: number;
  readonly action: Action;
}

/** In local time: all actions of a target have the same time zone. */
function occurrencesOf(action: Action): readonly Occurrence[] {
  const pattern = new Cron(cronOf(action), { paused: true, timezone: 'UTC' });
  const found: Occurrence[] = [];
  let next = pattern.nextRun(new Date(from));
  while (next !== null && next.getTime() < until && found.length < mostOccurrences) {
    found.push({ atMs: next.getTime(), action });
    next = pattern.nextRun(next);
  }
  return found;
}

/** The patterns of the actions that end this one. */
function endsOf(action: Action, events: readonly Occurrence[]): readonly string[] {
  const ends = events.flatMap((event, index) => {
    if (event.action !== action) return [];
    const next = events.slice(index + 1).find((other) => !isSame(other.action.bounds, action.bounds));
    return next === undefined ? [] : [cronOf(next.action)];
  });
  return [...new Set(ends)];
}

function nextOther(action: Action, actions: readonly Action[]): number | undefined {
  const startMs = startOf(action);
  const others = actions.filter((other) => !isSame(other.bounds, action.bounds));
  const times = others.flatMap((other) => {
    if ('at' in other.when) return startOf(other) > startMs ? [startOf(other)] : [];
    const next = new Cron(other.when.cron, { paused: true, timezone: 'UTC' }).nextRun(new Date(startMs));
    return next === null ? [] : [next.getTime()];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Of an action at one time, in local time. */
function startOf({ when }: Action): number {
  return 'at' in when ? Date.parse(`${when.at}Z`) : NaN;
}

function cronOf({ when }: Action): string {
  return 'cron' in when ? when.cron : '';
}

/** `0 18 * * *` is `18:00`. */
function timeOrCron(cron: string): string {
  const [, minute, hour] = /^(\d+) (\d+) \* \* \*$/.exec(cron) ?? [];
  return minute === undefined ? cron : formatMinute(Number(hour) * 60 + Number(minute));
}

export function isSame(one: Bounds, other: Bounds): boolean {
  return one.min === other.min && one.max === other.max;
}

function differing({ min, max }: Bounds, rest: Bounds): Bounds {
  return {
    ...(min !== undefined && min !== rest.min && { min }),
    ...(max !== undefined && max !== rest.max && { max }),
  };
}
