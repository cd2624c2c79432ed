/** The environment of a controller: one resource for each of its targets. */
import { environmentNames, environmentSettings } from '../../config/environment/omnistrate.js';
import { nearestVariable, refuseMisspelledDryRun } from '../../config/environment/misspelled.js';
import { isSet } from '../../config/environment/variables.js';
import { ConfigError, formatProblem } from '../../config/problem.js';
import { resourceOfKind } from '../../config/show/from-environment.js';
import type { FoundEnvironment } from '../environment/environments.js';
import { type Comment, ImportError, type ImportedResource, type Unsupported, type Warning } from '../importer.js';
import type { AutoscaledService, Bounds } from './capabilities.js';

export interface ControlledResource extends ImportedResource {
  readonly place: string;
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
}

type Variables = Readonly<Record<string, string>>;

/** The example for several resources has a list of targets, which comes first where both are set. */
const severalTargets = 'AUTOSCALER_TARGET_RESOURCES';
const oneTarget = 'AUTOSCALER_TARGET_RESOURCE';

/** @throws ImportError naming every invalid variable. */
export function controlled(
  { place, variables }: FoundEnvironment,
  services: readonly AutoscaledService[],
): readonly ControlledResource[] {
  const targets = (variables[severalTargets] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const aliases = targets.length > 0 ? targets : [variables[oneTarget] ?? ''];
  const own = targets.length > 0 ? without(variables, severalTargets) : variables;
  return aliases.map((alias, index) => {
    const given = { ...own, [oneTarget]: alias };
    const service = services.find((each) => each.alias === alias);
    const { fields, read } = orRefused(place, () => {
      refuseMisspelledDryRun(given);
      const { fields, variables: read } = resourceOfKind('omnistrate', given);
      return { fields, read };
    });
    const { bounds, comments } = boundsOf(given, service);
    return {
      alias,
      place,
      fields: { ...fields, ...bounds },
      comments: [
        { path: ['step'], after: ' AUTOSCALER_STEPS' },
        { path: ['cooldown'], after: ' AUTOSCALER_COOLDOWN' },
        ...comments,
      ],
      warnings: [
        ...(index === 0 ? aboutVariables(place, own, read) : []),
        ...(service?.warnings ?? []),
        ...(service?.policyType === 'custom' || service === undefined ? [] : [isManaged(service)]),
        ...(service === undefined ? [hasNoBounds(place, alias, given)] : []),
      ],
      unsupported: service?.unknownBounds ?? [],
    };
  });
}

/** The bounds of the compose file apply where the variables of Escapement set none. */
function boundsOf(
  variables: Variables,
  service: AutoscaledService | undefined,
): { readonly bounds: Partial<Bounds>; readonly comments: readonly Comment[] } {
  const { min, max } = service?.bounds ?? {};
  return {
    bounds: {
      ...(min !== undefined && !isSet(variables, 'AUTOSCALER_MIN_CAPACITY') && { min }),
      ...(max !== undefined && !isSet(variables, 'AUTOSCALER_MAX_CAPACITY') && { max }),
    },
    comments: service?.boundComments ?? [],
  };
}

function isManaged({ place }: AutoscaledService): Warning {
  return {
    path: `${place} x-omnistrate-capabilities.autoscaling.policyType`,
    message: 'is not custom: Omnistrate would scale the resource too. Set policyType: custom',
  };
}

function hasNoBounds(place: string, alias: string, variables: Variables): Warning {
  const isBounded = isSet(variables, 'AUTOSCALER_MIN_CAPACITY') && isSet(variables, 'AUTOSCALER_MAX_CAPACITY');
  const message = isBounded
    ? `scales ${alias} between AUTOSCALER_MIN_CAPACITY and AUTOSCALER_MAX_CAPACITY. Omnistrate has its own bounds in the compose file`
    : `does not say the bounds of ${alias}: min is 0 and max is none where no variable sets them. Give the compose file too, or write its minReplicas and maxReplicas`;
  return { path: place, message };
}

function aboutVariables(place: string, variables: Variables, read: readonly string[]): readonly Warning[] {
  return Object.keys(variables)
    .filter((name) => !read.includes(name))
    .map((name) => ({ path: `${place} ${name}`, message: whyUnused(name, variables) }));
}

const ofTheProcess = ['PORT', 'LOG_LEVEL', 'LOG_FORMAT'];

function whyUnused(name: string, variables: Variables): string {
  const known = Object.keys(environmentSettings.shape);
  if (!isSet(variables, name)) return 'is empty, and counts as not set';
  if (ofTheProcess.includes(name))
    return 'is a setting of the process, and not of the resource: set it for escapement up';
  if (name === 'AUTOSCALER_DRY_RUN')
    return 'is left out: write DRY_RUN, as the newer example does, or dryRun in the file';
  const meant = nearestVariable(name, known);
  const isOurs = environmentNames({ [name]: '' }).length > 0;
  if (meant === undefined || (!isOurs && isSet(variables, meant))) {
    return 'is left out: the autoscaling example has no such variable';
  }
  return `is unknown, and has no effect in the autoscaling example either; did you mean ${meant}?`;
}

function without(variables: Variables, name: string): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([each]) => each !== name && each !== oneTarget));
}

function orRefused<Result>(place: string, convert: () => Result): Result {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ImportError(error.problems.map((problem) => `${place} ${formatProblem(problem)}`).join('\n'));
  }
}
