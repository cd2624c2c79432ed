/** Schedules, and what a program of one's own contributes: a prediction, or the pool itself. */
import type { BacktestResult } from '../../src/backtest/simulate.js';
import { queuePicture } from './recipes-queues.js';
import type { RecipeGroup, Run } from './recipes.js';
import { constant, hill, noisy, plateau, rounded, sampled, sum, type Samples } from './signals.js';

/** 08:30 in Berlin, on a Wednesday. */
const halfPastEightMs = Date.parse('2026-11-25T07:30:00Z');

const desk = (name: string, file: string): Run => ({
  name,
  file,
  load: { signals: { sessions: 'office-hours-sessions' } },
  readyAfter: '90s',
});

const shop = (name: string, file: string, signals: Readonly<Record<string, string>>): Run => ({
  name,
  file,
  load: { signals: { requests: 'shop-requests', ...signals } },
  startCapacity: 4,
  readyAfter: '3m',
});

const traffic = sum(constant(150), hill(100, 16, 900));
const aheadMinutes = 10;

export const timesAndOwn: RecipeGroup = {
  signals: {
    'office-hours-sessions': {
      kind: 'samples',
      samples: rounded(sampled(noisy(sum(constant(25), plateau(27, 400, 6, 190)), 0.05, 9), 75, 15, halfPastEightMs)),
    },
    'shop-requests': { kind: 'samples', samples: rounded(sampled(noisy(traffic, 0.05, 10), 180, 15)) },
    'shop-predicted': {
      kind: 'samples',
      samples: withoutMinutes(75, 80, rounded(sampled((minute) => traffic(minute + aheadMinutes), 180, 15))),
    },
    'own-process-arrivals': {
      kind: 'samples',
      samples: rounded(sampled(noisy(sum(constant(3), plateau(8, 18, 0.5, 42)), 0.15, 11), 30, 5), 2),
    },
  },
  pictures: [
    {
      name: 'office-hours',
      title: 'Office hours: sessions and units around nine, with and without ready',
      page: 'office-hours.md',
      runs: [desk('with ready', 'office-hours.yaml'), desk('without', 'office-hours-at-nine.yaml')],
      panel: { title: 'Sessions', lines: [{ name: 'sessions', signal: 'sessions' }] },
      figures: [
        { label: 'units that are ready at 09:00', of: (result) => String(unitsAt(result, 30 * 60)) },
        { label: '10 units are ready at', of: (result) => clockOf(firstWith(result, 10)) },
      ],
      startsAtMinute: 8 * 60 + 30,
      tickMinutes: 15,
    },
    {
      name: 'own-prediction',
      title: 'A prediction as a floor: requests, the prediction, and units with and without it',
      page: 'own-prediction.md',
      runs: [
        shop('with the prediction', 'own-prediction.yaml', { predicted: 'shop-predicted' }),
        shop('without', 'own-prediction-without.yaml', {}),
      ],
      panel: {
        title: 'Requests per second',
        lines: [
          { name: 'requests', signal: 'requests' },
          { name: 'predicted, in ten minutes', signal: 'predicted' },
        ],
      },
      figures: [
        { label: 'more than 60 requests for each unit for', of: (result) => `${overloaded(result)} min` },
        { label: 'units at minute 75', of: (result) => String(unitsAt(result, 75 * 60)) },
        { label: 'fewest units from minute 75 to 80', of: (result) => String(fewest(result, 75 * 60, 80 * 60)) },
      ],
      tickMinutes: 30,
    },
    {
      ...queuePicture({
        name: 'own-process',
        title: 'A pool in a process: jobs that wait, and workers',
        serviceRate: 4,
        readyAfter: '1s',
      }),
      panel: { title: 'Jobs that wait', lines: [{ name: 'queue', signal: 'queue' }] },
      tickMinutes: 5,
    },
  ],
};

function unitsAt({ points }: BacktestResult, atSeconds: number): number {
  return points.find(({ seconds }) => seconds === atSeconds)?.capacity ?? NaN;
}

function fewest({ points }: BacktestResult, fromSeconds: number, toSeconds: number): number {
  const within = points.filter(({ seconds }) => seconds >= fromSeconds && seconds <= toSeconds);
  return Math.min(...within.map(({ capacity }) => capacity));
}

function firstWith({ points }: BacktestResult, units: number): number {
  return points.find(({ capacity }) => capacity >= units)?.seconds ?? NaN;
}

/** The time of day in Berlin, with seconds. */
function clockOf(seconds: number): string {
  const format = new Intl.DateTimeFormat('de-DE', { timeStyle: 'medium', timeZone: 'Europe/Berlin' });
  return format.format(halfPastEightMs + seconds * 1000);
}

function overloaded({ points, intervalSeconds }: BacktestResult): number {
  const busy = points.filter(({ signals, capacity }) => (signals['requests'] ?? 0) > 60 * capacity);
  return Math.round((busy.length * intervalSeconds) / 60);
}

/** The program that predicts does not answer for a while. */
function withoutMinutes(from: number, to: number, { timesMs, values }: Samples): Samples {
  const isMissing = (atMs: number): boolean => atMs >= from * 60_000 && atMs < to * 60_000;
  return { timesMs, values: values.map((value, index) => (isMissing(timesMs[index] ?? 0) ? NaN : value)) };
}
