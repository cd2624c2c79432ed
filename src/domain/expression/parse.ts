/**
 * Parses an expression into a tree. Precedence, from weakest to strongest: `? :`, `??`, `||`, `&&`, comparisons, `+ -`,
 * `* /`, unary `- !`. Comparisons chain: `a < b < c` means `a < b && b < c`.
 */
import { ExpressionError, type Suggestion } from './error.js';
import { type Token, tokensOf } from './tokens.js';

/** A part of an expression. `column` is the position that an error about this part reports, from 1. */
export type Tree = { readonly column: number } & (
  | { readonly kind: 'number'; readonly value: number }
  /** A signal, or `current`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly values: readonly Tree[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly operand: Tree }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Tree; readonly right: Tree }
  /** `value ?? other`. The texts are those of its two sides. */
  | {
      readonly kind: 'otherwise';
      readonly value: Tree;
      readonly other: Tree;
      readonly texts: readonly [value: string, other: string];
    }
  | { readonly kind: 'choice'; readonly condition: Tree; readonly value: Tree; readonly other: Tree }
);

const operators = {
  or: ['||'],
  and: ['&&'],
  comparison: ['==', '!=', '<', '<=', '>', '>='],
  sum: ['+', '-'],
  product: ['*', '/'],
  unary: ['-', '!'],
} as const;
export type BinaryOperator = (typeof operators)[Exclude<keyof typeof operators, 'unary'>][number];

/** The minimum and maximum number of arguments of each function. */
export const functions = {
  min: { least: 1, most: Infinity },
  max: { least: 1, most: Infinity },
  ceil: { least: 1, most: 1 },
  floor: { least: 1, most: 1 },
  round: { least: 1, most: 1 },
  abs: { least: 1, most: 1 },
  clamp: { least: 3, most: 3 },
} as const;
export type FunctionName = keyof typeof functions;

const longest = 1000;
const deepest = 32;

/**
 * @param known the names of the signals
 * @throws ExpressionError
 */
export function parse(text: string, known: readonly string[]): Tree {
  if (text.length > longest) throw new ExpressionError(`is longer than ${longest} characters`, longest + 1);
  return new Parser(text, [...known, 'current']).whole();
}

