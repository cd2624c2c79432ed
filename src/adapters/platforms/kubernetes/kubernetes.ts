/** Kubernetes: the `scale` subresource of whatever has one. It is set, not added to, and only where nobody else sets it. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { KubernetesApi, pluralOf, type ScalePath } from './api.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { asOutcome, asPlatformError, beforeSending, Trouble } from '../trouble.js';

const settings = z.strictObject({
  name: z.string().min(1).optional().describe('Name of the object, where it is not the name the resource has here.'),
  kind: z.string().min(1).default('Deployment').describe('Any kind that has a scale subresource.'),
  apiVersion: z.string().min(1).default('apps/v1').describe('Where the kind is: `argoproj.io/v1alpha1` for a Rollout.'),
  namespace: z.string().min(1).optional().describe('Default: that of the context or of the pod, else `default`.'),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('Path; default: `KUBECONFIG`, `~/.kube/config`, or the service account of the pod it runs in.'),
  context: z.string().min(1).optional().describe('Context of the kubeconfig; default: the current one.'),
});

export const kubernetes = definePlatform({
  type: 'kubernetes',
  summary: 'A Deployment, a StatefulSet or anything else with a scale subresource, by its replicas.',
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
    // Of one kind, whatever the version of its API: apps/v1 and apps/v1beta1 are one group.
    const group = String(apiVersion).includes('/') ? String(apiVersion).split('/')[0] : '';
    const name = textOf(written, 'name') ?? resource;
    // Contexts, and what is taken without one, are those of the machine.
    return [taskQueue, kubeconfig, context, namespace, group, kind, name].map(String);
  },
  create: (chosen, context) => new ScalableObject(chosen, context),
});

const scaleSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  // A zero is left out.
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

/** An object that shows its scale as well. The API server fills in what was left out. */
const wholeSchema = objectSchema.extend({
  spec: z.object({ replicas: z.int().min(0) }),
  status: objectSchema.shape.status
    .unwrap()
    .extend({ replicas: z.int().min(0).default(0) })
    .prefault({}),
});

type Scale = Pick<z.output<typeof scaleSchema>, 'spec' | 'status'>;
type ScaledObject = z.output<typeof objectSchema>;

/** Of one change: each was refused but the last. */
const mostWrites = 5;

class ScalableObject implements Platform {
  readonly #resource: string;
  readonly #settings: z.output<typeof settings>;
  readonly #api: KubernetesApi;

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    this.#resource = resource;
    this.#settings = chosen;
    this.#api = new KubernetesApi(chosen, requestTimeoutMs);
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const askedAtMs = Date.now();
    try {
      const at = await this.#path(signal);
      const { scale, object } = await this.#look(at, signal);
      const ready = this.#readyReplicas(scale, object);
      return {
        capacity: scale.spec.replicas,
        status: statusOf(scale, object, ready),
        ready,
        observedAtMs: askedAtMs,
        details: { kind: this.#settings.kind, namespace: at.namespace, name: at.name, ...stuckRollout(object) },
      };
    } catch (error) {
      throw asPlatformError(error, this.#resource, advice);
    }
  }

  async change({ from, to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    try {
      const at = await beforeSending(this.#path(signal));
      const manager = await beforeSending(this.#api.managerOf(at, this.#settings.kind, signal));
      if (manager !== undefined) {
        throw new Trouble(
          'invalid',
          `${this.#settings.kind} ${at.namespace}/${at.name} is scaled by ${manager}; two that scale one thing undo ` +
            `each other: delete that one, or leave the object to it (\`escapement import\` reads both kinds)`,
        );
      }
      await this.#set(at, { from, to }, permit, signal);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  /**
   * With the version that was read, so that whoever was quicker wins. It is that of the whole object, which moves with every
   * pod that becomes ready as well: a conflict says that nothing was written, and where the size is still the same, the
   * write is made again from the new version.
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
        throw new Trouble(
          'conflict',
          `it has ${scale.spec.replicas} replicas, not ${from}: somebody changed it just now`,
        );
      }
      const wanted = { ...scale, spec: { ...scale.spec, replicas: to } };
      const conflict = await this.#api.put(`${at.object}/scale`, wanted, permit, signal);
      if (conflict === undefined) return;
      if (attempt === mostWrites) throw conflict;
    }
  }

  /** One request where it is enough: a look is made every few seconds for as long as there is an autoscaler. */
  async #look(at: ScalePath, signal: AbortSignal): Promise<{ scale: Scale; object: ScaledObject }> {
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

  async close(): Promise<void> {
    this.#api.close();
  }

  #path(signal: AbortSignal): Promise<ScalePath> {
    const { kind, apiVersion, namespace, name = this.#resource } = this.#settings;
    return this.#api.scalePath({ kind, apiVersion, namespace, name }, signal);
  }

  /** The kinds of `apps` leave a zero out; another kind may not count readiness at all, and then what exists must do. */
  #readyReplicas(scale: Scale, { status }: ScaledObject): number {
    return status.readyReplicas ?? (this.#settings.apiVersion === 'apps/v1' ? 0 : scale.status.replicas);
  }
}

const advice = {
  denied: 'The service account needs the rights that docs/platforms/kubernetes.md lists.',
  missing: 'Check platform.name, platform.namespace, platform.kind and platform.context.',
  notSent: 'Check platform.kubeconfig, platform.context and the way to the API server.',
} as const;

/** While pods are replaced there are more of them than wanted; what counts is that as many as wanted are ready. */
function statusOf(scale: Scale, { metadata, status }: ScaledObject, ready: number): ResourceStatus {
  if (metadata.deletionTimestamp !== undefined) return 'FAILED';
  const { generation = 0 } = metadata;
  const { observedGeneration = generation } = status;
  return observedGeneration >= generation && ready >= scale.spec.replicas ? 'ACTIVE' : 'STARTING';
}

/** Said, and no reason not to scale: the replicas that work may need help, or there may be too many of them. */
function stuckRollout({ status }: ScaledObject): Record<string, string> {
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  const isStuck = progress?.status === 'False' && progress.reason === 'ProgressDeadlineExceeded';
  return isStuck ? { rollout: 'stuck: its progress deadline is exceeded' } : {};
}
