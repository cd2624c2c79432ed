/** One ECS service: the variables of an environment, and the settings of an event in place of them, as a resource. */
import {
  differentEffects,
  everyVariable,
  fastAutoscalerConfig,
  fastAutoscalerNames,
  fastAutoscalerVariables,
} from '../../config/environment/ecs-fast-autoscaler.js';
import { settingsOfEvent } from '../../config/environment/event-payload.js';
import { misspelledVariables, nearestVariable, refuseMisspelledDryRun } from '../../config/environment/misspelled.js';
import { isSet } from '../../config/environment/variables.js';
import { ConfigError, formatProblem } from '../../config/problem.js';
import { resourceOfKind } from '../../config/show/from-environment.js';
import { problemText } from '../../domain/written/problem.js';
import type { FoundEnvironment } from '../environment/environments.js';
import { type Comment, ImportError, type Manifest, type Warning } from '../importer.js';

export interface Order {
  readonly environment: FoundEnvironment;
  /** The event applies in place of the environment, setting by setting. */
  readonly event: Manifest | undefined;
}

export interface ImportedService {
  /** The file or the part of it, for messages. */
  readonly place: string;
  readonly alias: string;
  readonly cluster: string;
  /** The same for two orders that scale the same service. */
  readonly target: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: readonly Comment[];
  readonly warnings: readonly Warning[];
}

type Variables = Readonly<Record<string, string>>;

export function isOfFastAutoscaler(variables: Variables): boolean {
  return fastAutoscalerNames(variables).length > 0;
}

/** @throws ImportError naming every invalid setting, never a secret. */
export function serviceOf({ environment, event }: Order): ImportedService {
  const given = event && fromEvent(event, environment.variables);
  const variables = { ...environment.variables, ...given?.variables };
  const place = event?.place ?? environment.place;
  const placeOf = (name: string) => given?.placeOf(name) ?? `${environment.place || place} ${name}`;
  return orRefused(place, variables, () => {
    refusePlaceholders(variables, placeOf);
    refuseMisspelledDryRun(variables);
    const { alias, fields, variables: read } = resourceOfKind('ecs', variables);
    const { warnings } = fastAutoscalerConfig(variables);
    const told = warnings.filter(({ path }) => !(path in differences));
    const reported = [...read, ...warnings.map(({ path }) => path)];
    const unused = Object.keys(variables).filter((name) => !reported.includes(name));
    const [cluster = '', service = ''] = [variables['ECS_CLUSTER'], variables['SERVICE_NAME']].map(lastPartOf);
    return {
      place,
      alias,
      cluster,
      target: `${cluster}/${service}`,
      fields,
      comments: commentsOf(variables),
      warnings: [
        ...Object.entries(differences).map(([name, message]) => ({ path: placeOf(name), message })),
        ...told.map((problem) => ({ path: placeOf(problem.path), message: problemText(problem) })),
        ...unused.map((name) => ({ path: placeOf(name), message: whyUnused(name, variables) })),
        ...(given?.warnings ?? []),
        ...stillPlaceholders(fields),
      ],
    };
  });
}

/** Where the code of the original does something else, whether the setting is given or has its default. */
const differences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(differentEffects).filter(([name]) => name !== 'S3_CONFIG_BUCKET'),
);

interface FromEvent {
  readonly variables: Variables;
  placeOf(name: string): string | undefined;
  readonly warnings: readonly Warning[];
}

function fromEvent({ place, value }: Manifest, environment: Variables): FromEvent {
  const { variables, paths, unknown } = orRefused(place, environment, () =>
    settingsOfEvent(JSON.stringify(value), place, environment),
  );
  const placeOf = (name: string) => (paths[name] === undefined ? undefined : `${place} ${paths[name]}`);
  const falsy = Object.keys(variables).filter((name) => ['0', 'false'].includes(variables[name] ?? ''));
  return {
    variables,
    placeOf,
    warnings: [
      ...unknown.map(({ path, fix }) => ({
        path: `${place} ${path}`,
        message: `is unknown, and is left out${fix === undefined ? '' : `; ${fix}`}`,
      })),
      ...falsy.map((name) => ({
        path: placeOf(name) ?? name,
        message: `is ${variables[name] ?? ''}, and counts. The ECS fast autoscaler takes 0 and false in an event as not given`,
      })),
    ],
  };
}

