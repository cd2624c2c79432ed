/** What is wrong with an expression, and where. */

/** A word that does not exist, and those that do: for whoever can tell which of them was meant. */
export interface Suggestion {
  readonly name: string;
  readonly known: readonly string[];
}

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'EXPRESSION_INVALID';

  constructor(
    /** What is wrong, without the place. */
    readonly problem: string,
    /** From 1, within the expression. */
    readonly column: number,
    readonly suggestion?: Suggestion,
  ) {
    super(`column ${column}: ${problem}`);
  }
}
