/** The selector of a metric, as the one text that the metrics APIs take. */
import type { Fields } from '../fields.js';

export function selectorOf(selector: Fields): string | undefined {
  const labels = selector
    .at('matchLabels')
    .entries()
    .map(([key, value]) => `${key}=${value.text()}`);
  const expressions = selector.at('matchExpressions').items().map(expressionOf);
  const parts = [...labels, ...expressions];
  return parts.length === 0 ? undefined : parts.join(',');
}

function expressionOf(expression: Fields): string {
  const key = expression.at('key').text();
  const operator = expression.at('operator').text();
  const values = expression.at('values').items();
  const list = () => `(${values.map((value) => value.text()).join(',')})`;
  switch (operator) {
    case 'In':
      return `${key} in ${list()}`;
    case 'NotIn':
      return `${key} notin ${list()}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      throw expression.at('operator').invalid('is not In, NotIn, Exists or DoesNotExist');
  }
}