/** The rest of an ARN is the same for the cluster and its services. */
function lastPartOf(nameOrArn = ''): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/** A placeholder of a shell or a compose file would be read from the environment of the worker. */
function refusePlaceholders(variables: Variables, placeOf: (name: string) => string): void {
  for (const [name, value] of Object.entries(variables)) {
    const isSecret = name.endsWith('_PASSWORD') || value === `\${${name}}`;
    if (!everyVariable.includes(name) || isSecret || !/\$(\{|\w|\()/.test(value)) continue;
    throw new ImportError(
      `${placeOf(name)} contains a placeholder. Fill in its value first, such as with docker compose config, or in a shell: set -a; . ./autoscaler.env; env | escapement import fast-autoscaler -`,
    );
  }
}

/** Adds, to variables that are missing, others that are probably meant. */
function orRefused<Result>(place: string, variables: Variables, convert: () => Result): Result {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const wanted = error.problems.map(({ path }) => path);
    const problems = [...error.problems, ...misspelledVariables(variables, everyVariable, wanted)];
    const lines = problems.map((problem) =>
      problem.file === undefined ? `${place} ${formatProblem(problem)}` : formatProblem(problem),
    );
    throw new ImportError(lines.join('\n'));
  }
}

function commentsOf(variables: Variables): readonly Comment[] {
  const rule = ['SCALE_UP_THRESHOLD', 'SCALE_DOWN_THRESHOLD', 'TASKS_PER_MESSAGE', 'MAX_SCALE_DOWN_FACTOR'];
  const given = rule.filter((name) => isSet(variables, name)).map((name) => `${name} ${variables[name] ?? ''}`);
  const defaults = rule.filter((name) => !isSet(variables, name));
  const parts = [...given, ...(defaults.length > 0 ? [`defaults of ${defaults.join(', ')}`] : [])];
  return [
    { path: ['min'], after: ' MIN_TASKS' },
    { path: ['max'], after: ' MAX_TASKS' },
    { path: ['step'], after: ' SCALING_STEP_COUNT' },
    { path: ['cooldown'], after: ' SCALE_OUT_COOLDOWN, SCALE_IN_COOLDOWN' },
    { path: ['autoscale', 'policies'], above: ` ${parts.join(', ')}` },
  ];
}

const ofTheProcess: Readonly<Record<string, string>> = {
  LOG_LEVEL: 'is a setting of the process: set it for escapement worker',
  SSO_PROFILE: 'is left out: set AWS_PROFILE for escapement worker',
};

function whyUnused(name: string, variables: Variables): string {
  if (!isSet(variables, name) && everyVariable.includes(name)) return 'is empty, and counts as not set';
  if (name.startsWith('AWS_')) return 'is not written: set it for escapement worker too';
  if (everyVariable.includes(name)) return `is left out: QUEUE_TYPE is ${variables['QUEUE_TYPE'] || 'sqs'}`;
  const why = ofTheProcess[name];
  if (why !== undefined) return why;
  const meant = nearestVariable(name, [...fastAutoscalerVariables(variables), 'S3_CONFIG_BUCKET']);
  return meant === undefined || isSet(variables, meant)
    ? 'is left out: the ECS fast autoscaler has no such variable'
    : `is unknown, and has no effect in the ECS fast autoscaler either; did you mean ${meant}?`;
}

function stillPlaceholders(fields: ImportedService['fields']): readonly Warning[] {
  const names = [...JSON.stringify(fields).matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].map((name) => ({
    path: '',
    message: `The file contains \${${name}} in place of a secret: set ${name} in the environment of escapement worker.`,
  }));
}
