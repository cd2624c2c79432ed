/** What a reader must know of a recording before using what was found with it. */
import { durationText } from '../../domain/written/duration.js';
import { type Backtest, type BacktestResult, queueSignal } from '../simulate.js';

const dayMs = 86_400_000;
/** With fewer changes, one event of the recording decides which settings are better. */
const fewChanges = 10;
/** The share of the evaluations without data that is worth a warning. */
const muchMissing = 0.05;

/** @param inForce the backtest of the settings in force. */
export function warningsOn(backtest: Backtest, inForce: BacktestResult): string[] {
  return [
    ...onLoop(backtest),
    ...onMissingData(backtest, inForce),
    ...onReadiness(backtest),
    ...onLength(inForce),
    ...onChanges(inForce),
    ...onMaximum(backtest, inForce),
  ];
}

export function recordedMs({ points, intervalSeconds }: BacktestResult): number {
  return points.length * intervalSeconds * 1000;
}

function onLength(inForce: BacktestResult): string[] {
  const lengthMs = recordedMs(inForce);
  if (lengthMs >= 7 * dayMs) return [];
  const others = lengthMs < dayMs ? 'other hours of the day' : 'other days of the week';
  return [`The recording covers ${durationText(lengthMs)}, so the figures say nothing about ${others}.`];
}

function onMissingData({ spec }: Backtest, { points }: BacktestResult): string[] {
  return spec.signals.flatMap((signal) => {
    const share = points.filter(({ signals }) => signals[signal] === null).length / points.length;
    return share < muchMissing ? [] : [`${signal} has no data at ${Math.round(share * 100)}% of the evaluations.`];
  });
}

function onChanges({ summary: { changes } }: BacktestResult): string[] {
  if (changes >= fewChanges) return [];
  const times = changes === 1 ? 'once' : `${changes} times`;
  return [`The settings in force change the capacity ${times}, so the figures depend on few events.`];
}

/** A recorded signal does not answer to the capacity of a trial. */
function onLoop({ spec, arrivals }: Backtest): string[] {
  const isReplayed = (signal: string) => !(arrivals && signal === queueSignal);
  const relative = spec.policies.filter(
    ({ isRelative, expression }) => isRelative === true && expression?.names.some(isReplayed) === true,
  );
  const replayed = spec.signals.filter(isReplayed);
  const remedy = 'For a queue, close the loop with --arrivals and --service-rate.';
  if (relative.length > 0) {
    const names = relative.map(({ name }) => name).join(', ');
    return [
      `${names}: the recorded values belong to the recorded capacity and stay the same in every trial, and this policy changes the units that exist by them. Do not rely on these figures. ${remedy}`,
    ];
  }
  if (replayed.length === 0) return [];
  return [
    `${replayed.join(', ')}: the values are replayed as recorded. If they depend on the capacity, do not rely on these figures. ${remedy}`,
  ];
}

function onReadiness({ readyAfterMs }: Backtest): string[] {
  if (readyAfterMs > 0) return [];
  return ['New units are ready at once. Set --ready-after to the time that yours take to start.'];
}

function onMaximum({ spec: { limits } }: Backtest, { summary }: BacktestResult): string[] {
  if (limits.max === null || summary.maxCapacity < limits.max) return [];
  return [`The capacity reaches max, ${limits.max}. What is needed above max is not counted as time below need.`];
}
