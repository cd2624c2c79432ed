/**
 * A problem in a configuration, described for the person who wrote the configuration. A problem never contains a
 * secret.
 */

export interface ConfigProblem {
  /** Absent where the problem is in the environment. */
  readonly file?: string;
  /** From 1, as in editors. */
  readonly line?: number;
  readonly column?: number;
  /** `resources.worker.cooldown`, or the name of a variable. Empty where the problem is about the whole file. */
  readonly path: string;
  readonly message: string;
  /** How to fix the problem. */
  readonly fix?: string;
}

/** Reports every problem of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** `escapement.yaml:7:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?` */
export function formatProblem(problem: ConfigProblem): string {
  const position = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const where = [position, problem.path].filter((part) => part !== '').join(' ');
  const text = problem.fix === undefined ? problem.message : `${problem.message}; ${problem.fix}`;
  return where === '' ? text : `${where}: ${text}`;
}

/** Splits a text of the form `what is wrong; what to do`. */
export function problemFrom(text: string, place: Omit<ConfigProblem, 'message' | 'fix'>): ConfigProblem {
  const [message = text, ...fix] = text.split('; ');
  return fix.length === 0 ? { ...place, message } : { ...place, message, fix: fix.join('; ') };
}

/** @returns the error code of a file that could not be read, such as `ENOENT`. */
export function fileErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
