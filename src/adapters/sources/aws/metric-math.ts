/** What can be checked of a metric math expression without asking CloudWatch: the IDs in it. */
import type { IssueProblem } from '../../../domain/written/issue.js';

/**
 * IDs begin with a lowercase letter, and all functions and keywords are in capitals. Texts in quotes, such as the argument
 * of SEARCH, and Metrics Insights queries contain other words.
 * @returns undefined where every ID is the ID of a query.
 */
export function expressionProblem(expression: string, ids: readonly string[]): IssueProblem | undefined {
  if (/^\s*SELECT\b/i.test(expression)) return undefined;
  const words = expression.replace(/"[^"]*"|'[^']*'/g, '').match(/(?<![\w.])[a-z]\w*(?!\w*\s*\()/g) ?? [];
  const unknown = words.find((word) => !ids.includes(word) && !operators.has(word));
  if (unknown === undefined) return undefined;
  const fix = ids.length === 0 ? `add ${unknown} to queries` : `write one of ${ids.join(', ')}, or add it to queries`;
  return { problem: `uses ${unknown}, which is not the ID of a query`, fix };
}

const operators = new Set(['and', 'or']);
