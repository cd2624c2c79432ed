/** Parses settings from environment variables. Errors name the variables. */
import { z } from 'zod';
import { durationText } from '../../domain/written/duration.js';
import { report, withFix } from '../../domain/written/issue.js';
import { ConfigError } from '../problem.js';
import { issueWords, oneOf, problemAt, problemsOfIssues } from '../file/issue-words.js';
import { formatPath } from '../file/path.js';
import type { Environment } from '../file/placeholders.js';

/**
 * A variable that is set to an empty string counts as not set, because deployment files pass on missing values in this
 * way.
 * @throws ConfigError naming every invalid variable.
 */
export function parseEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): z.output<Schema> {
  const given = Object.keys(schema.shape).flatMap((name) => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const result = schema.safeParse(Object.fromEntries(given), { error: issueWords });
  if (result.success) return result.data;
  const problems = problemsOfIssues(result.error.issues);
  throw new ConfigError(problems.map((found) => problemAt({ path: formatPath(found.path) }, found)));
}

/** A variable that is set to an empty string counts as not set. */
export function isSet(environment: Environment, name: string): boolean {
  return (environment[name]?.trim() ?? '') !== '';
}

/** A resource that variables configure. */
export interface EnvironmentResource {
  readonly alias: string;
  /** The fields of the resource as a file contains them. Placeholders are not replaced. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Formats a number of seconds as a duration of escapement.yaml: 300 is `5m`. */
export function secondsText(seconds: number): string {
  return durationText(seconds * 1000);
}

/** @param what describes the number in messages: `a whole number of seconds`. */
export function wholeNumber(what: string, least: number, most: number) {
  const error = withFix(`is not ${what}`, `write digits only, from ${least} to ${most}`);
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error });
}

export const port = wholeNumber('a port', 0, 65_535);

/** The spellings that related programs in Go and Python accept. */
const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['true', 't', 'yes', 'y', 'on', '1'].map((text) => [text, true])),
  ...Object.fromEntries(['false', 'f', 'no', 'n', 'off', '0'].map((text) => [text, false])),
};

export const trueOrFalse = z.string().transform((text, context) => {
  const value = booleans[text.toLowerCase()];
  if (value !== undefined) return value;
  report(context, { problem: 'is neither true nor false', fix: 'write true or false' });
  return z.NEVER;
});

/**
 * One of the known words. Case is ignored.
 * @param aliases the names that other programs use for some of the words.
 */
export function word<const Word extends string>(
  known: readonly Word[],
  aliases: Readonly<Partial<Record<string, NoInfer<Word>>>> = {},
) {
  return z.string().transform((text, context) => {
    const written = text.toLowerCase();
    const meant = known.find((each) => each.toLowerCase() === written) ?? aliases[written];
    if (meant !== undefined) return meant;
    report(context, oneOf(text, known));
    return z.NEVER;
  });
}
