/**
 * The expressions that policies read their value from: arithmetic over signals. filtrex compiles them to functions of
 * JavaScript; only what has been read sign by sign before comes to it, so that an expression reaches the names and
 * functions it is given and nothing else.
 */
import { compileExpression as compileByFiltrex } from 'filtrex';
import { expressionFunctions, translate } from './syntax.js';
import { refuseMixedTypes } from './types.js';

export interface Expression {
  /** As it was written. */
  readonly text: string;
  /** The signals it may read; `current`, the capacity, is always there. */
  readonly names: readonly string[];
  /** Whether what it gives depends on the capacity itself, and not on the signals alone. */
  readonly readsCurrent: boolean;
  /** Null is "no data": a name without a number was needed, or something was not a finite number on the way. */
  evaluate(values: Readonly<Record<string, number>>): number | null;
}

/**
 * `m > 100 ? current + max(1, floor(m * 0.01)) : current`
 * @param known the names of the signals
 * @throws ExpressionError with the column, for whatever can be told before there are numbers
 */
export function compileExpression(text: string, known: readonly string[]): Expression {
  const translation = translate(text, known);
  refuseMixedTypes(text);
  const run = compileByFiltrex(translation.text, { customProp: finiteProperty, operators: arithmetic, extraFunctions });
  return {
    text,
    names: translation.names,
    readsCurrent: translation.readsCurrent,
    evaluate(values) {
      const result: unknown = run(values);
      return isNumber(result) ? result : null;
    },
  };
}

/** Thrown inside an expression, where filtrex turns it into a value: made once, because a stack trace is dear. */
const noData = new Error('no data');

function finite(result: number): number {
  if (!Number.isFinite(result)) throw noData;
  return result;
}

/** A division by zero must not hide inside `min(10, x / 0)`. */
const arithmetic = {
  '+': (left: unknown, right: unknown) => finite(numeric(left) + numeric(right)),
  '-': (left: unknown, right?: unknown) =>
    finite(right === undefined ? -numeric(left) : numeric(left) - numeric(right)),
  '*': (left: unknown, right: unknown) => finite(numeric(left) * numeric(right)),
  '/': (left: unknown, right: unknown) => finite(numeric(left) / numeric(right)),
  '==': (left: unknown, right: unknown) => left === right,
  '!=': (left: unknown, right: unknown) => left !== right,
};

const extraFunctions: Record<keyof typeof expressionFunctions, (...values: unknown[]) => number> = {
  min: (...values) => Math.min(...values.map(numeric)),
  max: (...values) => Math.max(...values.map(numeric)),
  ceil: (value) => Math.ceil(numeric(value)),
  floor: (value) => Math.floor(numeric(value)),
  round: (value) => Math.round(numeric(value)),
  abs: (value) => Math.abs(numeric(value)),
  clamp: (value, least, most) => Math.min(Math.max(numeric(value), numeric(least)), numeric(most)),
};

function finiteProperty(name: string, _get: unknown, values: Readonly<Record<string, number>>): number {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || !Number.isFinite(value)) throw noData;
  return value;
}

const mixed = new TypeError('a number and a yes or no do not mix');

function numeric(value: unknown): number {
  if (!isNumber(value)) throw mixed;
  return value;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
