/**
 * Kubernetes: the `scale` subresource of any object that has one. The adapter sets the number of replicas. It sets no
 * number if another autoscaler scales the object.
 */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { AdapterError } from '../../net/errors.js';
import { asOutcome, asReadError, beforeSending } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { KubernetesApi, pluralOf, type ScalePath } from '../../net/kubernetes/api.js';
import { ScaleEvents } from './events.js';

const settings = z.strictObject({
  name: z.string().min(1).optional().describe('Name of the object. Default: the alias of the resource.'),
  kind: z
    .string()
    .min(1)
    .default('Deployment')
    .describe('Kind of the object. The kind must have a `scale` subresource.'),
  apiVersion: z
    .string()
    .min(1)
    .default('apps/v1')
    .describe('API version of the kind, such as `argoproj.io/v1alpha1` for a Rollout.'),
  namespace: z
    .string()
    .min(1)
    .optional()
    .describe('Namespace of the object. Default: the namespace of the context or of the pod, else `default`.'),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path of the kubeconfig. Default: `KUBECONFIG`, else `~/.kube/config`, else the service account of the pod.',
    ),
  context: z.string().min(1).optional().describe('Context of the kubeconfig. Default: its `current-context`.'),
});

export const kubernetes = definePlatform({
  type: 'kubernetes',
  summary: 'The replicas of a Deployment, a StatefulSet or any other object with a `scale` subresource.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, { resource, taskQueue }) => {
    const {
      kubeconfig = '',
      context = '',
      namespace = 'default',
      apiVersion = 'apps/v1',
      kind = 'Deployment',
    } = written;
    // The version of the API is left out, because apps/v1 and apps/v1beta1 name the same object.
    const group = String(apiVersion).includes('/') ? String(apiVersion).split('/')[0] : '';
    const name = textOf(written, 'name') ?? resource;
    // A context, and the default without a context, may differ between machines.
    return [taskQueue, kubeconfig, context, namespace, group, kind, name].map(String);
  },
  create: (chosen, context) => new ScalableObject(chosen, context),
});

const scaleSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  // The API server leaves out a zero.
  spec: z.looseObject({ replicas: z.int().min(0).default(0) }).prefault({}),
  status: z.looseObject({ replicas: z.int().min(0).default(0) }).prefault({}),
});

const objectSchema = z.object({
  metadata: z.object({ generation: z.int().optional(), deletionTimestamp: z.string().optional() }),
  status: z
    .object({
      observedGeneration: z.coerce.number().optional(),
      readyReplicas: z.int().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
    })
    .prefault({}),
});

/** An object that includes the fields of its scale. The API server adds the defaults of missing fields. */
const wholeSchema = objectSchema.extend({
  spec: z.object({ replicas: z.int().min(0) }),
  status: objectSchema.shape.status
    .unwrap()
    .extend({ replicas: z.int().min(0).default(0) })
    .prefault({}),
});

type Scale = Pick<z.output<typeof scaleSchema>, 'spec' | 'status'>;
type ScaledObject = z.output<typeof objectSchema>;

/** The maximum number of writes for one change. A conflict is followed by another write. */
const mostWrites = 5;

