/** `scalingModifiers.formula`: an expression of KEDA over the names of triggers, as one over the names of signals. */
import { ExpressionError } from '../../domain/expression/error.js';
import { compileExpression } from '../../domain/expression/expression.js';
import type { NotMeasured } from './triggers/trigger.js';

/**
 * @param values the value of each trigger as an expression, by the name of the trigger.
 * @param signals the names of all signals.
 */
export function expressionOf(
  formula: string,
  values: ReadonlyMap<string, string>,
  signals: readonly string[],
): string | NotMeasured {
  const expression = withOurFunctions(formula.trim().replaceAll(/\s+/g, ' ')).replaceAll(
    /[A-Za-z_]\w*/g,
    (name) => values.get(name) ?? name,
  );
  try {
    compileExpression(expression, signals);
    return expression;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const why = `column ${error.column} of ${expression} ${error.problem}. Write it with the operators and functions of docs/configuration.md#expressions`;
    return { what: 'the formula', why };
  }
}

function withOurFunctions(formula: string): string {
  return formula
    .replaceAll(/\band\b/g, '&&')
    .replaceAll(/\bor\b/g, '||')
    .replaceAll(/\bnot\b/g, '!')
    .replaceAll(/\bfloat\(([^()]*)\)/g, '($1)')
    .replaceAll(/\bint\(/g, 'floor(')
    .replaceAll(/\b(max|min)\(\s*\[([^[\]]*)\]\s*\)/g, '$1($2)')
    .replaceAll(/\bsum\(\s*\[([^[\]]*)\]\s*\)/g, (_, items: string) => `(${items.split(',').map(trim).join(' + ')})`)
    .replaceAll(/\bmean\(\s*\[([^[\]]*)\]\s*\)/g, (_, items: string) => {
      const parts = items.split(',').map(trim);
      return `((${parts.join(' + ')}) / ${parts.length})`;
    });
}

function trim(text: string): string {
  return text.trim();
}
