/**
 * Kubernetes: the `scale` subresource of any object that has one. The adapter sets the number of replicas. It sets no
 * number if another autoscaler scales the object.
 */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../../domain/scale/capacity.js';
import { AdapterError } from '../../net/errors.js';
import { asOutcome, asReadError, beforeSending } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, textOf } from '../platform.js';
import { KubernetesApi, type ScalePath } from '../../net/kubernetes/api.js';
import { guessPlural, kindOfApps } from '../../net/kubernetes/kinds.js';
import { ScaleEvents } from './events.js';
import {
  objectSchema,
  readyOf,
  rolloutOf,
  type Scale,
  type ScaledObject,
  scaleSchema,
  statusOf,
  wholeSchema,
} from './status.js';

const settings = z.strictObject({
  name: z.string().min(1).optional().describe('Name of the object. Default: the alias of the resource.'),
  kind: z
    .string()
    .min(1)
    .default('Deployment')
    .describe('Kind of the object, or its plural such as `rollouts`. The kind must have a `scale` subresource.'),
  apiVersion: z
    .string()
    .min(1)
    .default('apps/v1')
    .describe('API version of the kind, such as `argoproj.io/v1alpha1` for a Rollout.'),
  ready: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path to the number of ready units in an object of a custom kind, such as `status.readyMachines`, or `none` if the ' +
        'object does not have one. Default: `status.readyReplicas`, else the existing replicas of the scale.',
    ),
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
    return [taskQueue, kubeconfig, context, namespace, group, guessPlural(String(kind)), name].map(String);
  },
  create: (chosen, context) => new ScalableObject(chosen, context),
});

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
    const path = (signal: AbortSignal) => this.#path(signal);
    this.#events = new ScaleEvents({ api: this.#api, apiVersion: chosen.apiVersion, log: recordLog, path });
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    try {
      const at = await this.#path(signal);
      const { scale, object } = await this.#readObject(at, signal);
      const ready = readyOf(scale, object, this.#settings);
      return {
        capacity: scale.spec.replicas,
        status: statusOf(scale, object, ready),
        ...(ready !== undefined && { ready }),
        observedAtMs,
        details: { kind: at.kind, namespace: at.namespace, name: at.name, ...rolloutOf(object) },
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
      const manager = await beforeSending(this.#api.managerOf(at, signal));
      if (manager !== undefined) {
        throw new AdapterError(
          'invalid',
          `${manager} scales ${at.kind} ${at.namespace}/${at.name}, and two autoscalers of one object undo ` +
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
    if (kindOfApps(this.#settings.kind, this.#settings.apiVersion) !== undefined) {
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
}

const advice = {
  denied: 'Give the user or the service account the permissions that docs/platforms/kubernetes.md lists.',
  missing: 'Check platform.name, platform.namespace, platform.kind and platform.context.',
  notSent: 'Check platform.kubeconfig, platform.context and the connection to the API server.',
} as const;
