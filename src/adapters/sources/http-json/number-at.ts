/** The number at a path of a JSON response. */
import { valueInWords } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { valueAtPath } from '../../net/json.js';
import { parseQuantity } from './quantity.js';

/**
 * @param path as in the setting `path`. Empty: the whole response.
 * @throws AdapterError `missing`, `noData` if the value is null, or `malformed`
 */
export function numberAt(document: unknown, path: string): number {
  const found = valueAtPath(document, path);
  const where = path === '' ? 'the response' : `the value at path ${path}`;
  if (found === undefined) throw new AdapterError('missing', `the response has no value at path ${path}. Check path.`);
  if (found === null) throw new AdapterError('noData', `${where} is null. Check the endpoint, or set emptyAs.`);
  const value = typeof found === 'string' ? parseQuantity(found) : found;
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new AdapterError('malformed', `${where} is ${valueInWords(found)}, not a number. Check path.`);
  }
  return value;
}
