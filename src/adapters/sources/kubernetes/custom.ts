/** A metric of the pods of a workload or of one object, from `custom.metrics.k8s.io`, as the HorizontalPodAutoscaler reads it. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import type { KubernetesApi } from '../../net/kubernetes/api.js';
import { emptyAsSetting } from '../empty-as.js';
import { defineSource } from '../source.js';
import { clusterSampler, clusterSettings, queryOf, time } from './cluster.js';
import { groupPods, type PodSample } from './group-pods.js';
import { noReplicas, oldest, podMean } from './pod-mean.js';
import { numberOf, quantity, thousandthsOf } from './quantity.js';
import { readPods, readWorkload, workloadSettings } from './workload.js';

const settings = z.strictObject({
  metric: z.string().min(1).describe('Name of the metric.'),
  metricSelector: z
    .string()
    .min(1)
    .optional()
    .describe('Label selector of the metric: `verb=GET`. Default: the adapter of the metrics decides.'),
  of: z
    .enum(['pods', 'object'])
    .default('pods')
    .describe('`pods`: the mean of the metric over the pods of the object. `object`: the metric of the object itself.'),
  ...workloadSettings,
  emptyAs: emptyAsSetting('there is no sample, or no pod has a sample that counts'),
  ...clusterSettings,
});

type Settings = z.output<typeof settings>;

const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) });

const metricsSchema = z.object({
  items: z.array(
    z.object({
      describedObject: z.object({ name: z.string() }),
      timestamp: time.nullish(),
      value: quantity,
    }),
  ),
});

const group = '/apis/custom.metrics.k8s.io';

export const kubernetesCustom = defineSource({
  type: 'kubernetes-custom',
  summary: 'A metric of the pods of a Kubernetes workload, or of one object, from the custom metrics API.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    const { metric, kind, name, emptyAs } = settings;
    let version: string | undefined;
    return clusterSampler(settings, context, {
      what: `metric ${metric} of ${kind} ${name}`,
      emptyAs,
      advice,
      sample: async (api, _, signal) => {
        version ??= await supportedVersion(api, signal);
        const base = `${group}/${version}`;
        return settings.of === 'pods'
          ? sampleOfPods(api, base, settings, signal)
          : sampleOfObject(api, base, settings, signal);
      },
    });
  },
});

const advice = {
  denied: 'Give the user or the service account the permissions that docs/sources/kubernetes-custom.md lists.',
  missing: 'Check metric, name, kind and namespace, and that a server of custom.metrics.k8s.io has the metric.',
};

/** The two versions have the same paths and the same values. */
async function supportedVersion(api: KubernetesApi, signal: AbortSignal): Promise<string> {
  const { versions } = await api.get(group, groupSchema, signal);
  const version = ['v1beta2', 'v1beta1'].find((known) => versions.some((served) => served.version === known));
  if (version === undefined) throw new AdapterError('invalid', `${group} has neither version v1beta2 nor v1beta1.`);
  return version;
}

/** Readiness does not matter, as in the HPA. */
async function sampleOfPods(api: KubernetesApi, base: string, settings: Settings, signal: AbortSignal) {
  const workload = await readWorkload(api, settings, signal);
  if (workload.replicas === 0) return noReplicas;
  const { metric, metricSelector: metricLabelSelector } = settings;
  const query = queryOf({ labelSelector: workload.selector, metricLabelSelector });
  const path = `${base}/namespaces/${encodeURIComponent(workload.namespace)}/pods/*/${encodeURIComponent(metric)}${query}`;
  const [pods, { items }] = await Promise.all([readPods(api, workload, signal), api.get(path, metricsSchema, signal)]);
  const samples = items.map(({ describedObject, timestamp, value }): [string, PodSample] => [
    describedObject.name,
    { used: thousandthsOf(value), atMs: timestamp ?? null, windowMs: 0 },
  ]);
  return podMean(groupPods(pods, new Map(samples), { startup: null, nowMs: Date.now() }), 'average', () => 1);
}

async function sampleOfObject(api: KubernetesApi, base: string, settings: Settings, signal: AbortSignal) {
  const { metric, metricSelector: metricLabelSelector, kind, apiVersion, name } = settings;
  const namespace = await api.namespaceOr(settings.namespace);
  const object =
    kind === 'Namespace' && apiVersion === 'v1'
      ? `${encodeURIComponent(name)}/metrics`
      : `${encodeURIComponent(namespace)}/${await groupResource(api, settings, signal)}/${encodeURIComponent(name)}`;
  const query = queryOf({ metricLabelSelector });
  const path = `${base}/namespaces/${object}/${encodeURIComponent(metric)}${query}`;
  const { items } = await api.get(path, metricsSchema, signal);
  const [item] = items;
  if (item === undefined) throw new AdapterError('noData', 'the object has no sample of the metric.');
  if (items.length > 1) {
    throw new AdapterError('malformed', `the object has ${items.length} samples of the metric. Set metricSelector.`);
  }
  return { value: numberOf(item.value), ...oldest([item.timestamp]) };
}

/** `services`, or `ingresses.networking.k8s.io`. */
async function groupResource(
  api: KubernetesApi,
  { kind, apiVersion }: Pick<Settings, 'kind' | 'apiVersion'>,
  signal: AbortSignal,
): Promise<string> {
  const plural = await api.plural({ kind, apiVersion }, signal);
  return apiVersion.includes('/') ? `${plural}.${apiVersion.split('/')[0] ?? ''}` : plural;
}
