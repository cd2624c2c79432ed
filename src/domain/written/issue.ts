/**
 * Problems in the issues of zod. An issue has one text, which is the problem. All other data is in `params`, which zod
 * passes on unchanged, also in the branches of a union (docs/decisions/0043).
 */
import type { z } from 'zod';
import type { Problem } from './problem.js';

/** A problem with the data from which a caller can find a better fix. */
export interface IssueProblem extends Problem {
  /** The known names where a name is unknown. One of them may have been meant. */
  readonly known?: readonly string[];
  /** The unknown name. Absent where the issue itself has it. */
  readonly name?: string;
  /** The required form, such as `a whole number`, where the problem is that the value does not have this form. */
  readonly form?: string;
  /** No value is written. */
  readonly isMissing?: true;
}

/** For `error:` of a schema or a check: `error: withFix('is above max', 'lower min, or raise max')`. */
export function withFix(problem: string, fix: string) {
  return errorFrom(() => ({ problem, fix }));
}

/** For `error:` where the problem depends on the issue. For undefined, zod asks the next error map. */
export function errorFrom(problemOf: (issue: z.core.$ZodRawIssue) => IssueProblem | undefined) {
  return (issue: z.core.$ZodRawIssue): string | undefined => {
    const found = problemOf(issue);
    if (found === undefined) return undefined;
    const { problem, ...params } = found;
    Object.assign(issue, { params });
    return problem;
  };
}

/** Reports a problem from a refinement or a transformation. */
export function report(
  context: z.core.$RefinementCtx,
  { path = [], problem, ...params }: IssueProblem & { readonly path?: readonly PropertyKey[] },
): void {
  context.addIssue({ code: 'custom', path: [...path], message: problem, params });
}

/** Returns the problem that an issue carries. */
export function problemOf(issue: z.core.$ZodIssue): IssueProblem {
  const params = 'params' in issue ? issue.params : undefined;
  return { ...(params as Omit<IssueProblem, 'problem'> | undefined), problem: issue.message };
}
