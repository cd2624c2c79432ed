/**
 * What a message to a workflow must look like. Workflow code is loaded anew for every run that a worker keeps, and a
 * schema library in it takes 0.75 MB a run (docs/decisions/0008): these few functions stand in for one.
 */

/** Says why a value will not do, beginning with the place in it; undefined when it will. */
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

/** An object with these fields. Others are let through: a newer sender may know more of them. */
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

/** An object with these fields and no others. */
export function onlyFields(checks: Readonly<Record<string, Check>>): Check {
  const known = fields(checks);
  return (value) => {
    const wrong = known(value);
    if (wrong !== undefined) return wrong;
    const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(checks, name));
    return unknown === undefined ? undefined : `must not have a field "${unknown}"`;
  };
}
