/**
 * The requests to the Kubernetes API that scaling requires, over plain HTTP. The official client is not used, because it
 * takes 73 MB.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { acceptedAnswer, jsonOf } from '../http/answer.js';
import { PooledReads } from '../http/pooled-reads.js';
import type { HttpResult } from '../http/request.js';
import { sendOnce } from '../http/send-once.js';
import { Lazy } from '../lazy.js';
import type { SendPermit } from '../send-permit.js';
import { isNamed, type KindNames, kindOfApps } from './kinds.js';
import { type AccessSettings, type ClusterAccess, clusterAccess } from './access.js';

/** The place of an object. */
export interface ScalePath {
  /** The kind, also if the settings name the plural. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Path of the object. The path of its scale is this path with `/scale`. */
  readonly object: string;
}

/** The access and the credentials of a request. */
interface Sender {
  readonly access: ClusterAccess;
  readonly credentials: Readonly<Record<string, string>>;
}

interface SentObject {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  /** Media type of the body. */
  readonly type: string;
  readonly body: object;
}

interface ObjectName {
  /** The kind or its plural: `Rollout` or `rollouts`. */
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** An object includes the history of its managed fields, and a list includes all of its objects. */
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

export class KubernetesApi {
  /** Read again after a failure, because a missing file may be created later. */
  readonly #access = new Lazy(() => clusterAccess(this.settings));
  #names: KindNames | undefined;
  #secrets: readonly string[] = [];
  readonly #reads = new PooledReads();

  constructor(
    private readonly settings: AccessSettings,
    private readonly timeoutMs: number,
  ) {}

