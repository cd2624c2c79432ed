/** The ConfigMap `config-autoscaler`, or `spec.config.autoscaler` of a KnativeServing of the operator. */
import { isInside, isMapping } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import { ImportError, type Manifest, type Unsupported, type Warning } from '../importer.js';

export interface ClusterDefaults {
  /** The keys. Absent keys have the defaults of Knative. */
  readonly data: Fields;
  /** Called when every revision has read what it needs. */
  readonly report: () => { readonly warnings: readonly Warning[]; readonly unsupported: readonly Unsupported[] };
}

/** Keys that only concern the activator, or whether a value is allowed. */
const withoutEffect: Readonly<Record<string, string>> = {
  'activator-capacity': 'concerns the activator, and Escapement has none',
  'allow-zero-initial-scale': 'only allows an initial scale of 0',
  'max-scale-limit': 'only decides which maximum is allowed',
  'scale-to-zero-grace-period': 'is the time in which requests move to the activator, and Escapement has none',
  'target-burst-capacity': 'decides when the activator buffers requests, and Escapement has none',
  _example: 'is text for people, and Knative does not read it',
};

const otherKeys = [
  'container-concurrency-target-default',
  'container-concurrency-target-percentage',
  'enable-scale-to-zero',
  'initial-scale',
  'max-scale',
  'max-scale-down-rate',
  'max-scale-up-rate',
  'min-scale',
  'panic-threshold-percentage',
  'panic-window-percentage',
  'pod-autoscaler-class',
  'requests-per-second-target-default',
  'scale-down-delay',
  'scale-to-zero-pod-retention-period',
  'stable-window',
];

export function isClusterDefaults({ value }: Manifest): boolean {
  if (!isMapping(value)) return false;
  const { kind, metadata } = value;
  return kind === 'KnativeServing' || (kind === 'ConfigMap' && isMapping(metadata) && metadata['name'] === name);
}

const name = 'config-autoscaler';

/** @throws ImportError if there are several, because only one is in force. */
export function clusterDefaults(manifests: readonly Manifest[]): ClusterDefaults {
  const [first, second] = manifests;
  if (second !== undefined) {
    throw new ImportError(`${second.place} is a second ${name}. Import the services of one cluster at a time.`);
  }
  if (first === undefined) {
    return { data: new Fields(name, undefined), report: () => ({ warnings: [], unsupported: [] }) };
  }
  const isOperator = isMapping(first.value) && first.value['kind'] === 'KnativeServing';
  const all = new Fields(isOperator ? 'KnativeServing' : `ConfigMap ${name}`, first.value);
  for (const field of ['apiVersion', 'kind']) all.at(field).take();
  for (const field of ['name', 'namespace']) all.at('metadata', field).take();
  const data = isOperator ? all.at('spec', 'config', 'autoscaler') : all.at('data');
  return { data, report: () => reportOf(all, data) };
}

function reportOf(all: Fields, data: Fields) {
  // The limit was read, and is in no output.
  const keys = data.entries().filter(([key, field]) => field.unread().length > 0 || key === 'max-scale-limit');
  const unknown = keys.filter(([key]) => withoutEffect[key] === undefined && !otherKeys.includes(key));
  const known = keys.filter((entry) => !unknown.includes(entry));
  const rest = all.unread().filter((path) => !isInside(path, data.path));
  return {
    warnings: [
      ...known.map(([key, { place }]) => ({
        path: place,
        message: `is left out: it ${withoutEffect[key] ?? 'is used by no service of the input'}`,
      })),
      ...rest.map((path) => ({
        path: all.at(...path.map(asKey)).place,
        message: 'is left out: it has no effect on scaling',
      })),
    ],
    unsupported: unknown.map(([, { place }]) => ({
      path: place,
      what: 'the key',
      why: 'the autoscaler of Knative has no such key',
    })),
  };
}

/** Paths in a document of YAML or JSON have no symbols. */
function asKey(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}
