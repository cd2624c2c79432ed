/**
 * The environment of the ECS fast autoscaler as it is, without a file: one ECS service that follows one queue. The
 * settings mean what their table says; where its code does something else, a warning tells the difference.
 */
import { z } from 'zod';
import { queueFromEnvironment, type QueueSignal } from '../sources/queue-environment.js';
import { byAlias, resourceConfig, type Config } from './config.js';
import { ConfigError, problemFrom } from './config-error.js';
import { parseEnvironment, wholeNumber } from './environment-variables.js';
import type { Environment } from './placeholders.js';
import { resourceSchema } from './schema.js';

const tasks = wholeNumber('a whole number of tasks', 0, 1_000_000);
const seconds = wholeNumber('a whole number of seconds', 0, 366 * 86_400);
const number = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,12})?$/, { error: 'is not a number; write digits, with a point for decimals' })
  .transform(Number);

export const fastAutoscalerSettings = z.object({
  ECS_CLUSTER: z
    .string({ error: 'is not set; give the name or the ARN of the ECS cluster' })
    .describe('Name or ARN of the cluster. Required.'),
  SERVICE_NAME: z
    .string({ error: 'is not set; give the name or the ARN of the ECS service' })
    .describe('Name or ARN of the service. Required.'),
  MIN_TASKS: tasks.prefault('10').describe('Least number of tasks.'),
  MAX_TASKS: tasks.prefault('300').describe('Most tasks.'),
  SCALE_UP_THRESHOLD: number.prefault('100').describe('Above so many messages tasks may be added.'),
  SCALE_DOWN_THRESHOLD: number.prefault('99').describe('Below so many messages tasks may be removed.'),
  TASKS_PER_MESSAGE: number.prefault('0.01').describe('Tasks needed for each message.'),
  MAX_SCALE_DOWN_FACTOR: number.prefault('0.99').describe('Largest share of the tasks that one scale-in removes.'),
  SCALE_OUT_COOLDOWN: seconds
    .prefault('120')
    .describe('Least time between two scale-outs, in seconds; a scale-in never holds one back.'),
  SCALE_IN_COOLDOWN: seconds
    .prefault('120')
    .describe('Least time from a change, either way, to a scale-in, in seconds.'),
  SCALING_STEP_COUNT: wholeNumber('a whole number of tasks', 1, 1_000_000)
    .prefault('5')
    .describe('Most tasks that one change adds or removes.'),
});

type Settings = z.output<typeof fastAutoscalerSettings>;

/** Whether it is that autoscaler's environment. An empty variable counts: somebody tried to set it. */
export function isFastAutoscaler(environment: Environment): boolean {
  return environment['ECS_CLUSTER'] !== undefined || environment['SERVICE_NAME'] !== undefined;
}

/** @throws ConfigError naming every variable that is wrong. */
export function fastAutoscalerConfig(environment: Environment): Config {
  const settings = parseEnvironment(fastAutoscalerSettings, environment);
  refuseContradictions(settings);
  const { type, settings: queue } = queueOf(environment);
  const resource = resourceSchema.parse({
    platform: { type: 'ecs', cluster: settings.ECS_CLUSTER, service: settings.SERVICE_NAME },
    min: settings.MIN_TASKS,
    max: settings.MAX_TASKS,
    step: settings.SCALING_STEP_COUNT,
    cooldown: { up: `${settings.SCALE_OUT_COOLDOWN}s`, upAfter: 'up', down: `${settings.SCALE_IN_COOLDOWN}s` },
    autoscale: {
      // As its documentation schedules it.
      interval: '60s',
      signals: { messages: { ...queue, type } },
      policies: [{ type: 'perUnit', value: wantedTasks(settings), target: 1 }],
    },
  });
  const alias = aliasOf(settings.SERVICE_NAME);
  return {
    source: 'environment',
    resources: byAlias([resourceConfig(alias, resource)]),
    warnings: differences(environment),
  };
}

/**
 * The tasks wanted, as an expression; `perUnit` rounds it up. A scale-in rule never adds and a scale-out rule never
 * removes, and one scale-in keeps the share that the factor does not allow to be removed.
 */
function wantedTasks(settings: Settings): string {
  const need = `messages * ${settings.TASKS_PER_MESSAGE}`;
  // 1 - 0.9 is 0.09999999999999998 in doubles: rounded, or a tenth of 10 tasks would be none.
  const keptShare = Number((1 - Math.min(settings.MAX_SCALE_DOWN_FACTOR, 1)).toFixed(12));
  const more = `max(current, ${need})`;
  const fewer = `max(min(current, ${need}), floor(current * ${keptShare}))`;
  return `messages > ${settings.SCALE_UP_THRESHOLD} ? ${more} : messages < ${settings.SCALE_DOWN_THRESHOLD} ? ${fewer} : current`;
}

function refuseContradictions(settings: Settings): void {
  const problems = [
    settings.MIN_TASKS > settings.MAX_TASKS &&
      problemFrom('is above MAX_TASKS; swap the two, or correct one', { path: 'MIN_TASKS' }),
    settings.SCALE_DOWN_THRESHOLD > settings.SCALE_UP_THRESHOLD &&
      problemFrom('is above SCALE_UP_THRESHOLD, so that both would hold at once; swap the two, or correct one', {
        path: 'SCALE_DOWN_THRESHOLD',
      }),
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Passwords stay where they are: the signal says only the names of their variables. */
function queueOf(environment: Environment): QueueSignal {
  const secrets = Object.keys(environment).filter((name) => name.endsWith('_PASSWORD') && environment[name]);
  try {
    return queueFromEnvironment({
      ...environment,
      ...Object.fromEntries(secrets.map((name) => [name, `\${${name}}`])),
    });
  } catch (error) {
    const [path = '', ...words] = (error as Error).message.split(' ');
    throw new ConfigError([problemFrom(words.join(' '), { path })]);
  }
}

/** The end of an ARN, in the letters that an alias may have. */
function aliasOf(service: string): string {
  return service.slice(service.lastIndexOf('/') + 1).slice(0, 63);
}

/** What these settings did there, and do here. */
const otherwise: Readonly<Record<string, string>> = {
  SCALE_OUT_COOLDOWN: 'had no effect in the original; here it is the least time between two scale-outs',
  SCALING_STEP_COUNT: 'had no effect in the original; here one change adds or removes at most so many tasks',
  TASKS_PER_MESSAGE: 'was added to what ran, at every run, in the original; here it is all that the messages need',
  MAX_SCALE_DOWN_FACTOR: 'was the share that was kept in the original; here it is the largest share that is removed',
  S3_CONFIG_BUCKET: 'is not needed here, and ignored: Temporal keeps the state',
};

function differences(environment: Environment): string[] {
  const given = Object.entries(otherwise).filter(([name]) => (environment[name] ?? '') !== '');
  return given.map(([name, difference]) => `${name}: ${difference}`);
}
