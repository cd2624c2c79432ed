/** Settings that come from environment variables: the forms they may have, and errors that name them. */
import { z } from 'zod';
import { ConfigError, problemFrom } from './config-error.js';
import { findingsOf, issueWords } from './issue-words.js';
import { formatPath } from './path.js';
import type { Environment } from './placeholders.js';

/**
 * A variable that is set to nothing is not set: that is how deployment files pass on what they do not have.
 * @throws ConfigError naming every variable that is wrong.
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
  throw new ConfigError(
    findingsOf(result.error.issues).map(({ path, text }) => problemFrom(text, { path: formatPath(path) })),
  );
}

/** @param what the number is, for messages: `a whole number of seconds`. */
export function wholeNumber(what: string, least: number, most: number) {
  const wrong = `is not ${what}; write digits only, from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: wrong })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: wrong });
}

export const port = wholeNumber('a port', 0, 65_535);

/** The spellings that the Go programs around it know. */
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  '1': true,
  false: false,
  f: false,
  '0': false,
};

export const trueOrFalse = z.string().transform((text, context) => {
  const value = truths[text.toLowerCase()];
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'is neither true nor false; write one of the two' });
  return z.NEVER;
});
