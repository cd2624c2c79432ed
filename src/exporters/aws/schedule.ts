/** A `schedule` policy as scheduled actions: one sets the bounds of a window, and one sets those of the resource again. */
import type { Fields } from '../../importers/fields.js';
import type { Remarks } from '../exporter.js';
import { cronOfAws, cronOfDays, cronOfTime } from './cron.js';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

interface Span {
  readonly begin: string;
  readonly end: string;
  readonly bounds: Bounds;
  readonly field: Fields;
}

export function actionsOf(policy: Fields, rest: Bounds, name: string, remarks: Remarks): readonly object[] {
  policy.at('type').take();
  const timezone = policy.at('timezone').text();
  const otherwise = policy.at('otherwise');
  if (otherwise.isPresent) {
    remarks.drop(otherwise, 'the bounds outside of all windows', 'write them as min and max of the resource');
  }
  const windows = policy.at('windows').items();
  const bounds = ['min', 'max', 'capacity'].filter((key) => windows.some((window) => window.at(key).isPresent));
  const sets = {
    min: bounds.some((key) => key !== 'max'),
    max: bounds.some((key) => key !== 'min'),
  };
  const spans = windows.flatMap((window) => spanOf(window, rest, remarks));
  const begins = new Set(spans.map(({ begin }) => begin));
  const action = ({ min, max }: Bounds) => ({
    ScalableTargetAction: { ...(sets.min && { MinCapacity: min }), ...(sets.max && { MaxCapacity: max }) },
  });
  const inZone = timezone !== 'UTC' && { Timezone: timezone };
  const ends = [...new Set(spans.map(({ end }) => end))].filter((end) => !begins.has(end));
  return [
    ...spans.map(({ begin, bounds: own }, index) => ({
      ScheduledActionName: `${name}-window-${index + 1}`,
      Schedule: begin,
      ...inZone,
      ...action(own),
    })),
    // Where another window begins at the end of one, its action follows.
    ...ends.map((end, index) => ({
      ScheduledActionName: `${name}-end-${index + 1}`,
      Schedule: end,
      ...inZone,
      ...action(rest),
    })),
  ];
}

function spanOf(window: Fields, rest: Bounds, remarks: Remarks): readonly Span[] {
  const [min, max, capacity] = (['min', 'max', 'capacity'] as const).map((key) => {
    const value = window.at(key).take();
    return typeof value === 'number' ? value : undefined;
  });
  const bounds = { min: capacity ?? min ?? rest.min, max: capacity ?? max ?? rest.max };
  const times = timesOf(window);
  if (typeof times === 'string') {
    remarks.drop(window, 'the window', times);
    return [];
  }
  return [{ ...times, bounds, field: window }];
}

/** @returns the schedules of its begin and its end, or why there are none. */
function timesOf(window: Fields): { readonly begin: string; readonly end: string } | string {
  const cron = window.at('cron').optionalText();
  if (cron !== undefined) {
    const until = window.at('until').optionalText();
    if (until === undefined) return 'a scheduled action ends it at a time of day: write until in place of for';
    const begin = cronOfAws(cron);
    const end = cronOfTime(until) ?? cronOfAws(until);
    if (begin === undefined || end === undefined)
      return 'its pattern names days of the month and days of the week, which AWS does not combine';
    return { begin, end };
  }
  const days = window.at('days').optionalText();
  const [from, to] = [window.at('from').optionalText(), window.at('to').optionalText()];
  const dates = window.at('dates').optionalText();
  if (dates !== undefined) return datesOf(dates, from, to, days);
  if (window.at('daysOfMonth').isPresent)
    return 'days of the month begin and end a scheduled action each by itself: write cron and until';
  if (from === undefined || to === undefined)
    return 'whole days begin and end at midnight of certain days: write cron and until';
  return cronOfDays(days, from, to) ?? 'it ends on another day than it begins: write cron and until';
}

function datesOf(dates: string, from: string | undefined, to: string | undefined, days: string | undefined) {
  const [first = '', last = first, ...more] = dates.split('..').map((each) => each.trim());
  const isYearly = !/^\d{4}-/.test(first);
  if (isYearly || more.length > 0 || dates.includes(',') || days !== undefined) {
    return 'AWS has one-time actions for dates with a year, and a begin and an end';
  }
  if (from === undefined || to === undefined) return { begin: at(first, '00:00'), end: at(nextDay(last), '00:00') };
  if (first !== last) return 'its hours recur on several dates: write a window for each date';
  const end = to === '24:00' ? at(nextDay(first), '00:00') : at(to <= from ? nextDay(first) : first, to);
  return { begin: at(first, from), end };
}

function at(date: string, time: string): string {
  return `at(${date}T${time}:00)`;
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