class Parser {
  private readonly tokens: Iterator<Token, undefined>;
  private readonly length: number;
  private token: Token | undefined;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly known: readonly string[],
  ) {
    this.tokens = tokensOf(text);
    this.length = text.trimEnd().length;
    this.advance();
  }

  whole(): Tree {
    const tree = this.choice();
    if (this.token) throw unexpected(this.token);
    return tree;
  }

  /** `condition ? value : other` */
  private choice(): Tree {
    const condition = this.otherwise();
    const question = this.takes('?');
    if (!question) return condition;
    const value = this.nested(question.column, () => this.choice());
    if (!this.takes(':')) {
      if (this.token && !isSymbol(this.token, ')', ',')) throw unexpected(this.token);
      throw new ExpressionError('"?" without ":"', question.column);
    }
    const other = this.choice();
    return { kind: 'choice', column: value.column, condition, value, other };
  }

  /** `value ?? other ?? another` */
  private otherwise(): Tree {
    const value = this.or();
    const operator = this.takes('??');
    if (!operator) return value;
    const other = this.nested(operator.column, () => this.otherwise());
    const texts = [
      this.text.slice(value.column - 1, operator.column - 1).trim(),
      this.text.slice(operator.column + 1, (this.token?.column ?? this.length + 1) - 1).trim(),
    ] as const;
    return { kind: 'otherwise', column: value.column, value, other, texts };
  }

  private or(): Tree {
    return this.leftToRight(operators.or, () => this.leftToRight(operators.and, () => this.comparison()));
  }

  private comparison(): Tree {
    const first = this.sum();
    let left = first;
    let chain: Tree | undefined;
    for (let operator = this.takes(...operators.comparison); operator; operator = this.takes(...operators.comparison)) {
      const right = this.sum();
      const link: Tree = { kind: 'binary', operator: operator.text, column: left.column, left, right };
      chain = chain ? { kind: 'binary', operator: '&&', column: first.column, left: chain, right: link } : link;
      left = right;
    }
    return chain ?? first;
  }

  private sum(): Tree {
    return this.leftToRight(operators.sum, () => this.leftToRight(operators.product, () => this.unary()));
  }

  private leftToRight(among: readonly BinaryOperator[], part: () => Tree): Tree {
    let left = part();
    for (let operator = this.takes(...among); operator; operator = this.takes(...among)) {
      left = { kind: 'binary', operator: operator.text, column: left.column, left, right: part() };
    }
    return left;
  }

  private unary(): Tree {
    const operator = this.takes(...operators.unary);
    if (!operator) return this.operand();
    return { kind: 'unary', operator: operator.text, column: operator.column, operand: this.unary() };
  }

  private operand(): Tree {
    const { token } = this;
    if (!token) throw new ExpressionError(this.length === 0 ? 'is empty' : 'ends too early', this.length + 1);
    this.advance();
    if (token.kind === 'number') return numberIn(token);
    if (token.kind === 'name') return this.named(token);
    if (token.text !== '(') throw unexpected(token);
    const [inner] = this.parenthesized(token.column, { isCall: false });
    return { ...inner, column: token.column };
  }

  private named({ text: name, column }: Token): Tree {
    const isFunction = Object.hasOwn(functions, name);
    const open = this.takes('(');
    if (!open && isFunction) throw new ExpressionError(`${name} is a function`, column, `write ${name}(...)`);
    if (!open && this.known.includes(name)) return { kind: 'name', column, name };
    if (!open) throw unknown('name', name, column, this.known);
    if (!isFunction) throw unknown('function', name, column, Object.keys(functions));
    const called = name as FunctionName; // `isFunction` has checked that `functions` has this key.
    const values = this.parenthesized(open.column, { isCall: true });
    const { least, most } = functions[called];
    if (values.length < least || values.length > most) {
      const wanted = most === 1 ? 'one argument' : `${least} arguments`;
      throw new ExpressionError(`${name} takes ${wanted}`, open.column);
    }
    return { kind: 'call', column, name: called, values };
  }

  /**
   * Parses the parts up to the closing parenthesis, after the opening one was read. Only a call may have several parts.
   */
  private parenthesized(column: number, { isCall }: { isCall: boolean }): [Tree, ...Tree[]] {
    return this.nested(column, () => {
      const parts: [Tree, ...Tree[]] = [this.choice()];
      while (isCall && this.takes(',')) parts.push(this.choice());
      if (this.takes(')')) return parts;
      throw this.token ? unexpected(this.token) : new ExpressionError('"(" is not closed', column);
    });
  }

  private nested<T>(column: number, read: () => T): T {
    if (this.depth >= deepest) throw new ExpressionError(`is nested more than ${deepest} levels deep`, column);
    this.depth += 1;
    const result = read();
    this.depth -= 1;
    return result;
  }

  private takes<Text extends string>(...among: readonly Text[]): { text: Text; column: number } | undefined {
    const { token } = this;
    const text = among.find((each) => token?.text === each);
    if (!token || text === undefined) return undefined;
    this.advance();
    return { text, column: token.column };
  }

  /**
   * Reads one token ahead and no further, so that an error is reported at the first position where it can be detected.
   */
  private advance(): void {
    this.token = this.tokens.next().value;
  }
}

function numberIn({ text, column }: Token): Tree {
  const value = Number(text);
  if (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(text)))
    throw new ExpressionError(`${text} is too large or too small`, column);
  return { kind: 'number', column, value };
}

function isSymbol({ kind, text }: Token, ...among: readonly string[]): boolean {
  return kind === 'symbol' && among.includes(text);
}

function unexpected(token: Token): ExpressionError {
  if (isSymbol(token, ':')) return new ExpressionError('":" without "?"', token.column);
  return new ExpressionError(`unexpected "${token.text}"`, token.column);
}

function unknown(what: string, name: string, column: number, known: readonly string[]): ExpressionError {
  const suggestion: Suggestion = { name, known };
  return new ExpressionError(
    `unknown ${what} "${name}"`,
    column,
    `supported ${what}s: ${known.join(', ')}`,
    suggestion,
  );
}
