/**
 * Describes the issues that zod found, for the person who wrote the file. A message never repeats a value, because the
 * value may be a secret.
 */
import { z } from 'zod';
import { nearest } from '../nearest.js';
import type { Path } from './path.js';

type Issue = z.core.$ZodIssue;

export interface Finding {
  readonly path: Path;
  /** In the form `what is wrong; what to do`. */
  readonly text: string;
  /** The key itself is invalid, and not the value of that key. */
  readonly isAboutKey?: true;
  /** No value is written at this path. */
  readonly isMissing?: true;
}

/**
 * Passed to every parse: `parse(input, { error: issueWords })`. Unknown keys get one line each, in the order of the
 * keys. The line is made here because only here the schema with the known keys is available.
 */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing : `must be ${typeInWords(issue)}`;
    case 'invalid_value':
      return issue.input === undefined ? missing : oneOf(issue.input, issue.values);
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.inst)).join('\n');
    case 'too_small':
      return sizeWords(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return sizeWords(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_format':
      return issue.format === 'url'
        ? 'is not a URL; write scheme://host:port/path, and percent-encode signs such as # and @ in a user or password'
        : undefined;
    case 'invalid_union':
      return unionWords(issue);
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return undefined;
  }
}

/** Returns one finding for each problem. */
export function findingsOf(issues: readonly Issue[], parent: Path = []): Finding[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        text: lines[index] ?? 'unknown key',
        isAboutKey: true as const,
      }));
    }
    if (issue.code === 'invalid_key') {
      return issue.issues.map(({ message }) => ({ path, text: message, isAboutKey: true as const }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return likeliestBranch(issue.errors, path);
    const meant = issue.code === 'custom' ? meantInstead(issue) : undefined;
    if (meant !== undefined) return [{ path, text: meant }];
    return [{ path, text: issue.message, ...(issue.message === missing && { isMissing: true as const }) }];
  });
}

const missing = 'is missing';

/** The domain reports the known names. This function finds the name that was probably meant. */
function meantInstead({ params }: z.core.$ZodIssueCustom): string | undefined {
  const unknown = unknownName.safeParse(params);
  if (!unknown.success) return undefined;
  const { problem, name, known } = unknown.data;
  const meant = nearest(name, known);
  return meant === undefined ? undefined : `${problem}; did you mean "${meant}"?`;
}

const unknownName = z.object({ problem: z.string(), name: z.string(), known: z.array(z.string()) });

/**
 * Chooses the form that was meant where a value may have several forms: the form whose outer type matches. If several
 * match, the form with the fewest issues is chosen. If none matches, the message names every form, unless one of the
 * forms has advice of its own.
 */
function likeliestBranch(branches: readonly (readonly Issue[])[], path: Path): Finding[] {
  const fitting = branches.filter((issues) => !issues.some(isAboutTheWhole));
  const best = fitting.toSorted((one, other) => one.length - other.length)[0];
  if (best) return findingsOf(best, path);
  const wholes = branches.flatMap((issues) => findingsOf(issues.filter(isAboutTheWhole), path));
  const advised = wholes.find(({ text }) => text.includes('; '));
  if (advised) return [advised];
  if (wholes.some(({ isMissing }) => isMissing)) return [{ path, text: missing, isMissing: true }];
  const forms = [...new Set(wholes.map(({ text }) => text.replace(/^must be /, '')))];
  return [{ path, text: `must be ${forms.join(' or ')}` }];
}

function isAboutTheWhole(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isAboutTheWhole));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

const typeWords: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function typeInWords({ expected, inst }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  // For text in place of an integer, zod reports the expected type "number". Only the schema shows that an integer is
  // required.
  const isWhole = inst && 'format' in inst._zod.def && inst._zod.def.format === 'safeint';
  return typeWords[isWhole ? 'int' : expected] ?? expected;
}

/** Lists the known values, or suggests the one that was probably meant. */
export function oneOf(input: unknown, values: readonly unknown[]): string {
  const known = values.map(String);
  const meant = typeof input === 'string' ? nearest(input, known) : undefined;
  if (meant !== undefined) return `unknown value; did you mean "${meant}"?`;
  return `must be ${known.length > 1 ? `one of ${known.join(', ')}` : known.join()}`;
}

function unknownKey(key: string, schema: z.core.$ZodRawIssue['inst']): string {
  const known = schema && 'shape' in schema._zod.def ? Object.keys(schema._zod.def.shape as object) : [];
  const meant = nearest(key, known);
  if (meant !== undefined) return `unknown key; did you mean "${meant}"?`;
  return known.length === 0 ? 'unknown key' : `unknown key; known here: ${known.join(', ')}`;
}

function sizeWords(origin: string, comparison: string, bound: number | bigint): string {
  if (origin === 'string' && bound === 1) return 'must not be empty';
  const what = { string: ' characters long', array: ' items long', set: ' items long' }[origin] ?? '';
  return `must be ${comparison} ${bound.toString()}${what}`;
}

function unionWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string | undefined {
  if (issue.input === undefined) return missing;
  if (!('options' in issue) || !Array.isArray(issue.options)) return undefined;
  const type =
    typeof issue.input === 'object' && issue.input !== null ? (issue.input as { type?: unknown }).type : undefined;
  return type === undefined ? missing : oneOf(type, issue.options);
}