class ScalableObject implements Platform {
  readonly #resource: string;
  readonly #settings: z.output<typeof settings>;
  readonly #api: KubernetesApi;
  readonly #events: ScaleEvents;

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs, recordLog }: PlatformContext) {
    this.#resource = resource;
    this.#settings = chosen;
    this.#api = new KubernetesApi(chosen, requestTimeoutMs);
    const { kind, apiVersion } = chosen;
    const path = (signal: AbortSignal) => this.#path(signal);
    this.#events = new ScaleEvents({ api: this.#api, kind, apiVersion, log: recordLog, path });
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    try {
      const at = await this.#path(signal);
      const { scale, object } = await this.#readObject(at, signal);
      const ready = this.#readyReplicas(scale, object);
      return {
        capacity: scale.spec.replicas,
        status: statusOf(scale, object, ready),
        ready,
        observedAtMs,
        details: { kind: this.#settings.kind, namespace: at.namespace, name: at.name, ...stuckRollout(object) },
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  /** The event of a change is written after this method returns. */
  async change(change: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const outcome = await this.#change(change, permit, signal);
    this.#events.record(change, outcome);
    return outcome;
  }

  async #change({ from, to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    try {
      const at = await beforeSending(this.#path(signal));
      const manager = await beforeSending(this.#api.managerOf(at, this.#settings.kind, signal));
      if (manager !== undefined) {
        throw new AdapterError(
          'invalid',
          `${manager} scales ${this.#settings.kind} ${at.namespace}/${at.name}, and two autoscalers of one object undo ` +
            `each other's changes. Delete ${manager}, or remove the resource from Escapement. \`escapement import\` ` +
            `converts both kinds of autoscaler`,
        );
      }
      await this.#set(at, { from, to }, permit, signal);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  /**
   * Writes with the version that was read, so that a change by another writer is not overwritten. The version is that of
   * the whole object, and also changes with every pod that becomes ready. A conflict means that nothing was written. If
   * the number of replicas has not changed, the write is retried with the new version.
   */
  async #set(
    at: ScalePath,
    { from, to }: Pick<CapacityChange, 'from' | 'to'>,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const scale = await beforeSending(this.#api.get(`${at.object}/scale`, scaleSchema, signal));
      if (scale.spec.replicas !== from) {
        throw new AdapterError(
          'conflict',
          `the object has ${scale.spec.replicas} replicas, not ${from}: another writer has changed them`,
        );
      }
      const wanted = { ...scale, spec: { ...scale.spec, replicas: to } };
      const conflict = await this.#api.put(`${at.object}/scale`, wanted, permit, signal);
      if (conflict === undefined) return;
      if (attempt === mostWrites) throw conflict;
    }
  }

  /** Sends one request if one is enough, because an autoscaler reads the object every few seconds. */
  async #readObject(at: ScalePath, signal: AbortSignal): Promise<{ scale: Scale; object: ScaledObject }> {
    if (pluralOf(this.#settings.kind, this.#settings.apiVersion) !== undefined) {
      const object = await this.#api.get(at.object, wholeSchema, signal);
      return { scale: object, object };
    }
    const [scale, object] = await Promise.all([
      this.#api.get(`${at.object}/scale`, scaleSchema, signal),
      this.#api.get(at.object, objectSchema, signal),
    ]);
    return { scale, object };
  }

  async notes(signal: AbortSignal): Promise<readonly string[]> {
    const { namespace } = await this.#path(signal);
    return this.#events.notes(namespace, signal);
  }

  async close(): Promise<void> {
    await this.#events.close();
    this.#api.close();
  }

  #path(signal: AbortSignal): Promise<ScalePath> {
    const { kind, apiVersion, namespace, name = this.#resource } = this.#settings;
    return this.#api.scalePath({ kind, apiVersion, namespace, name }, signal);
  }

  /**
   * The kinds of `apps` leave out a zero. Another kind may not report ready replicas. For such a kind, the existing
   * replicas count as ready.
   */
  #readyReplicas(scale: Scale, { status }: ScaledObject): number {
    return status.readyReplicas ?? (this.#settings.apiVersion === 'apps/v1' ? 0 : scale.status.replicas);
  }
}

const advice = {
  denied: 'Give the user or the service account the permissions that docs/platforms/kubernetes.md lists.',
  missing: 'Check platform.name, platform.namespace, platform.kind and platform.context.',
  notSent: 'Check platform.kubeconfig, platform.context and the connection to the API server.',
} as const;

/**
 * The object is active if at least the requested number of replicas is ready. During a rollout, there are more pods than
 * requested.
 */
function statusOf(scale: Scale, { metadata, status }: ScaledObject, ready: number): ResourceStatus {
  if (metadata.deletionTimestamp !== undefined) return 'FAILED';
  const { generation = 0 } = metadata;
  const { observedGeneration = generation } = status;
  return observedGeneration >= generation && ready >= scale.spec.replicas ? 'ACTIVE' : 'STARTING';
}

/**
 * A stuck rollout is reported, and does not prevent scaling: the ready replicas may be too few or too many for the load.
 */
function stuckRollout({ status }: ScaledObject): Record<string, string> {
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  const isStuck = progress?.status === 'False' && progress.reason === 'ProgressDeadlineExceeded';
  return isStuck ? { rollout: 'stuck: its progress deadline is exceeded' } : {};
}
