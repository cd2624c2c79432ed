/** HorizontalPodAutoscalers of autoscaling/v2, v2beta2, v2beta1 and v1. */
import { formatPath, isMapping, type Path } from '../../config/file/path.js';
import { uniqueNames } from '../alias.js';
import { Fields } from '../fields.js';
import {
  type Comment,
  type Imported,
  type ImportedResource,
  type Importer,
  ImportError,
  type Manifest,
  type Unsupported,
  type Warning,
} from '../importer.js';
import { nameOf } from '../manifests.js';
import { behaviorAnnotation, jsonIn, metricsAnnotation } from './annotations.js';
import { autoscaleOf } from './autoscale.js';
import { scaledObject } from './scaled-object.js';

export const hpa: Importer = {
  kind: 'hpa',
  summary: 'HorizontalPodAutoscalers of Kubernetes: autoscaling/v2, v2beta2, v2beta1 and v1',
  cluster: [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers' }],
  convert,
};

const kind = 'HorizontalPodAutoscaler';

/** What the HPA and an import of it do differently, whatever the HPA says. */
const always: readonly Warning[] = [
  {
    path: '',
    message:
      'Escapement refuses to scale an object that an HPA still scales. Run escapement validate and escapement doctor first, delete the HPA, and then start Escapement.',
  },
  {
    path: '',
    message:
      'An HPA does nothing while its target has 0 replicas. Escapement scales such a target. To pause, use PUT /v1/resources/{resource}/pause.',
  },
  {
    path: '',
    message:
      'A negative metric is missing data in Escapement, and blocks scaling in. Without a ready pod, a target of type Value keeps the capacity.',
  },
  {
    path: '',
    message:
      'A capacity above max is reduced to what the metrics need, and not first to max. The edges of a tolerance are computed in decimal arithmetic. Requested pods count for AverageValue, also before they exist.',
  },
];

interface Converted {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Two HPAs with the same key scale the same object. */
  readonly target: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: readonly Comment[];
  readonly warnings: readonly Warning[];
  readonly unsupported: readonly Unsupported[];
}

function convert(manifests: readonly Manifest[]): Imported {
  const ignored = manifests.filter(({ value }) => !isMapping(value) || value['kind'] !== kind);
  const converted = manifests.filter((manifest) => !ignored.includes(manifest)).map(convertOne);
  if (converted.length === 0) {
    throw new ImportError(
      `The input contains no ${kind}. It contains: ${ignored.map(nameOf).join(', ') || 'nothing'}.`,
    );
  }
  const resources = converted.filter((one, index) => twinOf(one, converted.slice(0, index)) === undefined);
  const twins = converted.filter((one) => !resources.includes(one));
  const aliases = uniqueNames(resources);
  return {
    resources: resources.map(({ fields, comments }, index) => resourceOf(aliases[index] ?? '', fields, comments)),
    warnings: [
      ...always,
      ...ignored.map((manifest) => ({
        path: manifest.place,
        message: `${nameOf(manifest)} is ignored: it is not a ${kind}`,
      })),
      ...resources.flatMap(({ warnings }) => warnings),
    ],
    unsupported: [
      ...twins.map(({ name, namespace, target }) => ({
        path: documentName(name, namespace),
        what: 'the whole autoscaler',
        why: `another autoscaler of the input scales the same object (${target}), and two would undo each other's changes`,
      })),
      ...resources.flatMap(({ unsupported }) => unsupported),
    ],
  };
}

function twinOf({ target }: Converted, others: readonly Converted[]): Converted | undefined {
  return others.find((other) => other.target === target);
}

function documentName(name: string, namespace: string | undefined): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function resourceOf(alias: string, fields: Converted['fields'], comments: readonly Comment[]): ImportedResource {
  return { alias, fields, comments };
}

function convertOne({ place, value, commentAt }: Manifest): Converted {
  const root = new Fields(place, value);
  const name = root.at('metadata', 'name').text();
  const namespace = root.at('metadata', 'namespace').optionalText();
  const all = new Fields(documentName(name, namespace), value);
  for (const field of ['apiVersion', 'kind']) all.at(field).take();
  for (const field of ['name', 'namespace']) all.at('metadata', field).take();
  refuseOther(all, value);
  const spec = all.at('spec');
  if (!spec.at('scaleTargetRef').isPresent) {
    throw new ImportError(
      `${all.place}has no spec.scaleTargetRef. If it is a patch of Kustomize, render it first: kustomize build ./overlay > hpa.yaml`,
    );
  }
  const annotations = all.at('metadata', 'annotations');
  // Other versions have fields for both, and do not use the annotations.
  const isV1 = all.at('apiVersion').peek() === 'autoscaling/v1';
  const inMetrics = isV1
    ? jsonIn(annotations.at(metricsAnnotation))
    : annotations.at(metricsAnnotation).containing(null);
  const inBehavior = isV1
    ? jsonIn(annotations.at(behaviorAnnotation))
    : annotations.at(behaviorAnnotation).containing(null);
  const { platform, workload, key, warnings } = scaledObject(spec.at('scaleTargetRef'), namespace);
  const minimum = spec.at('minReplicas');
  const autoscale = autoscaleOf({ spec, inMetrics, inBehavior, workload, commentAt });
  const min = minimum.isPresent ? minimum.whole() : 1;
  const max = spec.at('maxReplicas').whole();
  if (max < 1 || max < min) throw spec.at('maxReplicas').invalid('is below minReplicas, or 0');
  const isStuck = min === 0 && !autoscale.canLeaveZero;
  const inAnnotations = [...inMetrics.unread(), ...inBehavior.unread()];
  const left = all.unread().filter((path) => !isV1 || !isContent(path[2]));
  const at = (path: Path) => `${documentName(name, namespace)} ${formatPath(path)}`;
  return {
    name,
    namespace,
    target: key,
    fields: { platform, min: isStuck ? 1 : min, max, cooldown: '0s', ...autoscale.fields },
    comments: [
      { path: [], above: commentAt([]) },
      { path: ['min'], after: commentAt(minimum.path) },
      { path: ['max'], after: commentAt(['spec', 'maxReplicas']) },
      ...autoscale.comments,
    ],
    warnings: [
      ...(namespace === undefined ? [noNamespace(at(['metadata', 'namespace']))] : []),
      ...[...warnings, ...autoscale.warnings].map(({ path, message }) => ({ path: at(path), message })),
      ...withoutEffect(left).map((path) => ({ path: at(path), message: 'is left out: it has no effect on scaling' })),
    ],
    unsupported: [
      ...autoscale.unsupported.map(({ path, ...reason }) => ({ path: at(path), ...reason })),
      ...(isStuck ? [stuckAtZero(at(minimum.path))] : []),
      ...[...inAnnotations, ...withEffect(left)].map((path) => ({
        path: at(path),
        what: 'the field',
        why: 'the HPA has no such field at this place, or does not use it with the other fields',
      })),
    ],
  };
}

function refuseOther(all: Fields, value: unknown): void {
  const version = isMapping(value) ? value['apiVersion'] : undefined;
  if (['v2', 'v2beta2', 'v2beta1', 'v1'].some((known) => version === `autoscaling/${known}`)) return;
  throw all
    .at('apiVersion')
    .invalid('is not autoscaling/v2, autoscaling/v2beta2, autoscaling/v2beta1 or autoscaling/v1');
}

function noNamespace(path: string): Warning {
  return {
    path,
    message: 'is not set. The namespace of the context of the kubeconfig applies, or that of the pod of Escapement',
  };
}

function stuckAtZero(path: string): Unsupported {
  return {
    path,
    what: 'minReplicas: 0',
    why: 'without units, no metric of this HPA has a value that Escapement can scale out on. min is 1. To scale to zero, add idle: with a value that measures work, and write min: 0',
  };
}

/** The metadata and the status, each field once. */
function withoutEffect(left: readonly Path[]): readonly Path[] {
  const paths = left.filter(hasNoEffect).map((path) => path.slice(0, path[0] === 'status' ? 1 : 3));
  return paths.filter((path, index) => paths.findIndex((other) => formatPath(other) === formatPath(path)) === index);
}

function withEffect(left: readonly Path[]): readonly Path[] {
  return left.filter((path) => !hasNoEffect(path));
}

function hasNoEffect([first]: Path): boolean {
  return first === 'metadata' || first === 'status';
}

/** Annotations whose content is read field by field. */
function isContent(name: PropertyKey | undefined): boolean {
  return name === metricsAnnotation || name === behaviorAnnotation;
}
