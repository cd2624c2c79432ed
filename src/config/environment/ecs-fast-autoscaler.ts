/**
 * Reads the unchanged environment of the ECS fast autoscaler, without a file: one ECS service that follows one queue.
 * Each setting has the meaning that the documentation of the fast autoscaler gives. Where the code of the fast
 * autoscaler does something else, a warning states the difference.
 */
import { z } from 'zod';
import { byAlias, resourceConfig, type Config } from '../config.js';
import { withFix } from '../../domain/written/issue.js';
import { ConfigError, type ConfigProblem } from '../problem.js';
import {
  type EnvironmentResource,
  isSet,
  parseEnvironment,
  secondsText,
  trueOrFalse,
  wholeNumber,
} from './variables.js';
import type { Environment } from '../file/placeholders.js';
import { policyFromSettings } from '../file/written-policy.js';
import {
  queueChoice,
  queueFromEnvironment,
  type QueueSignal,
  queueTypeOf,
  queueVariables,
  whyCombinedHasNoEffect,
} from './queue.js';
import { aliasSchema, resourceSchema } from '../schema/resource.js';

const tasks = wholeNumber('a whole number of tasks', 0, 1_000_000);
const seconds = wholeNumber('a whole number of seconds', 0, 366 * 86_400);
/** A number in the forms that Python accepts: `0.01`, `.01`, `1e-2`. */
const number = z
  .string()
  .regex(/^(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(e[+-]?\d{1,2})?$/i, {
    error: withFix('is not a number', 'write digits, with a point for decimals'),
  })
  .transform(Number)
  .refine((value) => value === 0 || (value >= 1e-12 && value < 1e12), {
    error: withFix('is too small or too large', 'write 0, or a number from 0.000000000001 to 999999999999'),
  });

export const fastAutoscalerSettings = z.object({
  ECS_CLUSTER: z
    .string({ error: withFix('is not set', 'set it to the name or the ARN of the ECS cluster') })
    .describe('Name or ARN of the cluster. Required.'),
  SERVICE_NAME: z
    .string({ error: withFix('is not set', 'set it to the name or the ARN of the ECS service') })
    .refine((service) => aliasSchema.safeParse(aliasOf(service)).success, {
      error: withFix('is neither the name nor the ARN of an ECS service', 'write letters, digits, "-" and "_"'),
    })
    .describe('Name or ARN of the service. Required.'),
  MIN_TASKS: tasks.prefault('10').describe('Minimum number of tasks.'),
  MAX_TASKS: tasks.prefault('300').describe('Maximum number of tasks.'),
  SCALE_UP_THRESHOLD: number.prefault('100').describe('Tasks may be added above this number of messages.'),
  SCALE_DOWN_THRESHOLD: number.prefault('99').describe('Tasks may be removed below this number of messages.'),
  TASKS_PER_MESSAGE: number.prefault('0.01').describe('Tasks needed for each message.'),
  MAX_SCALE_DOWN_FACTOR: number.prefault('0.99').describe('Maximum share of the tasks that one scale-in removes.'),
  SCALE_OUT_COOLDOWN: seconds
    .prefault('120')
    .describe('Minimum time between two scale-outs, in seconds. A scale-in does not delay a scale-out.'),
  SCALE_IN_COOLDOWN: seconds
    .prefault('120')
    .describe('Minimum time from the last change, in either direction, to a scale-in, in seconds.'),
  SCALING_STEP_COUNT: wholeNumber('a whole number of tasks', 1, 1_000_000)
    .prefault('5')
    .describe('Maximum number of tasks that one change adds or removes.'),
  ...queueChoice.shape,
  DRY_RUN: trueOrFalse.prefault('false').describe('Make every decision, but send no change.'),
});

type Settings = z.output<typeof fastAutoscalerSettings>;

/**
 * Returns the variables that identify the environment of the fast autoscaler. SERVICE_NAME alone does not identify it,
 * because many programs use a variable of that name.
 */
export function fastAutoscalerNames(environment: Environment): string[] {
  const isShared = (name: string) => name === 'DRY_RUN' || name.startsWith('AWS_');
  const own = everyVariable.filter((name) => environment[name] !== undefined && !isShared(name));
  const isIdentified = own.includes('ECS_CLUSTER') || (own.includes('SERVICE_NAME') && own.length > 1);
  return isIdentified ? own : [];
}

/**
 * Warns about variables of the fast autoscaler that no other program is likely to use, where nothing identifies its
 * environment: they have no effect then.
 */
export function variablesWithoutService(environment: Environment): ConfigProblem[] {
  const shared = ['ECS_CLUSTER', 'SERVICE_NAME', 'QUEUE_TYPE', 'DRY_RUN'];
  const own = Object.keys(fastAutoscalerSettings.shape).filter((name) => !shared.includes(name));
  const names = own.filter((name) => isSet(environment, name));
  if (names.length === 0 || fastAutoscalerNames(environment).length > 0) return [];
  const problem = 'ignored, because these variables have an effect only with ECS_CLUSTER and SERVICE_NAME';
  return [{ path: names.join(', '), problem, fix: 'set both, or unset these variables' }];
}

/** The variables of every type of queue. */
export const everyVariable: readonly string[] = [
  ...Object.keys(fastAutoscalerSettings.shape),
  ...Object.values(queueVariables).flatMap(({ shape }) => Object.keys(shape)),
];

/** Every variable that is read. */
export function fastAutoscalerVariables(environment: Environment): string[] {
  const { shape } = queueVariables[queueTypeOf(environment)];
  return [...Object.keys(fastAutoscalerSettings.shape), ...Object.keys(shape)];
}

/** @throws ConfigError naming every invalid variable. */
export function fastAutoscalerConfig(environment: Environment): Config {
  const { alias, fields } = fastAutoscalerResource(environment);
  const settings = parseEnvironment(fastAutoscalerSettings, environment);
  const resource = resourceConfig(alias, resourceSchema.parse(fields));
  return {
    source: 'environment',
    resources: byAlias([{ ...resource, writtenPolicy: policyFromSettings(fields.autoscale) }]),
    warnings: differences(environment, settings, queueOf(environment)),
  };
}

/** @throws ConfigError naming every invalid variable. */
export function fastAutoscalerResource(environment: Environment): EnvironmentResource {
  const settings = parseEnvironment(fastAutoscalerSettings, environment);
  refuseContradictions(settings);
  const signal = queueOf(environment);
  return {
    alias: aliasOf(settings.SERVICE_NAME),
    fields: {
      platform: { type: 'ecs', cluster: settings.ECS_CLUSTER, service: settings.SERVICE_NAME },
      min: settings.MIN_TASKS,
      max: settings.MAX_TASKS,
      step: settings.SCALING_STEP_COUNT,
      cooldown: {
        up: secondsText(settings.SCALE_OUT_COOLDOWN),
        upAfter: 'up',
        down: secondsText(settings.SCALE_IN_COOLDOWN),
      },
      autoscale: {
        // The schedule in the documentation of the fast autoscaler.
        interval: '60s',
        signals: { messages: { type: signal.type, ...signal.settings } },
        policies: [{ type: 'perUnit', value: wantedTasks(settings), target: 1 }],
      },
      dryRun: settings.DRY_RUN,
    },
  };
}

/**
 * Returns the number of tasks as an expression, which `perUnit` rounds up. A scale-in rule never adds tasks, and a
 * scale-out rule never removes tasks. One scale-in keeps the share of the tasks that the factor does not allow to be
 * removed.
 */
function wantedTasks(settings: Settings): string {
  const need = `messages * ${inDigits(settings.TASKS_PER_MESSAGE)}`;
  const keptShare = inDigits(1 - Math.min(settings.MAX_SCALE_DOWN_FACTOR, 1));
  const more = `max(current, ${need})`;
  const fewer = `max(min(current, ${need}), floor(current * ${keptShare}))`;
  const [up, down] = [inDigits(settings.SCALE_UP_THRESHOLD), inDigits(settings.SCALE_DOWN_THRESHOLD)];
  return `messages > ${up} ? ${more} : messages < ${down} ? ${fewer} : current`;
}

/**
 * Formats a number for an expression, which does not support exponents: 0.0000005, not 5e-7. The number is rounded,
 * because 1 - 0.9 is 0.09999999999999998 in doubles, and a tenth of 10 tasks would then be no task.
 */
function inDigits(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, '');
}

