/** Checks that the expressions of an autoscale can be parsed, and that they name existing signals. */
import { compileExpression } from '../../domain/expression/expression.js';
import { ExpressionError } from '../../domain/expression/error.js';
import { didYouMean, type PathProblem } from '../file/issue-words.js';
import { nearest } from '../nearest.js';
import { isMapping, valueAt, type Path } from '../file/path.js';

/** @param resource the resource as written, which may contain other errors. */
export function checkExpressions(resource: unknown): PathProblem[] {
  const signals = valueAt(resource, ['autoscale', 'signals']);
  const names = isMapping(signals) ? Object.keys(signals) : [];
  const policies = valueAt(resource, ['autoscale', 'policies']);
  const count = Array.isArray(policies) ? policies.length : 0;
  const paths: Path[] = Array.from({ length: count }, (_, index) => ['autoscale', 'policies', index, 'value']);
  return [...paths, ['autoscale', 'idle', 'value']].flatMap((path) =>
    checkExpression(valueAt(resource, path), path, names),
  );
}

function checkExpression(text: unknown, path: Path, signals: readonly string[]): PathProblem[] {
  if (typeof text !== 'string' || text === '') return [];
  try {
    compileExpression(text, signals);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { suggestion } = error;
    const meant = suggestion && nearest(suggestion.name, suggestion.known);
    const { problem, fix } = meant === undefined ? error : { problem: 'unknown name', fix: didYouMean(meant) };
    return [{ path, problem: `column ${error.column} of the expression: ${problem}`, fix }];
  }
}
