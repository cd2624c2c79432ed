/** What a trigger becomes. Each file of this folder converts the triggers of one system. */
import type { Workload } from '../../hpa/metrics.js';
import type { Identity } from '../authentication.js';
import type { Parameters } from '../parameters.js';

export interface Trigger {
  readonly type: string;
  readonly parameters: Parameters;
  readonly identity: Identity | undefined;
  readonly metricType: string;
  readonly scaledObject: { readonly name: string; readonly namespace: string | undefined };
  readonly workload: Workload;
}

type Settings = Readonly<Record<string, unknown>>;

export interface Measured {
  /** What the signal is called, if the trigger has no name. */
  readonly name: string;
  readonly signal: Settings;
  /** A second signal, called as the first and this ending. */
  readonly other?: { readonly ending: string; readonly signal: Settings };
  /** From the names of the signals. Default: the value of the signal. */
  readonly value?: (name: string, other: string) => string;
  readonly target: number;
  /** The trigger is active above it. */
  readonly activation: number;
  /** The trigger is active while the second signal is above zero. */
  readonly isActiveByOther?: true;
}

export interface NotMeasured {
  readonly what: string;
  readonly why: string;
}

export type Converter = (trigger: Trigger) => Measured | NotMeasured;

/** A mapping without the settings that are not set. */
export function settings(given: Readonly<Record<string, unknown>>): Settings {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function isMeasured(result: Measured | NotMeasured): result is Measured {
  return 'signal' in result;
}
