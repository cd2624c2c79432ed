/** The values of the signals at one evaluation, for expressions. */
import type { Expression } from '../expression/expression.js';

export interface SignalValues {
  /** The signals that have a number, and `current`. */
  readonly values: Readonly<Record<string, number>>;
  /** By signal without a number: the setting that could be added so that the signal has one. */
  readonly hints: Readonly<Record<string, string>>;
  /** By signal without data of its own: the signal whose value it has instead. Absent: none. */
  readonly standIns?: Readonly<Record<string, string>>;
}

/** Returns what an expression used instead of signals without data, as the end of a sentence. Empty: nothing. */
export function usedInstead(expression: Expression, { values, standIns = {} }: SignalValues): string {
  const signals = expression.names
    .filter((name) => Object.hasOwn(standIns, name))
    .map((name) => `${String(standIns[name])} instead of ${name} (no data)`);
  const others: string[] = [];
  expression.evaluate(values, (value, other) => others.push(`${other} instead of ${value} (no data)`));
  const used = [...signals, ...others];
  return used.length === 0 ? '' : `, with ${used.join(' and ')}`;
}

/** Returns why an expression has no number, and the settings that could be added so that it has one. */
export function whyUnknown({ text, names }: Expression, { values, hints }: SignalValues): string {
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length === 0) return `${text} is not a finite number`;
  const hinted = missing.map((name) => (Object.hasOwn(hints, name) ? `${name} (${String(hints[name])})` : name));
  return `no data from ${hinted.join(' and ')}`;
}
