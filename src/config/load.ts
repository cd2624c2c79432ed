/** Loads the configuration from a file, else from the environment, else from the demo. */
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { defaultOwner } from '../domain/autoscale/revision.js';
import { byAlias, type Config, type LoadedConfig } from './config.js';
import { ConfigError, fileErrorCode, type ConfigProblem } from './problem.js';
import { demoConfig } from './environment/demo.js';
import { environmentConfig, environmentNames, environmentSettings } from './environment/omnistrate.js';
import { isSet, parseEnvironment, trueOrFalse } from './environment/variables.js';
import {
  everyVariable,
  fastAutoscalerConfig,
  fastAutoscalerNames,
  fastAutoscalerSettings,
  fastAutoscalerVariables,
  variablesWithoutService,
} from './environment/ecs-fast-autoscaler.js';
import { fileConfig } from './file/file-config.js';
import { misspelledVariables, refuseMisspelledDryRun } from './environment/misspelled.js';
import type { Environment } from './file/placeholders.js';
import { serverVariables } from './environment/process.js';

const defaultFile = 'escapement.yaml';

/**
 * The demo runs only if nothing is configured. An incomplete configuration is an error.
 * @throws ConfigError with every problem.
 */
export async function loadConfig(environment: Environment, cwd: string): Promise<LoadedConfig> {
  const { ESCAPEMENT_OWNER: owner = defaultOwner } = parseEnvironment(ownerVariable, environment);
  refuseMisspelledDryRun(environment);
  const file = await configFile(environment, cwd);
  const { config, variables } =
    file === undefined ? fromEnvironment(environment) : await fromFile(file, environment, cwd);
  const misspelled = misspelledVariables(environment, [...variables, ...alwaysRead]);
  const written =
    file === undefined
      ? // An environment has no modification time, so the time of the start is used.
        { file: 'environment', atMs: Date.now() }
      : { file: resolve(cwd, file), atMs: await writtenAtMs(resolve(cwd, file)) };
  const writing = { owner: config.owner ?? owner, host: hostname(), ...written };
  return { ...config, writing, warnings: [...config.warnings, ...variablesWithoutService(environment), ...misspelled] };
}

const ownerVariable = serverVariables.pick({ ESCAPEMENT_OWNER: true });

/** The modification time in the file system, in whole milliseconds. */
async function writtenAtMs(path: string): Promise<number> {
  return Math.floor((await stat(path)).mtimeMs);
}

/**
 * @param file the file name as the user gave it, for messages; relative to `cwd`.
 * @throws ConfigError
 */
export async function readConfigFile(file: string, environment: Environment, cwd: string): Promise<Config> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    const problem = `cannot be read (${fileErrorCode(error)})`;
    throw new ConfigError([{ file, path: '', problem, fix: 'check the path and the permissions of the file' }]);
  });
  return fileConfig(text, file, environment, dirname(resolve(cwd, file)));
}

interface Loaded {
  readonly config: Config;
  /** The environment variables that apply, in addition to those that always apply. */
  readonly variables: readonly string[];
}

async function fromFile(file: string, environment: Environment, cwd: string): Promise<Loaded> {
  const config = await readConfigFile(file, environment, cwd);
  const ignored = [...environmentNames(environment), ...fastAutoscalerNames(environment)];
  const ignoring = {
    path: ignored.join(', '),
    problem: `ignored, because ${file} is read`,
    fix: `write the same settings in ${file}`,
  };
  const warnings = [...config.warnings, ...(ignored.length === 0 ? [] : [ignoring])];
  return {
    config: { ...config, warnings, ...(isDryRun(environment) && asDryRun(config, warnings)) },
    variables: ignored,
  };
}

/** Whether DRY_RUN is true. @throws ConfigError */
export function isDryRun(environment: Environment): boolean {
  return parseEnvironment(z.object({ DRY_RUN: trueOrFalse.prefault('false') }), environment).DRY_RUN;
}

