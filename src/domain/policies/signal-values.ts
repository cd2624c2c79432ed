/** What the signals say at one look, for expressions. */
import type { Expression } from '../expression/expression.js';

export interface SignalValues {
  /** For expressions: the signals that have a number, and `current`. */
  readonly values: Readonly<Record<string, number>>;
  /** By signal that has none, what could be set so that it had. */
  readonly hints: Readonly<Record<string, string>>;
}

/** Why an expression has no number, and what could be set so that it had. */
export function whyUnknown({ text, names }: Expression, { values, hints }: SignalValues): string {
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length === 0) return `${text} is not a finite number`;
  const hinted = missing.map((name) => (Object.hasOwn(hints, name) ? `${name} (${String(hints[name])})` : name));
  return `no data from ${hinted.join(' and ')}`;
}
