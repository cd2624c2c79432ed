/**
 * The syntax of `value:` expressions, checked sign by sign so that an error can point at its column, and translated into
 * filtrex's: `c ? x : y` becomes `if c then x else y`, `&&` becomes `and`, and names are quoted.
 */
import { ExpressionError, type Suggestion } from './error.js';

/** Functions and how many arguments they take. */
export const expressionFunctions: Readonly<Record<string, { readonly least: number; readonly most: number }>> = {
  min: { least: 1, most: Infinity },
  max: { least: 1, most: Infinity },
  ceil: { least: 1, most: 1 },
  floor: { least: 1, most: 1 },
  round: { least: 1, most: 1 },
  abs: { least: 1, most: 1 },
  clamp: { least: 3, most: 3 },
};

const longest = 1000;
const deepest = 32;

const tokenPattern = /\s*(?:(\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_]\w*)|(&&|\|\||[<>=!]=|[-+*/()<>?:,!]))/y;

export interface Token {
  readonly kind: 'number' | 'name' | 'sign';
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** One after the other. @throws ExpressionError at the first sign that is none of the language. */
export function* tokensOf(text: string): Generator<Token> {
  const pattern = new RegExp(tokenPattern);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw unreadable(text, start);
    const [, number, name, sign] = match;
    const token = number ?? name ?? sign ?? '';
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    yield { kind, text: token, column: pattern.lastIndex - token.length + 1 };
  }
}

const translations: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '!': 'not' };

export interface Translation {
  /** In filtrex's syntax. */
  readonly text: string;
  /** The signals that are read, each once; `current` is none. */
  readonly names: readonly string[];
  readonly readsCurrent: boolean;
}

/** @throws ExpressionError */
export function translate(text: string, known: readonly string[]): Translation {
  if (text.length > longest) throw new ExpressionError(`is longer than ${longest} characters`, longest + 1);
  return new Translator(text, known).translate();
}

/** What lies between a parenthesis and its end; the whole expression is the outermost. */
interface Frame {
  readonly column: number;
  /** The function whose arguments these are. */
  readonly call: string | null;
  commas: number;
  /** Where the condition of the next `?` would begin in the output: `?` binds weakest of all. */
  conditionStart: number;
  /** The columns of the `?` that wait for their `:`. */
  readonly choices: number[];
}

class Translator {
  private readonly output: string[] = [];
  private readonly names = new Set<string>();
  private readsCurrent = false;
  private readonly frames: Frame[] = [];
  private isOperandNext = true;
  private pendingCall: string | null = null;

  constructor(
    private readonly text: string,
    private readonly known: readonly string[],
  ) {}

  translate(): Translation {
    this.open(1, null);
    const end = this.text.trimEnd().length;
    for (const { kind, text, column } of tokensOf(this.text)) {
      if (kind === 'number') this.number(text, column);
      else if (kind === 'name') this.name(text, column, this.text.slice(column - 1 + text.length));
      else this.sign(text, column);
    }
    if (this.isOperandNext) throw new ExpressionError(end === 0 ? 'is empty' : 'ends too early', end + 1);
    this.close(null, end + 1);
    return { text: this.output.join(' '), names: [...this.names], readsCurrent: this.readsCurrent };
  }

  private number(digits: string, column: number): void {
    this.operand(digits, column);
    const value = Number(digits);
    // The parser takes plain digits only, and JavaScript writes what is smaller than 1e-6 with an exponent.
    const written = value < 1e-6 ? value.toFixed(40).replace(/\.?0+$/, '') : String(value);
    if (!/^[\d.]+$/.test(written) || (written === '0' && value > 0))
      throw new ExpressionError(`${digits} is too large or too small`, column);
    this.output.push(written);
  }

