/** The tokens of an expression: numbers, names and operators, each with its column. */
import { ExpressionError } from './error.js';

export interface Token {
  readonly kind: 'number' | 'name' | 'symbol';
  readonly text: string;
  /** The column of the first character, from 1. */
  readonly column: number;
}

const pattern = /\s*(?:(\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_]\w*)|(&&|\|\||\?\?|[<>=!]=|[-+*/()<>?:,!]))/y;

/** Yields the tokens in order. @throws ExpressionError at the first character that is not part of a token */
export function* tokensOf(text: string): Generator<Token, undefined> {
  const reader = new RegExp(pattern);
  const end = text.trimEnd().length;
  while (reader.lastIndex < end) {
    const start = reader.lastIndex;
    const match = reader.exec(text);
    if (!match) throw unreadable(text, start);
    const [, number, name, symbol] = match;
    const token = number ?? name ?? symbol ?? '';
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol';
    yield { kind, text: token, column: reader.lastIndex - token.length + 1 };
  }
  return undefined;
}

function unreadable(text: string, start: number): ExpressionError {
  const rest = text.slice(start).trimStart();
  const column = text.length - rest.length + 1;
  if (rest.startsWith('=')) return new ExpressionError('"=" is not supported', column, 'compare with "=="');
  const word = /^[\w.]+/.exec(rest)?.[0] ?? rest[0] ?? '';
  return new ExpressionError(`"${word}" is not supported`, column, 'write a number as 12 or 0.5');
}
