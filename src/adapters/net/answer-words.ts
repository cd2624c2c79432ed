/**
 * Describes an unexpected response for an error message. Errors appear in logs, histories and the API, and any value in
 * a response may be a secret. So a description contains the type and the length, and no values except the fields in
 * which HTTP APIs report an error.
 */
import { parseJson } from './json.js';

/** The fields in which JSON APIs report an error: RFC 9457, Google, Azure, Kubernetes, Jolokia and many others. */
const errorFields = ['code', 'title', 'error', 'message', 'detail'] as const;
const longestWords = 200;

export interface AnsweredBody {
  readonly contentType?: string | undefined;
  readonly text: string;
}

/** `404: no such resource`, `502 (text/html of 173 characters)`. */
export function failureInWords(status: number, body: AnsweredBody): string {
  const words = errorWordsIn(body.text);
  return words === undefined ? `${status} (${bodyInWords(body)})` : `${status}: ${words}`;
}

/** `text/html of 1234 characters`. */
export function bodyInWords({ contentType, text }: AnsweredBody): string {
  return text === '' ? 'an empty body' : `${typeInWords(contentType)} of ${text.length} characters`;
}

/** `text/html`, without the parameters of the header. */
export function typeInWords(contentType: string | undefined): string {
  return /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(contentType ?? '')?.[0] ?? 'an untyped body';
}

/** `a text of 12 characters`. */
export function valueInWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'an object';
}

/** On one line, cut to 200 characters. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longestWords ? `${line.slice(0, longestWords)}...` : line;
}

/** Error texts of the document and of an object under `error`, no deeper; or those of an error in XML. */
function errorWordsIn(text: string): string | undefined {
  const document = asObject(parseJson(text));
  const words = [document, asObject(document['error'])].flatMap(wordsOf);
  const said = words.length === 0 ? xmlWordsIn(text) : words;
  return said.length === 0 ? undefined : oneLine(said.join(': '));
}

/**
 * `<Error><Code>QueueNotFound</Code><Message>...</Message></Error>`, as Azure Storage and Service Bus report an error.
 * The first line of a field says what happened. The next lines have the ID and the time of the request.
 */
function xmlWordsIn(text: string): string[] {
  if (!/^\s*(<\?xml[^>]*\?>)?\s*<Error[\s>]/.test(text)) return [];
  return ['Code', 'Message', 'Detail'].flatMap((name) => {
    const [, words = ''] = new RegExp(`<${name}>\\s*([^<\\n]*)`).exec(text) ?? [];
    return words.trim() === '' ? [] : [words.trim()];
  });
}

function wordsOf(fields: Readonly<Record<string, unknown>>): string[] {
  return errorFields.flatMap((name) => {
    const value = fields[name];
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? [String(value)] : [];
  });
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}
