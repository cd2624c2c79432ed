/** The values of the signals at one evaluation, for expressions. */
import type { Expression } from '../expression/expression.js';

export interface SignalValues {
  /** The signals that have a number, and `current`. */
  readonly values: Readonly<Record<string, number>>;
  /** By signal without a number: the setting that could be added so that the signal has one. */
  readonly hints: Readonly<Record<string, string>>;
}

/** Returns why an expression has no number, and the settings that could be added so that it has one. */
export function whyUnknown({ text, names }: Expression, { values, hints }: SignalValues): string {
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length === 0) return `${text} is not a finite number`;
  const hinted = missing.map((name) => (Object.hasOwn(hints, name) ? `${name} (${String(hints[name])})` : name));
  return `no data from ${hinted.join(' and ')}`;
}
