/** Where the configuration comes from: a file, else the environment, else the demo. */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from './config.js';
import { ConfigError, problemFrom } from './config-error.js';
import { demoConfig } from './demo-config.js';
import { environmentConfig, environmentNames } from './environment-config.js';
import { fastAutoscalerConfig, isFastAutoscaler } from './fast-autoscaler-environment.js';
import { fileErrorCode } from './file-error.js';
import { fileConfig } from './file-config.js';
import type { Environment } from './placeholders.js';

const usualFile = 'escapement.yaml';

/**
 * Whoever configured anything never gets the demo: what is half configured is an error.
 * @throws ConfigError with everything that is wrong.
 */
export async function loadConfig(environment: Environment, cwd: string): Promise<Config> {
  const file = await configFile(environment, cwd);
  if (file !== undefined) {
    const config = await readConfigFile(file, environment, cwd);
    return { ...config, warnings: [...config.warnings, ...ignoredVariables(file, environment)] };
  }
  if (environmentNames(environment).length > 0) return environmentConfig(environment);
  return isFastAutoscaler(environment) ? fastAutoscalerConfig(environment) : demoConfig(environment);
}

/**
 * @param file as its user names it, for messages; from `cwd`.
 * @throws ConfigError
 */
export async function readConfigFile(file: string, environment: Environment, cwd: string): Promise<Config> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new ConfigError([
      problemFrom(`cannot be read (${fileErrorCode(error)}); check the path and the rights`, { file, path: '' }),
    ]);
  });
  return fileConfig(text, file, environment);
}

async function configFile(environment: Environment, cwd: string): Promise<string | undefined> {
  const named = environment.ESCAPEMENT_CONFIG;
  if (named !== undefined && named !== '') return named;
  if (await exists(join(cwd, usualFile))) return usualFile;
  const misnamed = 'escapement.yml';
  if (!(await exists(join(cwd, misnamed)))) return undefined;
  throw new ConfigError([
    problemFrom(`is not read; rename it to ${usualFile}, or name it in ESCAPEMENT_CONFIG`, {
      file: misnamed,
      path: '',
    }),
  ]);
}

function ignoredVariables(file: string, environment: Environment): string[] {
  const dryRun = environment.DRY_RUN === undefined ? [] : ['DRY_RUN'];
  const ignored = [...environmentNames(environment), ...dryRun];
  return ignored.length === 0 ? [] : [`${ignored.join(', ')}: ignored, because ${file} is read; write the same there`];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => fileErrorCode(error) !== 'ENOENT',
  );
}
