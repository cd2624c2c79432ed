/**
 * Validates messages to workflows. A worker loads the workflow code again for each run that it caches, and a schema
 * library in that code takes 0.75 MB per run (docs/decisions/0008). These few functions replace such a library.
 */

/**
 * Returns why a value is invalid, beginning with the path of the invalid part. Returns undefined if the value is valid.
 */
export type Check = (value: unknown) => string | undefined;

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `must be a whole number ${range}`;
}

export function text(shortest: number, longest: number): Check {
  return (value) =>
    typeof value === 'string' && value.length >= shortest && value.length <= longest
      ? undefined
      : `must be a text of ${shortest} to ${longest} characters`;
}

export function oneOf(...values: readonly (string | boolean)[]): Check {
  return (value) => (values.some((allowed) => allowed === value) ? undefined : `must be ${values.join(' or ')}`);
}

export function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

export function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

/**
 * Checks an object with these fields. Other fields are allowed, because a newer sender may send fields that this
 * version does not know.
 */
export function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    for (const [name, check] of Object.entries(checks)) {
      const wrong = check((value as Record<string, unknown>)[name]);
      if (wrong !== undefined) return wrong.startsWith('must ') ? `${name} ${wrong}` : `${name}.${wrong}`;
    }
    return undefined;
  };
}

/** Checks an object with these fields and no others. */
export function onlyFields(checks: Readonly<Record<string, Check>>): Check {
  const known = fields(checks);
  return (value) => {
    const wrong = known(value);
    if (wrong !== undefined) return wrong;
    const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(checks, name));
    return unknown === undefined ? undefined : `must not have a field "${unknown}"`;
  };
}
