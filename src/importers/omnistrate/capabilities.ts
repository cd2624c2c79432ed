/**
 * `x-omnistrate-capabilities.autoscaling` of the services of a compose file. `policyType: custom` leaves the decisions to
 * a controller. With any other policy, Omnistrate scales by thresholds that must be exceeded for some minutes.
 */
import { isMapping } from '../../config/file/path.js';
import { durationText } from '../../domain/written/duration.js';
import type { Fields } from '../fields.js';
import type { Comment, ImportedResource, Manifest, Unsupported, Warning } from '../importer.js';

export interface Bounds {
  readonly min: number;
  readonly max: number | 'none';
}

export interface AutoscaledService {
  /** `compose.yaml services.worker`. */
  readonly place: string;
  readonly alias: string;
  readonly policyType: string | undefined;
  /** Without the bounds that are no numbers. */
  readonly bounds: Partial<Bounds>;
  readonly unknownBounds: readonly Unsupported[];
  readonly boundComments: readonly Comment[];
  /** The resource where no controller of the input scales the service. */
  readonly resource: ImportedResource;
  readonly warnings: readonly Warning[];
  /** What is not carried over where no controller scales the service. Paths are relative to the service. */
  readonly unsupported: readonly Unsupported[];
}

/** @throws ImportError where the bounds are invalid. */
export function autoscaledServices(document: Fields, { value, commentAt }: Manifest): readonly AutoscaledService[] {
  if (!isMapping(value) || !isMapping(value['services'])) return [];
  return document
    .at('services')
    .entries()
    .flatMap(([alias, service]) => {
      const autoscaling = service.at('x-omnistrate-capabilities', 'autoscaling');
      if (autoscaling.isList)
        throw autoscaling.invalid('is a list; write minReplicas and maxReplicas directly below it');
      return autoscaling.isPresent ? [serviceOf(alias, service, autoscaling, commentAt)] : [];
    });
}

/** The defaults of Omnistrate. */
const defaults = {
  idleMinutesBeforeScalingDown: 5,
  idleThreshold: 20,
  overUtilizedMinutesBeforeScalingUp: 5,
  overUtilizedThreshold: 80,
};

const path = 'x-omnistrate-capabilities.autoscaling';

function serviceOf(
  alias: string,
  service: Fields,
  autoscaling: Fields,
  commentAt: Manifest['commentAt'],
): AutoscaledService {
  const policyType = [autoscaling.at('policyType'), autoscaling.at('managementPolicy')]
    .map((field) => field.optionalText())
    .find((each) => each !== undefined);
  const [min, max] = [autoscaling.at('minReplicas'), autoscaling.at('maxReplicas')].map(replicasOf);
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    throw autoscaling.at('minReplicas').invalid('is above maxReplicas');
  }
  const bounds = { ...(typeof min === 'number' && { min }), ...(typeof max === 'number' && { max }) };
  const unknownBounds = Object.entries({ minReplicas: min, maxReplicas: max }).flatMap(([name, given]) =>
    typeof given === 'number' ? [] : [isUnknown(`${service.place} ${path}.${name}`, name, given)],
  );
  const managed = policyType === 'custom' ? undefined : managedPolicy(autoscaling, bounds.max);
  const serverless = service.at('x-omnistrate-capabilities', 'serverlessConfiguration');
  const boundComments: readonly Comment[] = [
    { path: ['min'], after: commentAt([...autoscaling.path, 'minReplicas']) },
    { path: ['max'], after: commentAt([...autoscaling.path, 'maxReplicas']) },
  ];
  return {
    place: service.place,
    alias,
    policyType,
    bounds,
    unknownBounds,
    boundComments,
    resource: {
      alias,
      fields: {
        platform: 'omnistrate',
        min: bounds.min ?? 0,
        max: bounds.max ?? 'none',
        ...managed?.fields,
      },
      comments: boundComments,
    },
    warnings: serverlessWarnings(serverless),
    unsupported: [
      ...unknownBounds.map((each) => ({ ...each, path: each.path.slice(service.place.length + 1) })),
      ...(managed?.unsupported ?? []),
      ...(policyType === 'custom' ? [hasNoController()] : []),
    ],
  };
}

