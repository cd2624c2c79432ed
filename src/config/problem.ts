/**
 * A problem in a configuration, described for the person who wrote the configuration. A problem never contains a
 * secret.
 */
import { problemText, type Problem } from '../domain/written/problem.js';

export interface ConfigProblem extends Problem {
  /** Absent where the problem is in the environment. */
  readonly file?: string | undefined;
  /** From 1, as in editors. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** `resources.worker.cooldown`, or the name of a variable. Empty where the problem is about the whole file. */
  readonly path: string;
  /** The placeholders from which the value came: `${REDIS_URL}`. */
  readonly source?: string | undefined;
}

/** Reports every problem of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

export const nothingConfigured: ConfigProblem = {
  path: '',
  problem: 'no resource is configured',
  fix: 'write an escapement.yaml, or set AUTOSCALER_TARGET_RESOURCE',
};

/** `escapement.yaml:7:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?` */
export function formatProblem(problem: ConfigProblem): string {
  const position = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const where = [position, problem.path].filter((part) => part !== '').join(' ');
  const text = problem.source === undefined ? problemText(problem) : `${problemText(problem)} (from ${problem.source})`;
  return where === '' ? text : `${where}: ${text}`;
}

/** @returns the error code of a file that could not be read, such as `ENOENT`. */
export function fileErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