function refuseContradictions(settings: Settings): void {
  const problems = [
    settings.MIN_TASKS > settings.MAX_TASKS && {
      path: 'MIN_TASKS',
      problem: 'is above MAX_TASKS',
      fix: 'lower MIN_TASKS, or raise MAX_TASKS',
    },
    settings.SCALE_DOWN_THRESHOLD > settings.SCALE_UP_THRESHOLD && {
      path: 'SCALE_DOWN_THRESHOLD',
      problem: 'is above SCALE_UP_THRESHOLD, so that one number of messages would both add and remove tasks',
      fix: 'lower SCALE_DOWN_THRESHOLD, or raise SCALE_UP_THRESHOLD',
    },
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** The signal refers to passwords by the names of their variables and does not contain them. */
function queueOf(environment: Environment): QueueSignal {
  const secrets = Object.keys(environment).filter((name) => name.endsWith('_PASSWORD') && environment[name]);
  return queueFromEnvironment({
    ...environment,
    ...Object.fromEntries(secrets.map((name) => [name, `\${${name}}`])),
  });
}

/**
 * Returns the last part of an ARN. The maximum length of an alias is less than that of a service name on ECS, and an
 * alias begins with a letter or a digit.
 */
function aliasOf(service: string): string {
  return service
    .slice(service.lastIndexOf('/') + 1)
    .replace(/^[-_]+/, '')
    .slice(0, 63);
}

/** The settings whose effect differs: what each setting did in the fast autoscaler, and what it does in Escapement. */
export const differentEffects: Readonly<Record<string, string>> = {
  SCALE_OUT_COOLDOWN:
    'had no effect in the ECS fast autoscaler, and is the minimum time between two scale-outs in Escapement',
  SCALING_STEP_COUNT:
    'had no effect in the ECS fast autoscaler, and is the maximum number of tasks that one change adds or removes in Escapement',
  TASKS_PER_MESSAGE:
    'was added per message to the running tasks at every run of the ECS fast autoscaler, and is the total number of tasks per message in Escapement',
  MAX_SCALE_DOWN_FACTOR:
    'was the share of the tasks that a scale-in kept in the ECS fast autoscaler, and is the maximum share that a scale-in removes in Escapement',
  S3_CONFIG_BUCKET: 'is ignored: Temporal stores the state',
};

function differences(
  environment: Environment,
  { USE_COMBINED_MESSAGES: isCombined }: Settings,
  signal: QueueSignal,
): ConfigProblem[] {
  const given = Object.entries(differentEffects).map(([path, problem]) => ({ path, problem }));
  const whyNotCombined = isCombined ? whyCombinedHasNoEffect(signal) : undefined;
  const combined = { path: 'USE_COMBINED_MESSAGES', problem: `has no effect: ${whyNotCombined ?? ''}` };
  const cluster = { path: 'MSK_CLUSTER_ARN', problem: whyClusterIsIgnored(signal) };
  return [
    ...given.filter(({ path }) => isSet(environment, path)),
    ...(isSet(environment, cluster.path) && signal.settings['msk'] === undefined ? [cluster] : []),
    ...(whyNotCombined === undefined ? [] : [combined]),
  ];
}

function whyClusterIsIgnored({ type }: QueueSignal): string {
  return type === 'kafka'
    ? 'is ignored: KAFKA_BOOTSTRAP_SERVERS names the brokers'
    : 'is ignored: QUEUE_TYPE is not kafka';
}
