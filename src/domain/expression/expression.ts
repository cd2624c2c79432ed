/**
 * The expressions from which policies get their values: arithmetic over signals. An expression is parsed into a tree,
 * the types of the tree are checked, and the tree is compiled to closures. The text of an expression is never executed
 * as code.
 */
import { ExpressionError } from './error.js';
import { type BinaryOperator, type FunctionName, parse, type Tree } from './parse.js';

export interface Expression {
  /** The text as it was written. */
  readonly text: string;
  /**
   * The signals that the expression may read, without duplicates. The capacity, `current`, is always available and is
   * not in this list.
   */
  readonly names: readonly string[];
  /** The signal whose name is the whole expression. Null: the expression computes something. */
  readonly onlySignal: string | null;
  /** Whether the result depends on the capacity, in addition to the signals. */
  readonly readsCurrent: boolean;
  /**
   * Returns the number, or null for "no data": a name that was needed has no number, or an intermediate result is not a
   * finite number.
   * @param onOther is called for each `??` whose first side has no data: its second side is used.
   */
  evaluate(values: Readonly<Record<string, number>>, onOther?: OnOther): number | null;
}

/** @param value the text of the first side of `??`, which has no data. @param other the text of the second side. */
type OnOther = (value: string, other: string) => void;

/**
 * `m > 100 ? current + max(1, floor(m * 0.01)) : current`
 * @param known the names of the signals
 * @throws ExpressionError with the column, for every error that can be detected without values
 */
export function compileExpression(text: string, known: readonly string[]): Expression {
  const tree = parse(text, known);
  const compiled = compile(tree);
  if (compiled.type !== 'number') throw new ExpressionError('is a condition where a number is required', tree.column);
  const names = [...new Set(namesIn(tree))];
  return {
    text,
    names: names.filter((name) => name !== 'current'),
    onlySignal: tree.kind === 'name' && tree.name !== 'current' ? tree.name : null,
    readsCurrent: names.includes('current'),
    evaluate(values, onOther = ignored) {
      try {
        return compiled.run({ values, onOther });
      } catch (error) {
        if (error === noData) return null;
        throw error;
      }
    },
  };
}

interface Given {
  readonly values: Readonly<Record<string, number>>;
  readonly onOther: OnOther;
}
type Numeric = (given: Given) => number;
type Logical = (given: Given) => boolean;
/** Every part is checked, including a branch that no sample may ever reach. */
type Compiled =
  { readonly type: 'number'; readonly run: Numeric } | { readonly type: 'condition'; readonly run: Logical };

const ignored: OnOther = () => undefined;
const number = (run: Numeric): Compiled => ({ type: 'number', run });
const asCondition = (run: Logical): Compiled => ({ type: 'condition', run });

/** @throws ExpressionError if a number is used as a condition, or a condition as a number */
function compile(tree: Tree): Compiled {
  switch (tree.kind) {
    case 'number':
      return number(() => tree.value);
    case 'name':
      return number(({ values }) => finite(Object.hasOwn(values, tree.name) ? values[tree.name] : undefined));
    case 'call':
      return number(call(tree.name, tree.values.map(numeric)));
    case 'unary':
      return tree.operator === '-'
        ? number(negated(numeric(tree.operand)))
        : asCondition(inverted(logical(tree.operand)));
    case 'binary':
      return binary(tree.operator, tree.left, tree.right);
    case 'otherwise':
      return number(otherwise(numeric(tree.value), numeric(tree.other), tree.texts));
    case 'choice':
      return choice(logical(tree.condition), compile(tree.value), compile(tree.other), tree.other.column);
  }
}

function binary(operator: BinaryOperator, left: Tree, right: Tree): Compiled {
  switch (operator) {
    case '||':
    case '&&': {
      const [first, second] = [logical(left), logical(right)];
      return asCondition(operator === '||' ? (at) => first(at) || second(at) : (at) => first(at) && second(at));
    }
    case '==':
    case '!=': {
      const [one, other] = [compile(left), compile(right)];
      if (one.type !== other.type) throw new ExpressionError('compares a number with a condition', left.column);
      const isEqual: Logical = (at) => one.run(at) === other.run(at);
      return asCondition(operator === '==' ? isEqual : inverted(isEqual));
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return asCondition(comparison(operator, numeric(left), numeric(right)));
    case '+':
    case '-':
    case '*':
    case '/':
      return number(arithmetic(operator, numeric(left), numeric(right)));
  }
}

function comparison(operator: '<' | '<=' | '>' | '>=', left: Numeric, right: Numeric): Logical {
  switch (operator) {
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

/** A result that is not finite is no data. Otherwise `min(10, x / 0)` would hide the division by zero. */
function arithmetic(operator: '+' | '-' | '*' | '/', left: Numeric, right: Numeric): Numeric {
  switch (operator) {
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

function otherwise(value: Numeric, other: Numeric, texts: readonly [value: string, other: string]): Numeric {
  return (at) => {
    try {
      return value(at);
    } catch (error) {
      if (error !== noData) throw error;
      at.onOther(...texts);
      return other(at);
    }
  };
}

function choice(condition: Logical, value: Compiled, other: Compiled, otherColumn: number): Compiled {
  if (value.type === 'number' && other.type === 'number')
    return number((at) => (condition(at) ? value.run(at) : other.run(at)));
  if (value.type === 'condition' && other.type === 'condition')
    return asCondition((at) => (condition(at) ? value.run(at) : other.run(at)));
  throw new ExpressionError('has a number on one side of ":" and a condition on the other', otherColumn);
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
  throw new ExpressionError('has a condition where a number is required, as in 1 + (a > b)', tree.column);
}

function logical(tree: Tree): Logical {
  const compiled = compile(tree);
  if (compiled.type === 'condition') return compiled.run;
  throw new ExpressionError('has a number where a condition is required, as in a ? 1 : 2', tree.column);
}

/** Created once, because a stack trace is expensive. */
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
    case 'otherwise':
      return [tree.value, tree.other].flatMap(namesIn);
    case 'choice':
      return [tree.condition, tree.value, tree.other].flatMap(namesIn);
  }
}
