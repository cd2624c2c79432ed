/** CPU or memory of the pods of a workload, from `metrics.k8s.io`, as the HorizontalPodAutoscaler reads it. */
import { z } from 'zod';
import { duration } from '../../../domain/written/duration.js';
import type { KubernetesApi } from '../../net/kubernetes/api.js';
import { emptyAsSetting } from '../empty-as.js';
import { defineSource } from '../source.js';
import { clusterSampler, clusterSettings, queryOf, time } from './cluster.js';
import { groupPods, type PodSample } from './group-pods.js';
import { noReplicas, podMean } from './pod-mean.js';
import { quantity, thousandthsOf } from './quantity.js';
import { requestOf } from './requests.js';
import { readPods, readWorkload, type Workload, workloadSettings } from './workload.js';

const settings = z.strictObject({
  ...workloadSettings,
  resource: z.enum(['cpu', 'memory']).default('cpu').describe('What is measured.'),
  measure: z
    .enum(['utilization', 'average'])
    .default('utilization')
    .describe(
      '`utilization`: whole percent of the requests of the pods. `average`: cores or bytes of one pod, without requests.',
    ),
  container: z
    .string()
    .min(1)
    .optional()
    .describe('Measure only the container with this name. Default: all containers of a pod.'),
  cpuInitializationPeriod: duration
    .prefault('5m')
    .describe('For this long after the start of a pod, its CPU counts only once it was ready for a whole sample.'),
  initialReadinessDelay: duration
    .prefault('30s')
    .describe(
      'A pod that is not ready counts as one that never was, if it became so within this time after its start.',
    ),
  emptyAs: emptyAsSetting('no pod has a sample that counts'),
  ...clusterSettings,
});

type Settings = z.output<typeof settings>;

const metricsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      timestamp: time.nullish(),
      window: z.string().transform(parseGoDuration).pipe(z.number()),
      containers: z.array(
        z.object({
          name: z.string(),
          usage: z.object({ cpu: quantity.optional(), memory: quantity.optional() }),
        }),
      ),
    }),
  ),
});

type PodMetrics = z.output<typeof metricsSchema>['items'][number];

export const kubernetesResource = defineSource({
  type: 'kubernetes-resource',
  summary: 'The CPU or the memory of the pods of a Kubernetes workload, in percent of their requests or as an average.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    const { resource, kind, name, emptyAs } = settings;
    return clusterSampler(settings, context, { what: `${resource} of ${kind} ${name}`, emptyAs, advice, sample });
  },
});

const advice = {
  denied: 'Give the user or the service account the permissions that docs/sources/kubernetes-resource.md lists.',
  missing: 'Check name, kind and namespace, and that metrics-server or another server of metrics.k8s.io is installed.',
};

async function sample(api: KubernetesApi, settings: Settings, signal: AbortSignal) {
  const workload = await readWorkload(api, settings, signal);
  if (workload.replicas === 0) return noReplicas;
  const [pods, metrics] = await Promise.all([readPods(api, workload, signal), readMetrics(api, workload, signal)]);
  const grouped = groupPods(pods, samplesOf(metrics, settings), {
    startup:
      settings.resource === 'cpu'
        ? {
            cpuInitializationPeriodMs: settings.cpuInitializationPeriod,
            initialReadinessDelayMs: settings.initialReadinessDelay,
          }
        : null,
    nowMs: Date.now(),
  });
  if (settings.measure === 'average') return podMean(grouped, 'average', () => 1);
  // As in the HPA, a pod without a request makes the utilization invalid, also if the pod does not count.
  const requests = new Map(pods.map((pod) => [pod, requestOf(pod, settings)]));
  return podMean(grouped, 'utilization', (pod) => requests.get(pod) ?? 0);
}

async function readMetrics(
  api: KubernetesApi,
  { namespace, selector }: Workload,
  signal: AbortSignal,
): Promise<readonly PodMetrics[]> {
  const group = '/apis/metrics.k8s.io/v1beta1';
  const path = `${group}/namespaces/${encodeURIComponent(namespace)}/pods${queryOf({ labelSelector: selector })}`;
  return (await api.get(path, metricsSchema, signal)).items;
}

function samplesOf(metrics: readonly PodMetrics[], settings: Settings): ReadonlyMap<string, PodSample> {
  return new Map(
    metrics.flatMap((pod): [string, PodSample][] => {
      const used = usedBy(pod, settings);
      if (used === undefined) return [];
      return [[pod.metadata.name, { used, atMs: pod.timestamp ?? null, windowMs: pod.window }]];
    }),
  );
}

/** In thousandths. Undefined: a container has no sample yet, so the sum would be too small. */
function usedBy({ containers }: PodMetrics, { resource, container }: Settings): number | undefined {
  const measured = container === undefined ? containers : containers.filter(({ name }) => name === container);
  const amounts = measured.map(({ usage }) => usage[resource]);
  if (amounts.length === 0 || amounts.includes(undefined)) return undefined;
  return amounts.reduce<number>((sum, amount) => sum + thousandthsOf(amount ?? 0n), 0);
}

/** `15.238s` or `1m30s`, in milliseconds. NaN: not a duration. */
function parseGoDuration(text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+$|^0$/.test(text)) return NaN;
  const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/([\d.]+)([a-zµ]+)/g)].reduce((sum, [, count, unit = '']) => {
    return sum + Number(count) * (unitsMs[unit] ?? 0);
  }, 0);
}
