/**
 * Reads the unchanged settings of Omnistrate's autoscaling example, without a file: one resource behind the sidecar.
 */
import { z } from 'zod';
import { omnistrate } from '../../adapters/platforms/omnistrate.js';
import { byAlias, resourceConfig, type Config } from '../config.js';
import { withFix } from '../../domain/written/issue.js';
import { ConfigError, type ConfigProblem } from '../problem.js';
import { type EnvironmentResource, parseEnvironment, secondsText, trueOrFalse, wholeNumber } from './variables.js';
import { nearestVariable, unknownVariable } from './misspelled.js';
import type { Environment } from '../file/placeholders.js';
import { aliasSchema, resourceSchema } from '../schema/resource.js';

const prefix = 'AUTOSCALER_';
const year = 366 * 86_400;
const seconds = (least: number) => wholeNumber('a whole number of seconds', least, year);
const units = (least: number) => wholeNumber('a whole number of units', least, 1_000_000);

export const environmentSettings = z.object({
  AUTOSCALER_TARGET_RESOURCE: z
    .string({ error: withFix('is not set', 'set it to the alias of the resource, its key in omnistrate-compose.yaml') })
    .pipe(aliasSchema)
    .describe('The alias of the resource: its key in omnistrate-compose.yaml. Required.'),
  AUTOSCALER_COOLDOWN: seconds(0).prefault('300').describe('Minimum time between two changes, in seconds.'),
  AUTOSCALER_STEPS: units(1).prefault('1').describe('Maximum number of units that one change adds or removes.'),
  AUTOSCALER_WAIT_FOR_ACTIVE_TIMEOUT: seconds(1)
    .prefault('900')
    .describe('Timeout for the resource to become active, in seconds.'),
  AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL: seconds(1)
    .prefault('30')
    .describe('Maximum time between two reads of the resource, in seconds.'),
  AUTOSCALER_MIN_CAPACITY: units(0).prefault('0').describe('Minimum capacity.'),
  AUTOSCALER_MAX_CAPACITY: units(0).optional().describe('Maximum capacity. Default: no limit.'),
  DRY_RUN: trueOrFalse.prefault('false').describe('Make every decision, but send no change.'),
  OMNISTRATE_SIDECAR_URL: omnistrate.settings.shape.url,
});

/**
 * Returns the variables that configure a real resource. A variable that is set to an empty string counts as an attempt
 * to configure one.
 */
export function environmentNames(environment: Environment): string[] {
  const isOurs = (name: string) => name.startsWith(prefix) || name === 'OMNISTRATE_SIDECAR_URL';
  return Object.keys(environment).filter((name) => isOurs(name) && environment[name] !== undefined);
}

/** @throws ConfigError naming every invalid variable. */
export function environmentConfig(environment: Environment): Config {
  const { alias, fields } = environmentResource(environment);
  const resources = byAlias([resourceConfig(alias, resourceSchema.parse(fields))]);
  return { source: 'environment', resources, warnings: unknownNames(environment) };
}

/** @throws ConfigError naming every invalid variable. */
export function environmentResource(environment: Environment): EnvironmentResource {
  const settings = parseEnvironment(environmentSettings, environment);
  const min = settings.AUTOSCALER_MIN_CAPACITY;
  const max = settings.AUTOSCALER_MAX_CAPACITY ?? 'none';
  if (max !== 'none' && min > max) {
    const problem = 'is above AUTOSCALER_MAX_CAPACITY';
    throw new ConfigError([
      {
        path: 'AUTOSCALER_MIN_CAPACITY',
        problem,
        fix: 'lower AUTOSCALER_MIN_CAPACITY, or raise AUTOSCALER_MAX_CAPACITY',
      },
    ]);
  }
  return {
    alias: settings.AUTOSCALER_TARGET_RESOURCE,
    fields: {
      platform: { type: 'omnistrate', url: settings.OMNISTRATE_SIDECAR_URL },
      min,
      max,
      step: settings.AUTOSCALER_STEPS,
      cooldown: secondsText(settings.AUTOSCALER_COOLDOWN),
      waitForActive: {
        timeout: secondsText(settings.AUTOSCALER_WAIT_FOR_ACTIVE_TIMEOUT),
        interval: secondsText(settings.AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL),
      },
      dryRun: settings.DRY_RUN,
    },
  };
}

function unknownNames(environment: Environment): ConfigProblem[] {
  const known = Object.keys(environmentSettings.shape);
  const unknown = environmentNames(environment).filter((name) => !known.includes(name));
  return unknown.map((name) => unknownVariable(name, nearestVariable(name, known)));
}
