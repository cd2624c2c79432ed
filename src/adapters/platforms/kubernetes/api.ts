/** The few requests of the Kubernetes API that scaling needs, over plain HTTP: its own client weighs 73 MB. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { acceptedAnswer, jsonOf } from '../../net/http/answer.js';
import { PooledReads } from '../../net/http/pooled-reads.js';
import type { HttpResult } from '../../net/http/request.js';
import { sendOnce } from '../../net/http/send-once.js';
import type { SendPermit } from '../platform.js';
import { type AccessSettings, type ClusterAccess, clusterAccess } from './access.js';

/** Where an object is found. */
export interface ScalePath {
  readonly namespace: string;
  readonly name: string;
  /** Path of the object; its scale is right below. */
  readonly object: string;
}

interface Sender {
  readonly access: ClusterAccess;
  readonly credentials: Readonly<Record<string, string>>;
}

interface Wanted {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Objects carry their history of managed fields, and lists all of their objects. */
const mostBytes = 16 * 1024 * 1024;

const resourceListSchema = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string() })) });

const named = z.object({ metadata: z.object({ name: z.string() }) });
const target = z.object({ kind: z.string().default('Deployment'), name: z.string() });
const autoscalersSchema = z.object({
  items: z.array(
    named.extend({
      metadata: z.object({
        name: z.string(),
        ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
      }),
      spec: z.object({ scaleTargetRef: target }),
    }),
  ),
});
const scaledObjectsSchema = z.object({ items: z.array(named.extend({ spec: z.object({ scaleTargetRef: target }) })) });

/** Of the kinds that every cluster has; their objects also show all that their scale shows. Others are asked for. */
export function pluralOf(kind: string, apiVersion: string): string | undefined {
  return apiVersion === 'apps/v1' ? pluralsOfApps.get(kind) : undefined;
}

const pluralsOfApps = new Map([
  ['Deployment', 'deployments'],
  ['StatefulSet', 'statefulsets'],
  ['ReplicaSet', 'replicasets'],
]);

export class KubernetesApi {
  #access: Promise<ClusterAccess> | undefined;
  #plural: string | undefined;
  readonly #reads = new PooledReads();

  constructor(
    private readonly settings: AccessSettings,
    private readonly timeoutMs: number,
  ) {}

  /** @throws AdapterError when there is no such kind, or when it cannot be scaled. */
  async scalePath({ kind, apiVersion, namespace, name }: Wanted, signal: AbortSignal): Promise<ScalePath> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    this.#plural ??= pluralOf(kind, apiVersion) ?? (await this.#discoverPlural(kind, group, signal));
    const inNamespace = namespace ?? (await this.#accessed()).namespace ?? 'default';
    const object = `${group}/namespaces/${encodeURIComponent(inNamespace)}/${this.#plural}/${encodeURIComponent(name)}`;
    return { namespace: inNamespace, name, object };
  }

  /** The HorizontalPodAutoscaler or the ScaledObject of KEDA that scales the object, by kind and name. */
  async managerOf({ namespace, name }: ScalePath, kind: string, signal: AbortSignal): Promise<string | undefined> {
    const inNamespace = `namespaces/${encodeURIComponent(namespace)}`;
    const isTarget = ({ spec }: { spec: { scaleTargetRef: z.output<typeof target> } }) =>
      spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name;
    // KEDA first: it makes an autoscaler of its own, which would only come back.
    if (await this.#hasKeda(signal)) {
      const { items } = await this.get(`${keda}/${inNamespace}/scaledobjects`, scaledObjectsSchema, signal);
      const owner = items.find(isTarget);
      if (owner) return `the ScaledObject "${owner.metadata.name}" of KEDA`;
    }
    const path = `/apis/autoscaling/v2/${inNamespace}/horizontalpodautoscalers`;
    const { items } = await this.get(path, autoscalersSchema, signal);
    const autoscaler = items.find(isTarget);
    return autoscaler && `the HorizontalPodAutoscaler "${autoscaler.metadata.name}"`;
  }

