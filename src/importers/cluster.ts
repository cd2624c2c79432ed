/** Reads the objects of an importer from a cluster of Kubernetes, with the access that kubectl would use. */
import { z } from 'zod';
import { AdapterError } from '../adapters/net/errors.js';
import type { AccessSettings } from '../adapters/net/kubernetes/access.js';
import { KubernetesApi } from '../adapters/net/kubernetes/api.js';
import { type ClusterKind, ImportError, type Manifest, type Warning } from './importer.js';

/** Where to look, as the options of kubectl say it. */
export interface ClusterOptions extends AccessSettings {
  /** Default: that of the context, else `default`. */
  readonly namespace?: string | undefined;
  readonly allNamespaces?: boolean | undefined;
}

const timeoutMs = 30_000;
/** As many objects as kubectl reads at a time. */
const pageSize = 500;

const objectSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  items: z.array(objectSchema),
});

interface FromCluster {
  readonly manifests: readonly Manifest[];
  readonly warnings: readonly Warning[];
}

/** @throws ImportError if the cluster cannot be reached, does not have the kind, or refuses. */
export async function readCluster(kinds: readonly ClusterKind[], options: ClusterOptions): Promise<FromCluster> {
  const api = new KubernetesApi(options, timeoutMs);
  try {
    const namespace = options.allNamespaces ? undefined : await namespaceOf(api, options);
    const read: FromCluster[] = [];
    for (const kind of kinds) read.push(await readKind(api, kind, namespace));
    return {
      manifests: read.flatMap(({ manifests }) => manifests),
      warnings: [...otherAccess(options), ...read.flatMap(({ warnings }) => warnings)],
    };
  } finally {
    api.close();
  }
}

async function namespaceOf(api: KubernetesApi, { namespace }: ClusterOptions): Promise<string> {
  return api.namespaceOr(namespace).catch((error: unknown) => {
    throw cannot('The cluster cannot be reached', error);
  });
}

async function readKind(api: KubernetesApi, kind: ClusterKind, namespace: string | undefined): Promise<FromCluster> {
  try {
    const objects = kind.name === undefined ? await listOf(api, kind, namespace) : [await oneOf(api, kind, kind.name)];
    return { manifests: objects.map((object) => manifestOf(kind, object)), warnings: [] };
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    if (kind.name !== undefined && error.code === 'missing') return { manifests: [], warnings: [] };
    if (kind.purpose !== undefined && error.code === 'denied') return { manifests: [], warnings: [notAllowed(kind)] };
    throw cannot(problemOf(kind, namespace, error), error);
  }
}

async function listOf(api: KubernetesApi, kind: ClusterKind, namespace: string | undefined) {
  const objects: z.output<typeof objectSchema>[] = [];
  let next: string | undefined;
  do {
    const query = `limit=${pageSize}${next === undefined ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const path = `${pathOf(kind, namespace)}?${query}`;
    const { items, metadata } = await api.get(path, listSchema, AbortSignal.timeout(timeoutMs));
    objects.push(...items);
    next = metadata?.continue === '' ? undefined : metadata?.continue;
  } while (next !== undefined);
  return objects;
}

async function oneOf(api: KubernetesApi, kind: ClusterKind, name: string) {
  const path = `${pathOf(kind, kind.namespace)}/${encodeURIComponent(name)}`;
  return api.get(path, objectSchema, AbortSignal.timeout(timeoutMs));
}

function pathOf({ apiVersion, plural, isClusterWide }: ClusterKind, namespace: string | undefined): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined || isClusterWide
    ? `${group}/${plural}`
    : `${group}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Without `managedFields`, which kubectl does not show either. The items of a list do not say their kind. */
function manifestOf({ apiVersion, kind }: ClusterKind, object: z.output<typeof objectSchema>): Manifest {
  const metadata = { ...object.metadata, managedFields: undefined };
  const namespace = typeof object.metadata['namespace'] === 'string' ? `${object.metadata['namespace']}/` : '';
  return {
    place: `${kind} ${namespace}${metadata.name}`,
    value: { ...object, apiVersion, kind, metadata },
    commentAt: () => undefined,
  };
}

/** The platforms in the output name no cluster, as kubectl's output names none. */
function otherAccess({ context, kubeconfig }: ClusterOptions): readonly Warning[] {
  if (context === undefined && kubeconfig === undefined) return [];
  const message =
    'The output does not name the cluster. Where the workers do not use it by default, set context or kubeconfig of each platform and signal.';
  return [{ path: '', message }];
}

function notAllowed({ kind, namespace, name, purpose }: ClusterKind): Warning {
  return {
    path: name === undefined ? kind : `${kind} ${namespace ?? ''}/${name}`,
    message: `may not be read by the user of the kubeconfig, so ${purpose ?? 'it is left out'}`,
  };
}

function problemOf({ apiVersion, plural }: ClusterKind, namespace: string | undefined, error: AdapterError): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  const resource = group === '' ? plural : `${plural}.${group}`;
  if (error.code === 'missing') return `The cluster has no ${resource} of ${apiVersion}`;
  if (error.code !== 'denied') return 'The cluster cannot be read';
  const where = namespace === undefined ? 'in all namespaces' : `in the namespace ${namespace}`;
  return `The user of the kubeconfig may not list ${resource} ${where}. Ask for the verb list, or choose a namespace with --namespace`;
}

function cannot(problem: string, error: unknown): ImportError {
  const message = error instanceof Error ? error.message : String(error);
  return new ImportError(`${problem}: ${message}.`);
}
