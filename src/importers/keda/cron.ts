/**
 * cron triggers as floors of a schedule. KEDA takes the largest number of all triggers, so that of windows that overlap
 * the largest number applies.
 */
import { Cron } from 'croner';
import { whyNotCron } from '../../domain/policies/schedule/cron-pattern.js';
import { cronWindow } from '../../domain/policies/schedule/cron-window.js';
import { isTimeZone } from '../../domain/policies/schedule/wall-clock.js';
import type { Parameters } from './parameters.js';
import type { NotMeasured } from './triggers/trigger.js';

export interface CronFloor {
  readonly timezone: string;
  readonly cron: string;
  readonly until: string;
  readonly min: number;
}

export function cronFloor(parameters: Parameters, metricType: string): CronFloor | NotMeasured {
  const timezone = parameters.required('timezone');
  const cron = withoutQuestionMarks(parameters.required('start'));
  const until = withoutQuestionMarks(parameters.required('end'));
  const desired = parameters.number('desiredReplicas') ?? Number(parameters.required('desiredReplicas'));
  if (metricType === 'Value') {
    return { what: 'metricType: Value', why: 'a schedule sets the number of units, and not a ratio of them' };
  }
  if (!isTimeZone(timezone)) return { what: `the time zone ${timezone}`, why: 'it is not a name of the IANA database' };
  for (const pattern of [cron, until]) {
    const problem = whyNotCron(pattern);
    if (problem !== undefined) return { what: `the pattern ${pattern}`, why: `it ${problem.problem}; ${problem.fix}` };
  }
  if (!isSameWindow(cron, until, timezone)) {
    return {
      what: 'starts and ends that do not alternate',
      why: 'for KEDA a window is open from the last start before an end to the last end before a start, and for a schedule from the first start to the first end. Write patterns with one end for each start',
    };
  }
  if (desired < 1) {
    parameters.warn(
      'desiredReplicas',
      'is 0. In KEDA the trigger is active within the window, which keeps 1 unit. So does min: 1',
    );
  }
  return { timezone, cron, until, min: Math.max(1, desired) };
}

/** One policy for each time zone. Later windows take precedence, so the largest number comes last. */
export function schedulesOf(floors: readonly CronFloor[]): readonly Readonly<Record<string, unknown>>[] {
  const zones = [...new Set(floors.map(({ timezone }) => timezone))];
  return zones.map((zone) => ({
    type: 'schedule',
    timezone: zone,
    windows: floors
      .filter(({ timezone }) => timezone === zone)
      .toSorted((one, other) => one.min - other.min)
      .map(({ cron, until, min }) => ({ cron, until, min })),
  }));
}

function withoutQuestionMarks(pattern: string): string {
  return pattern.trim().replaceAll('?', '*');
}

/** Enough for some months of days with two changes each. */
const changesCompared = 150;

/** Whether a window of a schedule is open exactly while KEDA takes the trigger for active. */
function isSameWindow(cron: string, until: string, timezone: string): boolean {
  const [starts, ends] = [cron, until].map((pattern) => new Cron(pattern, { paused: true, timezone }));
  const isOpen = cronWindow({ cron, until }, timezone);
  let now = new Date('2026-01-01T00:00:00Z');
  for (let change = 0; change < changesCompared; change += 1) {
    const [start, end] = [starts?.nextRun(now), ends?.nextRun(now)].map((time) => time?.getTime() ?? Infinity);
    if (start === undefined || end === undefined) return true;
    // KEDA compares the next start with the next end, and nothing else.
    if (isOpen(now.getTime()) !== end <= start) return false;
    const next = Math.min(start, end);
    if (next === Infinity) return true;
    now = new Date(next);
  }
  return true;
}
