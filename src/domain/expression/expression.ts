/**
 * The expressions that policies read their value from: arithmetic over signals. An expression is read into a tree, its
 * types are checked, and the tree becomes closures: no text is ever run as code.
 */
import { ExpressionError } from './error.js';
import { type BinarySign, type FunctionName, parse, type Tree } from './parse.js';

export interface Expression {
  /** As it was written. */
  readonly text: string;
  /** The signals that the expression may read, each once; `current`, the capacity, is always there. */
  readonly names: readonly string[];
  /** Whether the result depends on the capacity itself, and not on the signals alone. */
  readonly readsCurrent: boolean;
  /** Null is "no data": a name without a number was needed, or an intermediate result was not a finite number. */
  evaluate(values: Readonly<Record<string, number>>): number | null;
}

/**
 * `m > 100 ? current + max(1, floor(m * 0.01)) : current`
 * @param known the names of the signals
 * @throws ExpressionError with the column, for whatever can be told before there are numbers
 */
export function compileExpression(text: string, known: readonly string[]): Expression {
  const tree = parse(text, known);
  const compiled = compile(tree);
  if (compiled.type !== 'number') throw new ExpressionError('gives yes or no where a number is needed', tree.column);
  const names = [...new Set(namesIn(tree))];
  return {
    text,
    names: names.filter((name) => name !== 'current'),
    readsCurrent: names.includes('current'),
    evaluate(values) {
      try {
        return compiled.run(values);
      } catch (error) {
        if (error === noData) return null;
        throw error;
      }
    },
  };
}

type Values = Readonly<Record<string, number>>;
type Numeric = (values: Values) => number;
type Logical = (values: Values) => boolean;
/** All parts are checked, also those in a branch that no sample may ever lead to. */
type Compiled =
  { readonly type: 'number'; readonly run: Numeric } | { readonly type: 'yes or no'; readonly run: Logical };

const number = (run: Numeric): Compiled => ({ type: 'number', run });
const yesOrNo = (run: Logical): Compiled => ({ type: 'yes or no', run });

/** @throws ExpressionError where a number stands for a yes or no, or the other way round */
function compile(tree: Tree): Compiled {
  switch (tree.kind) {
    case 'number':
      return number(() => tree.value);
    case 'name':
      return number((values) => finite(Object.hasOwn(values, tree.name) ? values[tree.name] : undefined));
    case 'call':
      return number(call(tree.name, tree.values.map(numeric)));
    case 'unary':
      return tree.sign === '-' ? number(negated(numeric(tree.operand))) : yesOrNo(inverted(logical(tree.operand)));
    case 'binary':
      return binary(tree.sign, tree.left, tree.right);
    case 'choice':
      return choice(logical(tree.condition), compile(tree.value), compile(tree.other), tree.other.column);
  }
}

function binary(sign: BinarySign, left: Tree, right: Tree): Compiled {
  switch (sign) {
    case '||':
    case '&&': {
      const [first, second] = [logical(left), logical(right)];
      return yesOrNo(sign === '||' ? (at) => first(at) || second(at) : (at) => first(at) && second(at));
    }
    case '==':
    case '!=': {
      const [one, other] = [compile(left), compile(right)];
      if (one.type !== other.type) throw new ExpressionError('compares a number with a yes or no', left.column);
      const isEqual: Logical = (at) => one.run(at) === other.run(at);
      return yesOrNo(sign === '==' ? isEqual : inverted(isEqual));
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return yesOrNo(comparison(sign, numeric(left), numeric(right)));
    case '+':
    case '-':
    case '*':
    case '/':
      return number(arithmetic(sign, numeric(left), numeric(right)));
  }
}

function comparison(sign: '<' | '<=' | '>' | '>=', left: Numeric, right: Numeric): Logical {
  switch (sign) {
    case '<':
      return (at) => left(at) < right(at);
    case '<=':
      return (at) => left(at) <= right(at);
    case '>':
      return (at) => left(at) > right(at);
    case '>=':
      return (at) => left(at) >= right(at);
  }
}

/** A division by zero must not hide inside `min(10, x / 0)`. */
function arithmetic(sign: '+' | '-' | '*' | '/', left: Numeric, right: Numeric): Numeric {
  switch (sign) {
    case '+':
      return (at) => finite(left(at) + right(at));
    case '-':
      return (at) => finite(left(at) - right(at));
    case '*':
      return (at) => finite(left(at) * right(at));
    case '/':
      return (at) => finite(left(at) / right(at));
  }
}

const negated =
  (operand: Numeric): Numeric =>
  (at) =>
    -operand(at);
const inverted =
  (operand: Logical): Logical =>
  (at) =>
    !operand(at);

function choice(condition: Logical, value: Compiled, other: Compiled, otherColumn: number): Compiled {
  if (value.type === 'number' && other.type === 'number')
    return number((at) => (condition(at) ? value.run(at) : other.run(at)));
  if (value.type === 'yes or no' && other.type === 'yes or no')
    return yesOrNo((at) => (condition(at) ? value.run(at) : other.run(at)));
  throw new ExpressionError('mixes a number and a yes or no on the two sides of ":"', otherColumn);
}

const results: Readonly<Record<FunctionName, (...values: number[]) => number>> = {
  ...{ min: Math.min, max: Math.max, ceil: Math.ceil, floor: Math.floor, round: Math.round, abs: Math.abs },
  clamp: (value = 0, least = 0, most = 0) => Math.min(Math.max(value, least), most),
};

function call(name: FunctionName, values: readonly Numeric[]): Numeric {
  const result = results[name];
  return (at) => result(...values.map((value) => value(at)));
}

function numeric(tree: Tree): Numeric {
  const compiled = compile(tree);
  if (compiled.type === 'number') return compiled.run;
  throw new ExpressionError('has a yes or no where a number is needed, as in 1 + (a > b)', tree.column);
}

function logical(tree: Tree): Logical {
  const compiled = compile(tree);
  if (compiled.type === 'yes or no') return compiled.run;
  throw new ExpressionError('has a number where a yes or no is needed, as in a ? 1 : 2', tree.column);
}

/** Made once, because a stack trace is dear. */
const noData = new Error('no data');

function finite(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) throw noData;
  return value;
}

function namesIn(tree: Tree): readonly string[] {
  switch (tree.kind) {
    case 'number':
      return [];
    case 'name':
      return [tree.name];
    case 'call':
      return tree.values.flatMap(namesIn);
    case 'unary':
      return namesIn(tree.operand);
    case 'binary':
      return [tree.left, tree.right].flatMap(namesIn);
    case 'choice':
      return [tree.condition, tree.value, tree.other].flatMap(namesIn);
  }
}
