/** One scheduled action: when it runs, and the bounds that it sets. */
import { fromAws, whyNotCron } from '../../domain/policies/schedule/cron-pattern.js';
import type { Fields } from '../fields.js';
import type { NotSupported } from './signals.js';
import { optionalNumber, type Remarks } from './values.js';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface Action {
  readonly document: Fields;
  readonly name: string;
  readonly timezone: string;
  readonly bounds: Bounds;
  /** A cron pattern with five fields, or one local time: `2026-12-24T09:00`. */
  readonly when: { readonly cron: string } | { readonly at: string };
}

export interface ReadAction extends Remarks {
  /** Absent: it has no effect any more, or is not supported. */
  readonly action?: Action;
}

export function actionIn(document: Fields, nowMs: number): ReadAction {
  const path = document.place.trim();
  const schedule = document.at('Schedule');
  const when = whenOf(schedule.text());
  if ('why' in when) {
    document.take();
    return { warnings: [], unsupported: [{ path, ...when }] };
  }
  const end = timeIn(document.at('EndTime'));
  const over = 'at' in when ? Date.parse(`${when.at}Z`) + dayMs : end;
  if (over !== undefined && over < nowMs) {
    document.take();
    const message =
      'is left out: it does not run again. Its bounds are those of the scalable target, if they still apply';
    return { warnings: [{ path, message }], unsupported: [] };
  }
  const start = timeIn(document.at('StartTime'));
  const action = document.at('ScalableTargetAction');
  const [min, max] = [optionalNumber(action.at('MinCapacity')), optionalNumber(action.at('MaxCapacity'))];
  if (min === undefined && max === undefined) throw action.invalid('has neither MinCapacity nor MaxCapacity');
  return {
    action: {
      document,
      name: document.at('ScheduledActionName').text(),
      timezone: document.at('Timezone').optionalText() ?? 'UTC',
      bounds: { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
      when,
    },
    warnings:
      start !== undefined && start <= nowMs
        ? [{ path: document.at('StartTime').place, message: 'is past, and is left out' }]
        : [],
    unsupported: [
      ...(start !== undefined && start > nowMs ? [limit(document.at('StartTime'), 'beginning')] : []),
      ...(end === undefined ? [] : [limit(document.at('EndTime'), 'end')]),
    ],
  };
}

/** The time zone of a local time is at most this far from UTC. */
const dayMs = 86_400_000;

function limit(field: Fields, what: string) {
  return {
    path: field.place,
    what: `the ${what} of a recurring action`,
    why: 'a window with cron recurs without a beginning and an end. Add or remove the window on that day',
  };
}

/** The CLI prints a text, or seconds since 1970. */
function timeIn(field: Fields): number | undefined {
  if (!field.isPresent) return undefined;
  const value = field.take();
  const atMs = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isNaN(atMs)) throw field.invalid('is not a time');
  return atMs;
}

function whenOf(schedule: string): Action['when'] | NotSupported {
  const [, kind = '', inside = ''] = /^\s*(cron|at|rate)\((.*)\)\s*$/.exec(schedule) ?? [];
  if (kind === 'at') {
    const [, minute] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2})?$/.exec(inside.trim()) ?? [];
    if (minute !== undefined) return { at: minute };
  }
  if (kind === 'cron') {
    const fields = inside.trim().split(/\s+/);
    const once = onceIn(fields);
    if (once !== undefined) return { at: once };
    const cron = fromAws(fields);
    if (cron !== undefined && whyNotCron(cron) === undefined) return { cron: cron.toLowerCase() };
  }
  const why =
    kind === 'rate'
      ? 'a window of a schedule begins at a time of day, and this action at none'
      : 'it has no equivalent in five fields of cron. Write the window with days, daysOfMonth or dates';
  return { what: `the schedule ${schedule}`, why };
}

/** `0 9 24 12 ? 2026` is one time. */
function onceIn([minute = '', hour = '', day = '', month = '', weekday = '', year = '']: readonly string[]) {
  const isOnce = [minute, hour, day, month, year].every((field) => /^\d+$/.test(field)) && weekday === '?';
  const two = (field: string) => field.padStart(2, '0');
  return isOnce ? `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}` : undefined;
}
