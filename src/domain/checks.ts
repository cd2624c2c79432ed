/**
 * Validates messages to workflows. A worker loads the workflow code again for each run that it caches, and a schema
 * library in that code takes 0.75 MB per run (docs/decisions/0008). These few functions replace such a library.
 */

/** Why a value is invalid. */
export interface Invalid {
  /** The invalid part, by the names of fields from the outside to the inside. Empty for the value itself. */
  readonly path: readonly string[];
  /** `must be a whole number of at least 1` */
  readonly problem: string;
}

/** Returns undefined if the value is valid. */
export type Check = (value: unknown) => Invalid | undefined;

/** `settings.step.up must be a whole number of at least 1` */
export function invalidText({ path, problem }: Invalid): string {
  return path.length === 0 ? problem : `${path.join('.')} ${problem}`;
}

/** Returns a check of the value as a whole. */
function check(isRight: (value: unknown) => boolean, problem: string): Check {
  return (value) => (isRight(value) ? undefined : { path: [], problem });
}

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return check(
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be a whole number ${range}`,
  );
}

export function text(shortest: number, longest: number): Check {
  return check(
    (value) => typeof value === 'string' && value.length >= shortest && value.length <= longest,
    `must be a text of ${shortest} to ${longest} characters`,
  );
}

export function oneOf(...values: readonly (string | boolean)[]): Check {
  return check((value) => values.some((allowed) => allowed === value), `must be ${values.join(' or ')}`);
}

export function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

export function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

/** Checks a list of at most `longest` values. */
export function list(check: Check, longest: number): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length > longest)
      return { path: [], problem: `must be a list of at most ${longest} values` };
    for (const [index, item] of value.entries()) {
      const wrong = check(item);
      if (wrong !== undefined) return { ...wrong, path: [String(index), ...wrong.path] };
    }
    return undefined;
  };
}

/**
 * Checks an object with these fields. Other fields are allowed, because a newer sender may send fields that this
 * version does not know.
 */
export function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { path: [], problem: 'must be an object' };
    for (const [name, check] of Object.entries(checks)) {
      const wrong = check((value as Record<string, unknown>)[name]);
      if (wrong !== undefined) return { ...wrong, path: [name, ...wrong.path] };
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
    return unknown === undefined ? undefined : { path: [], problem: `must not have a field "${unknown}"` };
  };
}
