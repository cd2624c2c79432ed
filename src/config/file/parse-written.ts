/** Parses values that a person wrote. Any string may be the value of a placeholder. */
import type { z } from 'zod';
import { issueWords, problemsOfIssues, type PathProblem } from './issue-words.js';
import { formatPath, isInside, valueAt, withValueAt, type Path } from './path.js';
import type { Placeholder } from './placeholders.js';

interface Parsed<Output> {
  /** The input, in which values of placeholders are converted where the schema requires a number or a boolean. */
  readonly value: unknown;
  /** Absent where the input is invalid. */
  readonly output?: Output;
  readonly problems: readonly PathProblem[];
}

/**
 * Errors of placeholders without a value are left out of the problems, because such a placeholder cannot be checked on
 * this machine. The value of any other placeholder becomes a number or a boolean where the schema requires one and the
 * value has that form.
 */
export function parseWritten<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  placeholders: readonly Placeholder[],
): Parsed<z.output<Schema>> {
  const byPath = new Map(placeholders.map((placeholder) => [formatPath(placeholder.path), placeholder]));
  let value = given;
  for (;;) {
    const result = schema.safeParse(value, { error: issueWords });
    if (result.success) return { value, output: result.data, problems: [] };
    const conversions = scalarsRequired(result.error.issues).flatMap(({ path, kind }) => {
      const scalar = byPath.has(formatPath(path)) ? scalarFrom(valueAt(value, path), kind) : undefined;
      return scalar === undefined ? [] : [{ path, scalar }];
    });
    if (conversions.length === 0) {
      const problems = problemsOfIssues(result.error.issues).filter(
        ({ path }) => !byPath.get(formatPath(path))?.problem,
      );
      return { value, problems: problems.map((found) => withoutSecrets(found, placeholders)) };
    }
    value = conversions.reduce((copy, { path, scalar }) => withValueAt(copy, path, scalar), value);
  }
}

type ScalarKind = 'number' | 'boolean';

/** Returns the paths at which a number or a boolean was required, in any form of the value that the schema accepts. */
function scalarsRequired(issues: readonly z.core.$ZodIssue[], parent: Path = []): { path: Path; kind: ScalarKind }[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'invalid_union') return scalarsRequired(issue.errors.flat(), path);
    if (issue.code !== 'invalid_type') return [];
    if (issue.expected === 'number' || issue.expected === 'int') return [{ path, kind: 'number' as const }];
    return issue.expected === 'boolean' ? [{ path, kind: 'boolean' as const }] : [];
  });
}

function scalarFrom(text: unknown, kind: ScalarKind): number | boolean | undefined {
  if (typeof text !== 'string') return undefined;
  if (kind === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
  return { true: true, false: false }[text.trim().toLowerCase()];
}

/**
 * The schema of an adapter may repeat an invalid value in its problem. A value that came from outside the file must not
 * be repeated, so the texts are searched for it.
 */
function withoutSecrets(found: PathProblem, placeholders: readonly Placeholder[]): PathProblem {
  const inside = placeholders.filter(({ path }) => isInside(path, found.path));
  if (inside.length === 0) return found;
  const source = inside.flatMap(({ sources }) => sources).join(', ');
  const hasSecret = inside
    .flatMap(({ secrets }) => secrets)
    .some((secret) => secret !== '' && [found.problem, found.fix].some((text) => text?.includes(secret)));
  return hasSecret ? { ...found, problem: 'is invalid', fix: `check the value of ${source}` } : { ...found, source };
}
