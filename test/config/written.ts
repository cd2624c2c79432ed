/** Configurations for tests, as people write them. */
import { ConfigError, type ConfigProblem } from '../../src/config/problem.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import type { Environment } from '../../src/config/file/placeholders.js';

export const head = 'version: 1\nresources:\n';

/** A whole file around the fields of one resource, which begin in line 4, column 5. */
export function fileOf(fields: string): string {
  return `${head}  worker:\n${fields.trimEnd().replaceAll(/^/gm, '    ')}\n`;
}

/** A whole file with a valid platform and valid bounds. The given fields begin in line 7. */
export function workerWith(fields: string): string {
  return fileOf(`platform: omnistrate\nmin: 1\nmax: 6\n${fields}`);
}

export async function read(text: string, environment: Environment = {}) {
  return fileConfig(text, 'escapement.yaml', environment);
}

/** The lines that a person reads. Empty if the file is valid. */
export async function errorLines(text: string, environment: Environment = {}): Promise<string[]> {
  return linesOf(async () => read(text, environment));
}

/** The problems or the warnings as data. */
export async function problemsOf(text: string, environment: Environment = {}): Promise<readonly ConfigProblem[]> {
  try {
    return (await read(text, environment)).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

export async function linesOf(action: () => unknown): Promise<string[]> {
  try {
    await action();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}