/** A number, or the text of a parameter whose value each deployment has. */
function replicasOf(field: Fields): number | string {
  if (!field.isPresent) return '';
  const text = field.text();
  if (/^\d+$/.test(text)) return Number(text);
  if (/[${]/.test(text)) return text;
  throw field.invalid('is not a whole number from 0');
}

function isUnknown(place: string, name: string, given: string | number | undefined): Unsupported {
  const bound = name === 'minReplicas' ? 'min is 0' : 'max is none';
  const why =
    given === '' || given === undefined
      ? `it is not set, and ${bound}; write the bound into the file`
      : `its value is that of a deployment (${String(given)}), and ${bound}; write the bound into the file`;
  return { path: place, what: name, why };
}

function hasNoController(): Unsupported {
  return {
    path: `${path}.policyType`,
    what: 'policyType: custom',
    why: 'the input contains no controller with AUTOSCALER_TARGET_RESOURCE for this service. It is scaled on request, with the default step and cooldown of Escapement, until you add autoscale:',
  };
}

function serverlessWarnings(serverless: Fields): readonly Warning[] {
  if (!serverless.isPresent) return [];
  serverless.take();
  return [
    {
      path: serverless.place,
      message:
        'stays with Omnistrate: its proxy stops an idle deployment and starts it again. Escapement sees no units then',
    },
  ];
}

interface Managed {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly unsupported: readonly Unsupported[];
}

/** Omnistrate's own policy. Without `scalingMetric`, it uses the CPU and the memory that only Omnistrate measures. */
function managedPolicy(autoscaling: Fields, max: number | undefined): Managed {
  const numbers = Object.entries(defaults).map(
    ([name, value]) => [name, numberOf(autoscaling.at(name), value)] as const,
  );
  const metric = autoscaling.at('scalingMetric');
  const [idleMinutes, idle, overMinutes, over] = numbers.map(([, value]) => value);
  const parameter = numbers.find(([, value]) => value === undefined);
  const words = `below ${idle ?? 'a parameter'} for ${idleMinutes ?? 'a parameter'} min in, above ${over ?? 'a parameter'} for ${overMinutes ?? 'a parameter'} min out`;
  if (!metric.isPresent) {
    return notCarriedOver(
      `the policy of Omnistrate (${words})`,
      'it follows the CPU and the memory, which the sidecar does not show. The resource is scaled on request until you set policyType: custom and add autoscale: with a signal',
    );
  }
  if (parameter !== undefined || max === undefined) {
    metric.take();
    return notCarriedOver(
      `the policy of Omnistrate (${words})`,
      `the value of ${parameter?.[0] ?? 'maxReplicas'} is that of a deployment. The resource is scaled on request until you add autoscale:`,
    );
  }
  const name = metric.at('metricName').text();
  const signal = name.replaceAll(/\W/g, '_');
  const label = metric.at('metricLabelName').optionalText();
  const labels = label === undefined ? {} : { labels: { [label]: metric.at('metricLabelValue').optionalText() ?? '' } };
  const windowOf = (minutes = 0) => ({ stabilizationWindowSeconds: minutes * 60 });
  return {
    fields: {
      step: 1,
      cooldown: durationText(0),
      autoscale: {
        signals: {
          [signal]: {
            type: 'exposition',
            url: metric.at('metricEndpoint').text(),
            metric: name,
            ...labels,
            series: 'sum',
          },
        },
        policies: [
          {
            type: 'steps',
            value: signal,
            steps: [
              { below: idle, remove: 1 },
              { above: over, add: 1 },
            ],
          },
        ],
        behavior: { scaleUp: windowOf(overMinutes), scaleDown: windowOf(idleMinutes) },
      },
    },
    unsupported: [
      {
        path: `${path}.scalingMetric`,
        what: 'the metric of each replica',
        why: 'Omnistrate reads the address at each replica, and does not document how it combines them and how many replicas it adds. The file reads one address, adds its series, and changes one unit at a time. Write the addresses of all replicas in url, and set policyType: custom',
      },
    ],
  };
}

function notCarriedOver(what: string, why: string): Managed {
  return { fields: {}, unsupported: [{ path, what, why }] };
}

/** Undefined for a parameter of a deployment. */
function numberOf(field: Fields, ifAbsent: number): number | undefined {
  if (!field.isPresent) return ifAbsent;
  const text = field.text();
  if (/[${]/.test(text)) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw field.invalid('is not a number from 0');
}
