/**
 * The expressions that policies read their value from: arithmetic over signals, never code. Parsed by filtrex, which lets
 * an expression reach the names and functions it is given and nothing else.
 */
import { compileExpression as compileByFiltrex } from 'filtrex';
import { ExpressionError } from './expression-error.js';
import { expressionFunctions, translate } from './expression-syntax.js';

export interface Expression {
  /** As it was written. */
  readonly text: string;
  /** The signals it may read; `current`, the capacity, is always there. */
  readonly names: readonly string[];
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
  refuseMixedTypes(translation.text);
  const run = compileByFiltrex(translation.text, { customProp: finiteProperty, operators: arithmetic, extraFunctions });
  return {
    text,
    names: translation.names,
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

/** Runs the expression with every comparison forced, so that both sides of each choice are seen. */
function refuseMixedTypes(translated: string): void {
  for (const outcomes of [[true], [false], [true, false], [false, true]]) {
    let comparisons = 0;
    const force = (left: unknown, right: unknown): boolean => {
      if (typeof left !== typeof right) throw mixed;
      return outcomes[comparisons++ % outcomes.length] === true;
    };
    const compare = (left: unknown, right: unknown): boolean => force(numeric(left), numeric(right));
    const run = compileByFiltrex(translated, {
      customProp: () => 1,
      operators: { ...arithmetic, '<': compare, '<=': compare, '>': compare, '>=': compare, '==': force, '!=': force },
      extraFunctions,
    });
    const result: unknown = run({});
    if (typeof result === 'boolean') throw new ExpressionError('gives yes or no where a number is needed', 1);
    if (result instanceof Error && result !== noData) {
      throw new ExpressionError('mixes numbers with a yes or no, such as 1 + (a > b)', 1);
    }
  }
}