  private name(name: string, column: number, rest: string): void {
    this.operand(name, column);
    const isFunction = Object.hasOwn(expressionFunctions, name);
    const isCall = /^\s*\(/.test(rest);
    if (isCall && isFunction) {
      this.pendingCall = name;
      this.isOperandNext = true;
      this.output.push(name);
      return;
    }
    if (isCall) throw this.unknown(`unknown function "${name}"`, column, name, Object.keys(expressionFunctions));
    if (isFunction) throw new ExpressionError(`${name} is a function; write ${name}(...)`, column);
    if (name === 'current') this.readsCurrent = true;
    else {
      if (!this.known.includes(name)) throw this.unknown(`unknown name "${name}"`, column, name, this.knownNames());
      this.names.add(name);
    }
    this.output.push(`'${name}'`);
  }

  private sign(sign: string, column: number): void {
    switch (sign) {
      case '(':
        if (!this.isOperandNext) throw unexpected(sign, column);
        this.open(column, this.pendingCall);
        return;
      case ')':
        this.operator(sign, column);
        this.close(')', column);
        return;
      case ',':
        this.operator(sign, column);
        this.comma(column);
        return;
      case '?':
        this.operator(sign, column);
        this.choose(column);
        return;
      case ':':
        this.operator(sign, column);
        this.otherwise(column);
        return;
      case '!':
        if (!this.isOperandNext) throw unexpected(sign, column);
        break;
      case '-':
        this.isOperandNext = true;
        break;
      default:
        this.operator(sign, column);
    }
    this.output.push(translations[sign] ?? sign);
  }

  private operand(text: string, column: number): void {
    if (!this.isOperandNext) throw unexpected(text, column);
    this.isOperandNext = false;
  }

  private operator(sign: string, column: number): void {
    if (this.isOperandNext) throw unexpected(sign, column);
    this.isOperandNext = true;
  }

  private open(column: number, call: string | null): void {
    if (this.frames.length > deepest) throw new ExpressionError(`is nested deeper than ${deepest}`, column);
    if (this.frames.length > 0) this.output.push('(');
    this.frames.push({ column, call, commas: 0, conditionStart: this.output.length, choices: [] });
    this.pendingCall = null;
  }

  private close(sign: ')' | null, column: number): void {
    this.endChoices();
    const frame = this.frame();
    const isOutermost = this.frames.length === 1;
    if (sign === null && !isOutermost) throw new ExpressionError('"(" is never closed', frame.column);
    if (sign === ')' && isOutermost) throw unexpected(')', column);
    checkArity(frame);
    if (sign !== null) this.output.push(sign);
    this.frames.pop();
    this.isOperandNext = false;
  }

  private comma(column: number): void {
    this.endChoices();
    const frame = this.frame();
    if (frame.call === null) throw unexpected(',', column);
    frame.commas += 1;
    this.output.push(',');
    frame.conditionStart = this.output.length;
  }

  private choose(column: number): void {
    const frame = this.frame();
    if (frame.choices.length >= deepest) throw new ExpressionError(`is nested deeper than ${deepest}`, column);
    frame.choices.push(column);
    this.output.splice(frame.conditionStart, 0, 'if');
    this.output.push('then');
    frame.conditionStart = this.output.length;
  }

  private otherwise(column: number): void {
    const frame = this.frame();
    if (frame.choices.pop() === undefined) throw new ExpressionError('":" without "?"', column);
    this.output.push('else');
    frame.conditionStart = this.output.length;
  }

  private endChoices(): void {
    const column = this.frame().choices.at(-1);
    if (column !== undefined) throw new ExpressionError('"?" without ":"', column);
  }

  private frame(): Frame {
    const frame = this.frames.at(-1);
    if (!frame) throw new Error('an expression has lost its outermost frame');
    return frame;
  }

  private knownNames(): string[] {
    return [...this.known, 'current'];
  }

  private unknown(message: string, column: number, name: string, known: readonly string[]): ExpressionError {
    const suggestion: Suggestion = { name, known };
    return new ExpressionError(`${message}; known are ${known.join(', ')}`, column, suggestion);
  }
}

function unreadable(text: string, start: number): ExpressionError {
  const rest = text.slice(start).trimStart();
  const column = text.length - rest.length + 1;
  if (rest.startsWith('=')) return new ExpressionError('"=" is not known here; compare with "=="', column);
  const word = /^[\w.]+/.exec(rest)?.[0] ?? rest[0] ?? '';
  return new ExpressionError(`"${word}" is not known here; numbers are written like 12 or 0.5`, column);
}

function unexpected(sign: string, column: number): ExpressionError {
  return new ExpressionError(`unexpected "${sign}"`, column);
}

function checkArity({ call, commas, column }: Frame): void {
  const arity = call === null ? undefined : expressionFunctions[call];
  if (!arity || (commas + 1 >= arity.least && commas + 1 <= arity.most)) return;
  const wanted = arity.most === 1 ? 'one argument' : `${arity.least} arguments`;
  throw new ExpressionError(`${String(call)} takes ${wanted}`, column);
}
