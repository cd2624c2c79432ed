/** An error in an expression, with its position. */
import { problemText, type Problem } from '../written/problem.js';

/** An unknown name and the known names. A caller can use them to suggest the name that was meant. */
export interface Suggestion {
  readonly name: string;
  readonly known: readonly string[];
}

export class ExpressionError extends Error implements Problem {
  override readonly name = 'ExpressionError';
  readonly code = 'EXPRESSION_INVALID';

  constructor(
    /** The error without its position. */
    readonly problem: string,
    /** The column within the expression, from 1. */
    readonly column: number,
    readonly fix?: string,
    readonly suggestion?: Suggestion,
  ) {
    super(`column ${column}: ${problemText({ problem, fix })}`);
  }
}
