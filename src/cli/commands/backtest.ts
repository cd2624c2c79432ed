/** `escapement backtest`: what a configuration would have done, in virtual time. */
import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../domain/written/duration.js';
import { prepareBacktests, type BacktestOptions, type BacktestDependencies } from '../../backtest/prepare.js';
import { simulate } from '../../backtest/simulate.js';
import { renderTable } from './backtest-table.js';
import { prose } from '../terminal.js';

interface CommandContext extends BacktestDependencies {
  readonly write: (text: string) => void;
}

interface ParsedOptions {
  readonly resource?: string;
  readonly signal?: Record<string, string>;
  readonly arrivals?: string;
  readonly serviceRate?: number;
  readonly startCapacity?: number;
  readonly readyAfter: number;
  readonly interval?: number;
  readonly maxAge?: number;
  readonly json?: true;
}

const ofThisProcess: CommandContext = {
  environment: process.env,
  cwd: process.cwd(),
  write: (text) => process.stdout.write(text),
};

/** The action throws BacktestError or ConfigError. */
export function backtestCommand({ write, ...surroundings }: CommandContext = ofThisProcess): Command {
  return new Command('backtest')
    .summary('replay recorded signals in virtual time')
    .description(
      prose(`
Replays recorded signals through the autoscaling of a resource, in virtual time, with the code that scales in production.

Exit code 0: replayed; 2: a configuration or a recording is invalid.`),
    )
    .argument('<files...>', 'configuration files; several are compared side by side')
    .option('--resource <alias>', 'the resource to test; required when several resources have autoscale:')
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
    )
    .option('--json', 'print every point, every change and the summary as JSON; an array for several files')
    .action(async (files: string[], parsed: ParsedOptions) => {
      const backtests = await prepareBacktests(files, toOptions(parsed), surroundings);
      const results = backtests.map(simulate);
      write(
        parsed.json ? `${JSON.stringify(results.length === 1 ? results[0] : results)}\n` : renderTable(results, files),
      );
    });
}

function toOptions(parsed: ParsedOptions): BacktestOptions {
  const { signal = {}, readyAfter, interval, maxAge, ...rest } = parsed;
  return {
    ...rest,
    signals: signal,
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