  /** @throws AdapterError if the cluster does not have the kind, or the kind cannot be scaled. */
  async scalePath({ kind, apiVersion, namespace, name }: ObjectName, signal: AbortSignal): Promise<ScalePath> {
    const group = groupPath(apiVersion);
    this.#names ??= kindOfApps(kind, apiVersion) ?? (await this.#discover(kind, group, 'scalable', signal));
    const { plural } = this.#names;
    const inNamespace = await this.namespaceOr(namespace);
    const object = `${group}/namespaces/${encodeURIComponent(inNamespace)}/${plural}/${encodeURIComponent(name)}`;
    return { kind: this.#names.kind, namespace: inNamespace, name, object };
  }

  /**
   * Returns the plural of any kind, which a later call does not read again. One instance serves one kind.
   * @throws AdapterError if the cluster does not have the kind.
   */
  async plural({ kind, apiVersion }: Pick<ObjectName, 'kind' | 'apiVersion'>, signal: AbortSignal): Promise<string> {
    this.#names ??= await this.#discover(kind, groupPath(apiVersion), 'any', signal);
    return this.#names.plural;
  }

  /** Returns the given namespace, else that of the context or of the pod, else `default`. */
  async namespaceOr(namespace: string | undefined): Promise<string> {
    return namespace ?? (await this.#access.get()).namespace ?? 'default';
  }

  /** The tokens of the last request. A response, or an error, may repeat them. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  /** Returns the kind and name of the HorizontalPodAutoscaler or the KEDA ScaledObject that scales the object. */
  async managerOf({ kind, namespace, name }: ScalePath, signal: AbortSignal): Promise<string | undefined> {
    const inNamespace = `namespaces/${encodeURIComponent(namespace)}`;
    const isTarget = ({ spec }: { spec: { scaleTargetRef: z.output<typeof target> } }) =>
      spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name;
    // A ScaledObject is reported before its HorizontalPodAutoscaler, because KEDA would create a deleted
    // HorizontalPodAutoscaler again.
    if (await this.#hasKeda(signal)) {
      const { items } = await this.get(`${keda}/${inNamespace}/scaledobjects`, scaledObjectsSchema, signal);
      const scaledObject = items.find(isTarget);
      if (scaledObject) return `the KEDA ScaledObject "${scaledObject.metadata.name}"`;
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
    throw new AdapterError('malformed', `the response to ${request} has an unexpected form (${problems})`);
  }

  /**
   * @returns the conflict if the version of the object has changed. In this case, nothing was written.
   * @throws AdapterError
   */
  async put(path: string, body: unknown, permit: SendPermit, signal: AbortSignal): Promise<AdapterError | undefined> {
    const { request, sender } = await this.#requestTo(`${path}?fieldManager=escapement`);
    const headers = { ...request.headers, 'Content-Type': 'application/json' };
    const sent = { method: 'PUT', ...request, headers, body: JSON.stringify(body), permit } as const;
    const result = await sendOnce(sent, signal);
    // The change is not retried here: the next decision uses the new credentials.
    if (await this.#hasNewCredentials(sender, result)) {
      throw new AdapterError('conflict', `the response to PUT ${path} is 401, and the credentials have changed`);
    }
    try {
      acceptedAnswer(result, `PUT ${path}`);
      return undefined;
    } catch (error) {
      if (error instanceof AdapterError && result.kind === 'answered' && result.status === 409) return error;
      throw error;
    }
  }

  /**
   * Creates an object that is not the scaled object. Sent at most once.
   * @throws AdapterError
   */
  async post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    return this.#send({ method: 'POST', path, type: 'application/json', body }, signal);
  }

  /**
   * Merges fields into an object that is not the scaled object. Sent at most once.
   * @throws AdapterError
   */
  async patch(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    return this.#send({ method: 'PATCH', path, type: 'application/merge-patch+json', body }, signal);
  }

  close(): void {
    this.#reads.close();
  }

  async #send({ method, path, type, body }: SentObject, signal: AbortSignal): Promise<unknown> {
    const { request, sender } = await this.#requestTo(path);
    const headers = { ...request.headers, 'Content-Type': type };
    const result = await sendOnce({ method, ...request, headers, body: JSON.stringify(body) }, signal);
    await this.#hasNewCredentials(sender, result);
    return jsonOf(result, `${method} ${path}`);
  }

  async #discover(kind: string, group: string, which: 'scalable' | 'any', signal: AbortSignal): Promise<KindNames> {
    const { resources } = await this.get(group, resourceListSchema, signal);
    // A subresource may have the kind of its object.
    const kinds = resources
      .filter(({ name }) => !name.includes('/'))
      .map((each) => ({ kind: each.kind, plural: each.name }));
    const names = kinds.find((each) => isNamed(each, kind));
    if (names === undefined) throw new AdapterError('missing', `the cluster has no ${kind} under ${group}`);
    if (which === 'scalable' && !resources.some(({ name }) => name === `${names.plural}/scale`)) {
      throw new AdapterError('missing', `a ${names.kind} of ${group} cannot be scaled: it has no scale subresource`);
    }
    return names;
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
   * A read that is answered with 401 is retried once if the kubeconfig or its credential plugin returns other
   * credentials by then. A token may be revoked before it expires, and the files with credentials are replaced.
   */
  async #read(path: string, signal: AbortSignal): Promise<HttpResult> {
    const { request, sender } = await this.#requestTo(path);
    const result = await this.#reads.read({ method: 'GET', ...request }, signal);
    if (!(await this.#hasNewCredentials(sender, result))) return result;
    return this.#reads.read({ method: 'GET', ...(await this.#requestTo(path)).request }, signal);
  }

  async #requestTo(path: string) {
    const access = await this.#access.get();
    const credentials = await access.headers();
    this.#secrets = Object.values(credentials).map((header) => header.replace(/^Bearer /, ''));
    const headers = { Accept: 'application/json', ...credentials };
    const url = new URL(access.server + path);
    const request = { url, headers, tls: access.tls, mostBytes, timeoutMs: this.timeoutMs };
    return { request, sender: { access, credentials } };
  }

  /** Whether the cluster rejected the credentials of the sender, and other credentials are available now. */
  async #hasNewCredentials({ access, credentials }: Sender, result: HttpResult): Promise<boolean> {
    if (result.kind !== 'answered' || result.status !== 401) return false;
    // Another request may already have replaced the access.
    if ((await this.#access.ifMade()) === access) this.#access.forget();
    return !isDeepStrictEqual(await (await this.#access.get()).headers(), credentials);
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

const keda = '/apis/keda.sh/v1alpha1';