  /** @throws AdapterError */
  async get<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>> {
    const request = `GET ${path}`;
    const parsed = schema.safeParse(jsonOf(await this.#read(path, signal), request));
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(': ')).join('; ');
    throw new AdapterError('malformed', `${request} was answered with something else than expected (${problems})`);
  }

  /**
   * @returns the conflict where the object has another version by now: nothing was written then.
   * @throws AdapterError
   */
  async put(path: string, body: unknown, permit: SendPermit, signal: AbortSignal): Promise<AdapterError | undefined> {
    const { request, sender } = await this.#to(`${path}?fieldManager=escapement`);
    const headers = { ...request.headers, 'Content-Type': 'application/json' };
    const sent = { method: 'PUT', ...request, headers, body: JSON.stringify(body), permit } as const;
    const result = await sendOnce(sent, signal);
    // Not sent again from here: the change is decided anew, by whoever it is then.
    if (await this.#isSomebodyElse(sender, result)) {
      throw new AdapterError('conflict', `PUT ${path} was answered 401, and there are other credentials by now`);
    }
    try {
      acceptedAnswer(result, `PUT ${path}`);
      return undefined;
    } catch (error) {
      if (error instanceof AdapterError && result.kind === 'answered' && result.status === 409) return error;
      throw error;
    }
  }

  close(): void {
    this.#reads.close();
  }

  async #discoverPlural(kind: string, group: string, signal: AbortSignal): Promise<string> {
    const { resources } = await this.get(group, resourceListSchema, signal);
    const plural = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))?.name;
    if (plural === undefined) throw new AdapterError('missing', `the cluster has no ${kind} under ${group}`);
    if (!resources.some(({ name }) => name === `${plural}/scale`)) {
      throw new AdapterError('missing', `a ${kind} of ${group} cannot be scaled: it has no scale subresource`);
    }
    return plural;
  }

  async #hasKeda(signal: AbortSignal): Promise<boolean> {
    try {
      await this.get(keda, z.object({}), signal);
      return true;
    } catch (error) {
      if (error instanceof AdapterError && error.code === 'missing') return false;
      throw error;
    }
  }

  /**
   * What is refused as nobody's is asked once more as whoever the kubeconfig, or its credential plugin, names by then:
   * tokens are withdrawn before their time, and files are written anew.
   */
  async #read(path: string, signal: AbortSignal): Promise<HttpResult> {
    const { request, sender } = await this.#to(path);
    const result = await this.#reads.read({ method: 'GET', ...request }, signal);
    if (!(await this.#isSomebodyElse(sender, result))) return result;
    return this.#reads.read({ method: 'GET', ...(await this.#to(path)).request }, signal);
  }

  async #to(path: string) {
    const access = await this.#accessed();
    const credentials = await access.headers();
    const headers = { Accept: 'application/json', ...credentials };
    const url = new URL(access.server + path);
    const request = { url, headers, tls: access.tls, mostBytes, timeoutMs: this.timeoutMs };
    return { request, sender: { access, credentials } };
  }

  /** Whether the cluster does not know the sender, and there are other credentials by now. */
  async #isSomebodyElse({ access, credentials }: Sender, result: HttpResult): Promise<boolean> {
    if (result.kind !== 'answered' || result.status !== 401) return false;
    // Another request may have come to the same end, and there may be a new access already.
    if ((await this.#access) === access) this.#access = undefined;
    return !isDeepStrictEqual(await (await this.#accessed()).headers(), credentials);
  }

  /** Read again after a failure: a file may come later. */
  async #accessed(): Promise<ClusterAccess> {
    this.#access ??= clusterAccess(this.settings);
    try {
      return await this.#access;
    } catch (error) {
      this.#access = undefined;
      throw error;
    }
  }
}

const keda = '/apis/keda.sh/v1alpha1';
