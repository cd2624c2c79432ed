/** The pods of a workload, found by the selector of its `scale` subresource, as the HorizontalPodAutoscaler finds them. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import type { KubernetesApi } from '../../net/kubernetes/api.js';
import { queryOf, time } from './cluster.js';
import { quantity } from './quantity.js';

export const workloadSettings = {
  name: z.string().min(1).describe('Name of the object.'),
  kind: z.string().min(1).default('Deployment').describe('Kind of the object, or its plural such as `rollouts`.'),
  apiVersion: z.string().min(1).default('apps/v1').describe('API version of the kind.'),
};

interface WorkloadName {
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace?: string | undefined;
}

const scaleSchema = z.object({
  // The API server leaves out a zero.
  spec: z.object({ replicas: z.int().default(0) }).prefault({}),
  status: z.object({ selector: z.string().default('') }).prefault({}),
});

const amounts = z.object({ cpu: quantity.optional(), memory: quantity.optional() });
const container = z.object({
  name: z.string(),
  restartPolicy: z.string().optional(),
  resources: z.object({ requests: amounts.prefault({}) }).prefault({}),
});

const podSchema = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({
    containers: z.array(container).default([]),
    initContainers: z.array(container).default([]),
    resources: z.object({ requests: amounts.prefault({}) }).prefault({}),
    overhead: amounts.prefault({}),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      startTime: time.optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: time.nullish() }))
        .default([]),
    })
    .prefault({}),
});

export type Pod = z.output<typeof podSchema>;

const podListSchema = z.object({ items: z.array(podSchema) });

export interface Workload {
  readonly namespace: string;
  readonly selector: string;
  /** The requested number. */
  readonly replicas: number;
}

export async function readWorkload(
  api: KubernetesApi,
  { name, kind, apiVersion, namespace }: WorkloadName,
  signal: AbortSignal,
): Promise<Workload> {
  const at = await api.scalePath({ name, kind, apiVersion, namespace }, signal);
  const { spec, status } = await api.get(`${at.object}/scale`, scaleSchema, signal);
  // Without a selector, the list would contain every pod of the namespace.
  if (status.selector === '') {
    throw new AdapterError('invalid', `the scale of ${kind} ${at.namespace}/${name} has no selector for its pods.`);
  }
  return { namespace: at.namespace, selector: status.selector, replicas: spec.replicas };
}

export async function readPods(
  api: KubernetesApi,
  { namespace, selector }: Workload,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods${queryOf({ labelSelector: selector })}`;
  return (await api.get(path, podListSchema, signal)).items;
}
