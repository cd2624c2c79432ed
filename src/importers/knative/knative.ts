/** Services, Configurations and Revisions of Knative Serving, with the ConfigMap `config-autoscaler`. */
import { isMapping } from '../../config/file/path.js';
import { uniqueNames } from '../alias.js';
import { type Imported, type Importer, ImportError, type Manifest, type Warning } from '../importer.js';
import { nameOf } from '../manifests.js';
import { clusterDefaults, isClusterDefaults } from './cluster-defaults.js';
import { convertOne, type Converted } from './service.js';

export const knative: Importer = {
  kind: 'knative',
  summary: 'Services of Knative Serving, with their ConfigMap config-autoscaler if it is given',
  cluster: [
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', plural: 'services' },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      plural: 'configmaps',
      namespace: 'knative-serving',
      name: 'config-autoscaler',
      purpose: 'the defaults of Knative apply, and not those of this cluster',
    },
  ],
  convert,
};

const kinds = ['Service', 'Configuration', 'Revision'];

/** What Knative and an import of it do differently, whatever the service says. */
const always: readonly Warning[] = [
  'Knative scales its own Deployments and would undo every change. Run the container as a Deployment of the name in the file, and send the requests to it, before you start Escapement.',
  'There is no activator: nothing holds the requests that arrive while there are no units.',
  'A mean is the mean of the samples that exist, and without a newest sample nothing changes. Knative counts a second without a sample as 0, and decides on older ones. A service with more than one unit does not start in a burst.',
  'The grace period before zero is for requests to move to the activator, and does not apply. A resource is never unreachable: its minimum and its rates always apply.',
  'The rates count from the requested capacity, and also apply to the largest recommendation of a burst. In Knative they count from the units that are ready, and apply before.',
].map((message) => ({ path: '', message }));

function convert(manifests: readonly Manifest[]): Imported {
  const defaults = clusterDefaults(manifests.filter(isClusterDefaults));
  const services = manifests.filter(isService);
  if (services.length === 0) {
    const names = manifests.map(nameOf).join(', ') || 'nothing';
    throw new ImportError(`The input contains no Service of serving.knative.dev. It contains: ${names}.`);
  }
  const parts = services.filter((manifest) => isPartOf(manifest, services));
  const converted = services
    .filter((manifest) => !parts.includes(manifest))
    .map((manifest) => convertOne(manifest, defaults.data));
  const resources = converted.filter((one, index) => !isTwin(one, converted.slice(0, index)));
  const aliases = uniqueNames(resources);
  const ignored = manifests.filter((manifest) => !isService(manifest) && !isClusterDefaults(manifest));
  const cluster = defaults.report();
  return {
    resources: resources.map(({ fields, comments }, index) => ({ alias: aliases[index] ?? '', fields, comments })),
    warnings: [
      ...always,
      ...ignored.map((manifest) => ({
        path: manifest.place,
        message: `${nameOf(manifest)} is ignored: it is not a Service of Knative, and not config-autoscaler`,
      })),
      ...parts.map((manifest) => ({
        path: manifest.place,
        message: `${nameOf(manifest)} is ignored: its Service is in the input`,
      })),
      ...resources.flatMap(({ warnings }) => warnings),
      ...cluster.warnings,
    ],
    unsupported: [
      ...converted
        .filter((one) => !resources.includes(one))
        .map(({ document }) => ({
          path: document,
          what: 'the whole service',
          why: 'another document of the input has the same name and namespace',
        })),
      ...resources.flatMap(({ unsupported }) => unsupported),
      ...cluster.unsupported,
    ],
  };
}

function isService({ value }: Manifest): boolean {
  if (!isMapping(value)) return false;
  const { apiVersion, kind } = value;
  return String(apiVersion).startsWith('serving.knative.dev/') && kinds.includes(String(kind));
}

/** A cluster returns the Configuration and the Revisions that it made for a Service, too. */
function isPartOf(manifest: Manifest, services: readonly Manifest[]): boolean {
  return ['Service', 'Configuration'].some((kind) => {
    const owner = labelOf(manifest, `serving.knative.dev/${kind.toLowerCase()}`);
    return services.some(
      (other) =>
        other !== manifest &&
        isMapping(other.value) &&
        other.value['kind'] === kind &&
        owner !== undefined &&
        metadataOf(other)['name'] === owner &&
        metadataOf(other)['namespace'] === metadataOf(manifest)['namespace'],
    );
  });
}

function labelOf(manifest: Manifest, label: string): string | undefined {
  const { labels } = metadataOf(manifest);
  const value = isMapping(labels) ? labels[label] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function metadataOf({ value }: Manifest): Readonly<Record<string, unknown>> {
  const metadata = isMapping(value) ? value['metadata'] : undefined;
  return isMapping(metadata) ? metadata : {};
}

function isTwin({ name, namespace }: Converted, others: readonly Converted[]): boolean {
  return others.some((other) => other.name === name && other.namespace === namespace);
}
