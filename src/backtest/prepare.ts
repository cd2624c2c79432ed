/**
 * Turns files and options into backtests that can run: everything that is missing is reported before any of them runs.
 */
import { readConfigFile } from '../config/load.js';
import type { ResourceConfig } from '../config/config.js';
import { compileAutoscale, type AutoscaleSpec } from '../domain/autoscale/spec.js';
import { sources } from '../adapters/sources/registry.js';
import { BacktestError, readTrace, type Trace } from './trace.js';
import { queueSignal, type Backtest } from './simulate.js';

/** What was recorded, and how it is replayed. */
export interface RecordingOptions {
  /** The file of the trace, keyed by signal. */
  readonly signals: Readonly<Record<string, string>>;
  readonly arrivals?: string;
  readonly serviceRate?: number;
  readonly startCapacity?: number;
  readonly readyAfterMs: number;
  readonly intervalMs?: number;
  readonly maxAgeMs?: number;
}

export interface BacktestOptions extends RecordingOptions {
  readonly resource?: string;
}

export interface BacktestDependencies {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** One backtest per configuration file, over the same traces. */
export async function prepareBacktests(
  files: readonly string[],
  options: BacktestOptions,
  surroundings: BacktestDependencies,
): Promise<Backtest[]> {
  const recording = await readRecording(options, surroundings.cwd);
  const prepared: Backtest[] = [];
  // One after the other: the types of the modules of a file are in force until the next file is read.
  for (const file of files) {
    const { resources } = await readConfigFile(file, surroundings.environment, surroundings.cwd);
    const choice = { alias: options.resource, by: 'with --resource', file };
    prepared.push(backtestOf(chooseResource(Object.values(resources), choice), recording, options, file));
  }
  return prepared;
}

/** A resource with `autoscale:`. */
export type Autoscaled = ResourceConfig & Required<Pick<ResourceConfig, 'autoscale'>>;

type Recording = Pick<Backtest, 'traces' | 'arrivals'>;

/** @throws BacktestError */
export async function readRecording(options: RecordingOptions, cwd: string): Promise<Recording> {
  return { traces: await readTraces(options.signals, cwd), arrivals: await readArrivals(options, cwd) };
}

/** @param file for messages. @throws BacktestError where the recording lacks a signal. */
export function backtestOf(
  resource: Autoscaled,
  { traces, arrivals }: Recording,
  options: RecordingOptions,
  file: string,
): Backtest {
  const spec = compileSpec(resource, options, file);
  const given = [...Object.keys(traces), ...(arrivals ? [queueSignal] : [])];
  checkSignals(spec, given, file, resource.alias);
  return {
    resource: resource.alias,
    spec,
    traces,
    arrivals,
    startCapacity: options.startCapacity ?? spec.limits.min,
    readyAfterMs: options.readyAfterMs,
    maxAgeMs: options.maxAgeMs ?? null,
    samples: samplesOf(resource.autoscale),
  };
}

async function readTraces(files: Readonly<Record<string, string>>, cwd: string): Promise<Record<string, Trace>> {
  const read = Object.entries(files).map(async ([signal, file]) => [signal, await readTrace(file, cwd)] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function readArrivals({ arrivals, serviceRate }: RecordingOptions, cwd: string): Promise<Backtest['arrivals']> {
  if (arrivals === undefined && serviceRate === undefined) return null;
  if (arrivals === undefined || serviceRate === undefined) {
    throw new BacktestError({ problem: 'a closed loop requires both --arrivals and --service-rate' });
  }
  return { trace: await readTrace(arrivals, cwd), serviceRate };
}

interface ResourceChoice {
  /** Undefined: the only resource with `autoscale:`. */
  readonly alias: string | undefined;
  /** How a person chooses a resource, for messages. */
  readonly by: string;
  readonly file: string;
}

/** @throws BacktestError */
export function chooseResource(resources: readonly ResourceConfig[], { alias, by, file }: ResourceChoice): Autoscaled {
  const autoscaled = resources.flatMap(({ autoscale, ...rest }) => (autoscale ? [{ ...rest, autoscale }] : []));
  const names = autoscaled.map((resource) => resource.alias).join(', ');
  if (alias !== undefined) {
    const chosen = autoscaled.find((resource) => resource.alias === alias);
    if (chosen) return chosen;
    const isThere = resources.some((resource) => resource.alias === alias);
    const problem = isThere ? `resource ${alias} has no autoscale:` : `resource ${alias} does not exist`;
    throw new BacktestError({ file, problem, fix: `with autoscale: ${names === '' ? 'none' : names}` });
  }
  const [only, ...others] = autoscaled;
  if (!only) throw new BacktestError({ file, problem: 'no resource has autoscale:', fix: 'there is nothing to test' });
  if (others.length > 0) throw new BacktestError({ file, problem: `choose a resource ${by}: ${names}` });
  return only;
}

function compileSpec(
  { autoscale, settings }: Autoscaled,
  { arrivals, intervalMs }: RecordingOptions,
  file: string,
): AutoscaleSpec {
  const own = autoscale.settings;
  const signals = arrivals === undefined ? own.signals : [...new Set([...own.signals, queueSignal])];
  try {
    return compileAutoscale({ ...own, signals, intervalMs: intervalMs ?? own.intervalMs }, settings);
  } catch (error) {
    throw new BacktestError(
      { file, problem: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

/** Placeholders are not resolved: a backtest needs no secrets. */
function samplesOf({ signals }: NonNullable<ResourceConfig['autoscale']>): NonNullable<Backtest['samples']> {
  const entries = Object.entries(signals).map(([name, { type, settings }]) => {
    const { emptyAs: written } = settings;
    const emptyAs = typeof written === 'number' || written === 'noData' ? written : undefined;
    const definition = sources.find(type);
    return [name, { isDated: definition?.datesSamples?.(settings) === true, emptyAs }] as const;
  });
  return Object.fromEntries(entries);
}

function checkSignals(spec: AutoscaleSpec, given: readonly string[], file: string, alias: string): void {
  const known = spec.settings.signals;
  const unknown = given.filter((signal) => !known.includes(signal));
  if (unknown.length > 0) {
    const problem = `${alias}: has no signal ${unknown.join(', ')}`;
    throw new BacktestError({ file, problem, fix: `it has ${known.join(', ') || 'none'}` });
  }
  const missing = spec.signals.filter((signal) => !given.includes(signal));
  if (missing.length > 0) {
    const problem = `${alias}: its policies read ${missing.join(', ')}`;
    throw new BacktestError({ file, problem, fix: `give each a file: --signal ${String(missing[0])}=FILE.csv` });
  }
  if (given.length === 0)
    throw new BacktestError({ problem: 'a backtest needs a trace', fix: 'add --signal NAME=FILE.csv' });
}
