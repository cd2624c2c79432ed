/**
 * Describes the issues that zod found, for the person who wrote the file. A message never repeats a value, because the
 * value may be a secret.
 */
import type { z } from 'zod';
import { errorFrom, problemOf, type IssueProblem } from '../../domain/written/issue.js';
import type { Problem } from '../../domain/written/problem.js';
import { nearest } from '../nearest.js';
import type { ConfigProblem } from '../problem.js';
import type { Path } from './path.js';

type Issue = z.core.$ZodIssue;

/** A problem and the path of the value that has the problem. */
export interface PathProblem extends IssueProblem {
  readonly path: Path;
  /** The key itself is invalid, and not the value of that key. */
  readonly isAboutKey?: true;
  /** The placeholders from which the value came. */
  readonly source?: string;
}

/** Adds the place in the file or in the environment to a problem. */
export function problemAt(place: Omit<ConfigProblem, keyof Problem | 'source'>, found: PathProblem): ConfigProblem {
  const { problem, fix, source } = found;
  return { ...place, problem, fix, source };
}

/** Passed to every parse: `parse(input, { error: issueWords })`. */
export const issueWords = errorFrom((issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing : mustBe(typeInWords(issue));
    case 'invalid_value':
      return issue.input === undefined ? missing : oneOf(issue.input, issue.values);
    case 'unrecognized_keys':
      return unknownKeyOf(issue.inst);
    case 'too_small':
      return sizeWords(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return sizeWords(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_format':
      return issue.format === 'url' ? notUrl : undefined;
    case 'invalid_union':
      return unionWords(issue);
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return undefined;
  }
});

/** Returns the problems of all issues. An issue that lists several unknown keys has one problem for each key. */
export function problemsOfIssues(issues: readonly Issue[], parent: Path = []): PathProblem[] {
  return issues.flatMap((issue): PathProblem[] => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const unknown = problemOf(issue);
      return issue.keys.map((key) => ({ ...orMeant(unknown, key), path: [...path, key], isAboutKey: true }));
    }
    if (issue.code === 'invalid_key') {
      return issue.issues.map((ofKey) => ({ ...problemOf(ofKey), path, isAboutKey: true }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return likeliestBranch(issue.errors, path);
    const found = problemOf(issue);
    return [{ ...orMeant(found, found.name), path }];
  });
}

const missing = { problem: 'is missing', isMissing: true } as const;

const notUrl: Problem = {
  problem: 'is not a URL',
  fix: 'write scheme://host:port/path, and percent-encode characters such as # and @ in a user or password',
};

function mustBe(form: string): IssueProblem {
  return { problem: `must be ${form}`, form };
}

export function didYouMean(name: string): string {
  return `did you mean "${name}"?`;
}

/** Replaces the fix of a problem by the known name that was probably meant. */
function orMeant(problem: IssueProblem, name: string | undefined): IssueProblem {
  const meant = name === undefined ? undefined : nearest(name, problem.known ?? []);
  return meant === undefined ? problem : { ...problem, fix: didYouMean(meant) };
}

/**
 * Chooses the form that was meant where a value may have several forms: the form whose outer type matches. If several
 * match, the form with the fewest issues is chosen. If none matches, the problem names every form, unless one of the
 * forms has a fix of its own.
 */
function likeliestBranch(branches: readonly (readonly Issue[])[], path: Path): PathProblem[] {
  const matching = branches.filter((issues) => !issues.some(isAboutTheWhole));
  const best = matching.toSorted((one, other) => one.length - other.length)[0];
  if (best) return problemsOfIssues(best, path);
  const wholes = branches.flatMap((issues) => problemsOfIssues(issues.filter(isAboutTheWhole), path));
  const withOwnFix = wholes.find(({ fix }) => fix !== undefined);
  if (withOwnFix) return [withOwnFix];
  if (wholes.some(({ isMissing }) => isMissing)) return [{ path, ...missing }];
  const forms = [...new Set(wholes.map(({ form, problem }) => form ?? problem))];
  return [{ path, ...mustBe(forms.join(' or ')) }];
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
export function oneOf(input: unknown, values: readonly unknown[]): IssueProblem {
  const known = values.map(String);
  const meant = typeof input === 'string' ? nearest(input, known) : undefined;
  if (meant !== undefined) return { problem: 'unknown value', fix: didYouMean(meant) };
  return mustBe(known.length > 1 ? `one of ${known.join(', ')}` : known.join());
}

/** The known keys are added here, because only here the schema is available. */
function unknownKeyOf(schema: z.core.$ZodRawIssue['inst']): IssueProblem {
  const known = schema && 'shape' in schema._zod.def ? Object.keys(schema._zod.def.shape as object) : [];
  const fix = known.length === 0 ? undefined : `supported keys: ${known.join(', ')}`;
  return { problem: 'unknown key', fix, known };
}

function sizeWords(origin: string, comparison: string, bound: number | bigint): Problem {
  if (origin === 'string' && bound === 1) return { problem: 'must not be empty' };
  const what = { string: ' characters long', array: ' items long', set: ' items long' }[origin] ?? '';
  return { problem: `must be ${comparison} ${bound.toString()}${what}` };
}

function unionWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): IssueProblem | undefined {
  if (issue.input === undefined) return missing;
  if (!('options' in issue) || !Array.isArray(issue.options)) return undefined;
  const type =
    typeof issue.input === 'object' && issue.input !== null ? (issue.input as { type?: unknown }).type : undefined;
  return type === undefined ? missing : oneOf(type, issue.options);
}
