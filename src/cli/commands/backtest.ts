/** `escapement backtest`: what a configuration would have done, in virtual time. */
import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../domain/written/duration.js';
import { prepareBacktests, type BacktestOptions, type BacktestDependencies } from '../../backtest/prepare.js';
import { simulate } from '../../backtest/simulate.js';
import { renderTable } from './backtest-table.js';

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

/** Its action throws BacktestError or ConfigError. */
export function backtestCommand({ write, ...surroundings }: CommandContext = ofThisProcess): Command {
  return new Command('backtest')
    .summary('replay recorded signals in virtual time')
    .description(
      'Replays recorded signals through the autoscaling of a resource, in virtual time, with the code that scales in life.',
    )
    .argument('<files...>', 'configuration files; several are compared side by side')
    .option('--resource <alias>', 'the resource to test; needed where several have autoscale:')
    .option('--signal <name=file>', 'a CSV file (time,value) for a signal; repeat for each', collectSignal)
    .option(
      '--arrivals <file>',
      'close the loop: a CSV file of jobs that arrive a second; their queue is the signal queue',
    )
    .option('--service-rate <jobs>', 'jobs that one unit gets done a second, with --arrivals', parsePositive)
    .option('--start-capacity <units>', 'capacity at the start (default: min)', parseUnits)
    .option('--ready-after <duration>', 'how long new units take until they exist', parseTime, 0)
    .option('--interval <duration>', 'how often to evaluate (default: as configured)', parseInterval)
    .option(
      '--max-age <duration>',
      'how long a sample counts (default: the maxAge of its signal, else 3 intervals)',
      parseTime,
    )
    .option('--json', 'every point, change and the summary as JSON; an array where there are several files')
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
  if (Object.hasOwn(collected, name)) throw new InvalidArgumentError(`${name} has a file already`);
  return { ...collected, [name]: file };
}

function parseTime(text: string): number {
  const timeMs = parseDuration(text);
  if (timeMs === undefined) throw new InvalidArgumentError('write a duration with a unit, such as 30s or 5m');
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
