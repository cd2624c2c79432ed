/**
 * Reads the event with which the ECS fast autoscaler was called: `{ "config": { "queue_type": ..., "min_tasks": ... } }`.
 * Each setting becomes the environment variable of the same setting.
 */
import { z } from 'zod';
import { didYouMean } from '../file/issue-words.js';
import { nearest } from '../nearest.js';
import { ConfigError, type ConfigProblem } from '../problem.js';
import type { Environment } from '../file/placeholders.js';
import { everyVariable } from './ecs-fast-autoscaler.js';
import { queueTypeOf } from './queue.js';

/** Names that differ from those of the variables. */
const otherNames: Readonly<Record<string, string>> = {
  CLUSTER_NAME: 'ECS_CLUSTER',
  CLUSTER_ARN: 'MSK_CLUSTER_ARN',
  REGION: 'AWS_REGION',
  SSO_PROFILE: 'AWS_PROFILE',
};

/** Settings of an event that configure the process or nothing, in addition to those of the resource. */
const otherVariables = ['AWS_REGION', 'AWS_PROFILE', 'S3_CONFIG_BUCKET'];

interface EventSettings {
  readonly variables: Readonly<Record<string, string>>;
  /** The path of the setting of each variable. */
  readonly paths: Readonly<Record<string, string>>;
  /** Settings that do not exist, with the one that was probably meant. */
  readonly unknown: readonly ConfigProblem[];
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const settings = z.record(z.string(), scalar);
/** Other events, such as those of a schedule, have no `config`. */
const eventSchema = z.looseObject({
  config: z.intersection(z.object({ queue_config: settings.optional() }), z.record(z.string(), z.unknown())).optional(),
});

/**
 * The variables that an event sets. 0 and false are values; null is not.
 * @param environment the variables that apply where the event sets none: QUEUE_TYPE names the queue of `queue_config`.
 * @throws ConfigError naming every setting that does not exist, never its value.
 */
export function variablesOfEvent(
  text: string,
  file: string,
  environment: Environment,
): Readonly<Record<string, string>> {
  const { variables, unknown } = settingsOfEvent(text, file, environment);
  if (unknown.length > 0) throw new ConfigError(unknown);
  return variables;
}

/** Like `variablesOfEvent`, but returns the settings that do not exist. @throws ConfigError */
export function settingsOfEvent(text: string, file: string, environment: Environment): EventSettings {
  const { queue_config: queue = {}, ...others } = parsed(text, file).config ?? {};
  const general = settings.safeParse(others);
  if (!general.success) throw new ConfigError([{ file, path: 'config', problem: 'contains a list or a mapping' }]);
  const problems: ConfigProblem[] = [];
  const variables: Record<string, string> = {};
  const paths: Record<string, string> = {};

  function take(path: string, given: z.output<typeof settings>, prefix: string): void {
    for (const [key, value] of Object.entries(given)) {
      const name = variableOf(key, prefix);
      if (name === undefined) problems.push(unknown(file, `${path}.${key}`, key));
      else if (value !== null) {
        variables[name] = String(value);
        paths[name] = `${path}.${key}`;
      }
    }
  }

  take('config', general.data, '');
  const type = queueTypeOf({ ...environment, ...variables });
  take('config.queue_config', queue, `${type.toUpperCase()}_`);
  return { variables, paths, unknown: problems };
}

function parsed(text: string, file: string): z.output<typeof eventSchema> {
  try {
    const event = eventSchema.safeParse(JSON.parse(text));
    if (event.success) return event.data;
  } catch {
    // The message of the parser repeats a part of the text.
  }
  const fix = 'write {"config": {"service_name": "jobs", "queue_type": "sqs", "queue_config": {"queue_url": "..."}}}';
  throw new ConfigError([{ file, path: '', problem: 'is not an event of the ECS fast autoscaler', fix }]);
}

/** `queue_url` of an SQS queue is SQS_QUEUE_URL, and `min_tasks` is MIN_TASKS. */
function variableOf(key: string, prefix: string): string | undefined {
  const name = key.toUpperCase();
  const known = [...everyVariable, ...otherVariables];
  return [prefix + name, name, otherNames[name]].find((each) => each !== undefined && known.includes(each));
}

function unknown(file: string, path: string, key: string): ConfigProblem {
  const meant = nearest(
    key,
    everyVariable.map((name) => name.toLowerCase()),
  );
  return { file, path, problem: 'unknown setting', fix: meant === undefined ? undefined : didYouMean(meant) };
}
