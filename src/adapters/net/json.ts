/** Parses the JSON of a response, and reads dotted paths in it: `data.result.0.value.1`. */

/** Undefined when the text is not JSON. JSON itself has no such value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined when the path has no value. Digits are list indexes; a dot inside a key is written `\.`. */
export function valueAtPath(document: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((value, key) => (isContainer(value) ? own(value, key) : undefined), document);
}

/** `a\.b.c` -> ['a.b', 'c']; the empty path is the document itself. */
function keysOf(path: string): string[] {
  if (path === '') return [];
  return path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Own properties only: `constructor` and the `length` of a list are not data. */
function own(container: object, key: string): unknown {
  if (Array.isArray(container) && !/^\d+$/.test(key)) return undefined;
  return Object.getOwnPropertyDescriptor(container, key)?.value;
}
