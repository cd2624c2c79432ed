/** The backtests of the recipes: which configuration runs on which signals, and what its chart and its table show. */
import type { BacktestResult } from '../../src/backtest/simulate.js';
import type { Samples } from './signals.js';
import type { Measure } from './recorded.js';
import { omnistrateAndQueues } from './recipes-queues.js';
import { platformServices } from './recipes-services.js';
import { timesAndOwn } from './recipes-own.js';

/** One configuration on its signals. */
export interface Run {
  /** In the legend and in the table. */
  readonly name: string;
  /** In docs/recipes. */
  readonly file: string;
  readonly resource?: string;
  readonly load: RunLoad;
  /** Default: `min`. */
  readonly startCapacity?: number;
  /** How long new units take to become ready. */
  readonly readyAfter: string;
}

type RunLoad =
  /** The file of each signal, in docs/recipes/signals. */
  { readonly signals: Readonly<Record<string, string>> } | { readonly arrivals: string; readonly serviceRate: number };

interface SignalPanel {
  readonly title: string;
  /** The signals, or with several runs the one signal of each run. */
  readonly lines: readonly { readonly name: string; readonly signal: string; readonly run?: number }[];
}

export interface Figure {
  readonly label: string;
  readonly of: (result: BacktestResult) => string;
}

/** One chart, with its table. */
export interface Picture {
  readonly name: string;
  readonly title: string;
  /** The page in docs/recipes that shows it. */
  readonly page: string;
  readonly runs: readonly Run[];
  readonly panel: SignalPanel;
  readonly figures?: readonly Figure[];
  /** The time of day at the start, in minutes. Default: the axis counts from the start. */
  readonly startsAtMinute?: number;
  readonly tickMinutes: number;
}

/** How the file of a signal is made. */
type SignalFile =
  | { readonly kind: 'samples'; readonly samples: Samples }
  /** Signals that depend on the capacity: all of one run at once. */
  | {
      readonly kind: 'recorded';
      readonly run: Run;
      readonly load: Samples;
      readonly measure: Measure;
    };

/** Keyed by file, without `.csv`. A recorded run makes the files of all its signals; its key is one of them. */
export type SignalFiles = Readonly<Record<string, SignalFile>>;

export interface RecipeGroup {
  readonly signals: SignalFiles;
  readonly pictures: readonly Picture[];
}

const groups: readonly RecipeGroup[] = [platformServices, omnistrateAndQueues, timesAndOwn];

export const signalFiles: SignalFiles = Object.assign({}, ...groups.map(({ signals }) => signals)) as SignalFiles;

export const pictures: readonly Picture[] = groups.flatMap((group) => group.pictures);

/** The pages with a complete configuration of the same name beside them. */
export const pagesWithConfiguration = [
  'platform-services',
  'omnistrate',
  'ecs-sqs',
  'rabbitmq-kubernetes',
  'office-hours',
  'own-prediction',
  'own-process',
] as const;
