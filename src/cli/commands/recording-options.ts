/** The options that name a recording and say how it is replayed. */
import { type Command, InvalidArgumentError } from 'commander';
import type { RecordingOptions } from '../../backtest/prepare.js';
import { parseDuration } from '../../domain/written/duration.js';

export interface ParsedRecording {
  readonly signal?: Record<string, string>;
  readonly arrivals?: string;
  readonly serviceRate?: number;
  readonly startCapacity?: number;
  readonly readyAfter: number;
  readonly interval?: number;
  readonly maxAge?: number;
}

export function withRecording(command: Command): Command {
  return command
    .option(
      '--signal <name=file>',
      'a CSV file (time,value) for a signal; repeat the option for each signal',
      collectSignal,
    )
    .option(
      '--arrivals <file>',
      'close the loop: a CSV file with the number of jobs that arrive per second; their queue is the signal queue',
    )
    .option('--service-rate <jobs>', 'jobs that one unit completes per second, with --arrivals', parsePositive)
    .option('--start-capacity <units>', 'capacity at the start (default: min)', parseUnits)
    .option('--ready-after <duration>', 'how long new units take to become ready', parseTime, 0)
    .option('--interval <duration>', 'how often to evaluate (default: as configured)', parseInterval)
    .option(
      '--max-age <duration>',
      'how long a sample is valid (default: the maxAge of its signal, otherwise 3 intervals)',
      parseTime,
    );
}

export function recordingFrom(parsed: ParsedRecording): RecordingOptions {
  const { signal = {}, arrivals, serviceRate, startCapacity, readyAfter, interval, maxAge } = parsed;
  return {
    signals: signal,
    ...(arrivals !== undefined && { arrivals }),
    ...(serviceRate !== undefined && { serviceRate }),
    ...(startCapacity !== undefined && { startCapacity }),
    readyAfterMs: readyAfter,
    ...(interval !== undefined && { intervalMs: interval }),
    ...(maxAge !== undefined && { maxAgeMs: maxAge }),
  };
}

function collectSignal(text: string, collected: Record<string, string> = {}): Record<string, string> {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new InvalidArgumentError('write NAME=FILE.csv');
  if (Object.hasOwn(collected, name)) throw new InvalidArgumentError(`${name} already has a file`);
  return { ...collected, [name]: file };
}

function parseTime(text: string): number {
  const timeMs = parseDuration(text);
  if (timeMs === undefined) throw new InvalidArgumentError('write a duration with a unit, for example 30s or 5m');
  return timeMs;
}

function parseInterval(text: string): number {
  const intervalMs = parseTime(text);
  if (intervalMs === 0) throw new InvalidArgumentError('must be longer than zero');
  return intervalMs;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('must be a number above 0');
  return value;
}

function parseUnits(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number, 0 or more');
  return Number(text);
}