/** DRY_RUN sends no change for any resource, whatever the file sets. */
function asDryRun({ file, resources }: Config, warnings: Config['warnings']): Pick<Config, 'resources' | 'warnings'> {
  const dry = Object.values(resources).map((each) => ({ ...each, settings: { ...each.settings, dryRun: true } }));
  const warning = { path: 'DRY_RUN', problem: `no resource of ${file ?? ''} is changed` };
  return { resources: byAlias(dry), warnings: [...warnings, warning] };
}

/**
 * Where nothing else is configured, a variable that is set to an empty string still counts as an attempt to configure
 * something.
 */
function fromEnvironment(environment: Environment): Loaded {
  try {
    return configured(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // A variable that is reported as not set may be there with another spelling.
    const wanted = error.problems.map(({ path }) => path);
    const known = [...Object.keys(environmentSettings.shape), ...everyVariable, ...alwaysRead];
    throw new ConfigError([...error.problems, ...misspelledVariables(environment, known, wanted)]);
  }
}

function configured(environment: Environment): Loaded {
  const kind = environmentKind(environment);
  if (kind === 'ecs')
    return { config: fastAutoscalerConfig(environment), variables: fastAutoscalerVariables(environment) };
  const variables = [...Object.keys(environmentSettings.shape), ...environmentNames(environment)];
  if (kind === 'omnistrate') return { config: environmentConfig(environment), variables };
  return { config: demoConfig(environment), variables: [...variables, ...Object.keys(fastAutoscalerSettings.shape)] };
}

/** Which variables configure a resource. @throws ConfigError where the variables configure two resources. */
export function environmentKind(environment: Environment): 'omnistrate' | 'ecs' | 'none' {
  const names = { omnistrate: environmentNames(environment), ecs: fastAutoscalerNames(environment) };
  const given = {
    omnistrate: names.omnistrate.filter((name) => isSet(environment, name)),
    ecs: names.ecs.filter((name) => isSet(environment, name)),
  };
  if (given.omnistrate.length > 0 && given.ecs.length > 0) throw new ConfigError([twoResources(given)]);
  if (given.ecs.length > 0 || (names.omnistrate.length === 0 && names.ecs.length > 0)) return 'ecs';
  return names.omnistrate.length > 0 ? 'omnistrate' : 'none';
}

function twoResources({ omnistrate, ecs }: Readonly<Record<'omnistrate' | 'ecs', readonly string[]>>): ConfigProblem {
  return {
    path: omnistrate.join(', '),
    problem: `configure a resource on Omnistrate, and ${ecs.join(', ')} configure a resource on ECS, but the environment can configure only one resource`,
    fix: 'unset the variables of one resource, or write an escapement.yaml with both resources',
  };
}

/** The variables that are read with every kind of configuration. */
const alwaysRead = [
  ...Object.keys(serverVariables.shape),
  'ESCAPEMENT_CONFIG',
  'DRY_RUN',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
  ...['CLIENT_CERT', 'CLIENT_KEY', 'SERVER_CA_CERT'].flatMap((what) => [
    `TEMPORAL_TLS_${what}_PATH`,
    `TEMPORAL_TLS_${what}_DATA`,
  ]),
];

async function configFile(environment: Environment, cwd: string): Promise<string | undefined> {
  const named = environment.ESCAPEMENT_CONFIG;
  if (named !== undefined && named !== '') return named;
  if (await exists(join(cwd, defaultFile))) return defaultFile;
  const misnamed = 'escapement.yml';
  if (!(await exists(join(cwd, misnamed)))) return undefined;
  const fix = `rename the file to ${defaultFile}, or set ESCAPEMENT_CONFIG to its name`;
  throw new ConfigError([{ file: misnamed, path: '', problem: 'is not read', fix }]);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => fileErrorCode(error) !== 'ENOENT',
  );
}
