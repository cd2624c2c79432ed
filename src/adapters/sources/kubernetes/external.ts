/** A metric of `external.metrics.k8s.io`, which KEDA serves for each trigger of its ScaledObjects. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import type { KubernetesApi } from '../../net/kubernetes/api.js';
import { emptyAsSetting } from '../empty-as.js';
import { defineSource } from '../source.js';
import { clusterSampler, clusterSettings, queryOf, time } from './cluster.js';
import { oldest } from './pod-mean.js';
import { numberOf, quantity } from './quantity.js';

const settings = z.strictObject({
  metric: z
    .string()
    .min(1)
    .describe('Name of the metric. Of KEDA: `s0-rabbitmq-jobs`, from the status of the ScaledObject.'),
  selector: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Label selector of the series, whose values are added. Of KEDA: `scaledobject.keda.sh/name=` and the name of the ScaledObject.',
    ),
  emptyAs: emptyAsSetting('the metric has no series'),
  ...clusterSettings,
});

type Settings = z.output<typeof settings>;

const metricsSchema = z.object({
  items: z.array(z.object({ timestamp: time.nullish(), value: quantity })),
});

export const kubernetesExternal = defineSource({
  type: 'kubernetes-external',
  summary: 'A metric of the external metrics API of Kubernetes, such as that of any KEDA scaler.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    const { metric, emptyAs } = settings;
    return clusterSampler(settings, context, { what: `external metric ${metric}`, emptyAs, advice, sample });
  },
});

const advice = {
  denied: 'Give the user or the service account the permissions that docs/sources/kubernetes-external.md lists.',
  missing:
    'Check metric, selector and namespace, and that a server of external.metrics.k8s.io, such as KEDA, is installed.',
};

async function sample(api: KubernetesApi, { metric, selector, namespace }: Settings, signal: AbortSignal) {
  const inNamespace = `namespaces/${encodeURIComponent(await api.namespaceOr(namespace))}`;
  const query = queryOf({ labelSelector: selector });
  const path = `/apis/external.metrics.k8s.io/v1beta1/${inNamespace}/${encodeURIComponent(metric)}${query}`;
  const { items } = await api.get(path, metricsSchema, signal);
  if (items.length === 0) throw new AdapterError('noData', 'the metric has no series.');
  const value = numberOf(items.reduce((sum, item) => sum + item.value, 0n));
  return { value, ...oldest(items.map(({ timestamp }) => timestamp)) };
}
