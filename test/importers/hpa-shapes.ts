/** The shapes of HPAs in public repositories that are imported completely, with other names and numbers. */
import { hpaOf } from './importing.js';

export const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const memory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 85 } },
};
const pods = (name: string, averageValue: number | string) => ({
  type: 'Pods',
  pods: { metric: { name }, target: { type: 'AverageValue', averageValue } },
});
const ref = (kind: string, apiVersion: string) => ({ scaleTargetRef: { kind, apiVersion, name: 'web' } });
const both = (seconds: number, percent: number, count: number) => [
  { type: 'Percent', value: percent, periodSeconds: seconds },
  { type: 'Pods', value: count, periodSeconds: seconds },
];

/** Each with its signals, and the paths that are not carried over. */
export const complete: readonly (readonly [shape: string, text: string, signals: readonly string[]])[] = [
  ['a tutorial: flow style, CPU', hpaOf({ minReplicas: 1, metrics: [cpu(55)] }), ['cpu']],
  [
    'a sample application: v2beta2, a target of 95%',
    hpaOf({ metrics: [cpu(95)] }).replace('autoscaling/v2', 'autoscaling/v2beta2'),
    ['cpu'],
  ],
  [
    'a webhook of a CI system: v2beta1, many labels, a disruption budget in the same file',
    `${hpaOf(
      { metrics: [{ type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 100 } }] },
      { labels: { 'app.kubernetes.io/name': 'web', version: 'devel' } },
    ).replace('autoscaling/v2', 'autoscaling/v2beta1')}\n---\nkind: PodDisruptionBudget\nmetadata: { name: web }\n`,
    ['cpu'],
  ],
  [
    'fields of v2beta1 in v2beta2, and a Deployment of extensions/v1beta1',
    hpaOf({
      ...ref('Deployment', 'extensions/v1beta1'),
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 75 } },
        { type: 'Resource', resource: { name: 'memory', targetAverageValue: '300Mi' } },
        { type: 'Pods', pods: { metricName: 'http_requests', targetAverageValue: 12 } },
      ],
    }).replace('autoscaling/v2', 'autoscaling/v2beta2'),
    ['cpu', 'memory', 'http_requests'],
  ],
  [
    'v1 beside its Service and its Deployment',
    `kind: Service\n---\nkind: Deployment\n---\n${hpaOf({
      ...ref('Deployment', 'apps/v1beta1'),
      targetCPUUtilizationPercentage: 45,
    }).replace('autoscaling/v2', 'autoscaling/v1')}`,
    ['cpu'],
  ],
  [
    'workers with CPU, memory, two pod metrics and a behavior for both directions',
    hpaOf({
      metrics: [cpu(65), memory, pods('tenants', '30'), pods('calls_per_second', '90')],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 300, policies: both(60, 25, 3), selectPolicy: 'Min' },
        scaleUp: { stabilizationWindowSeconds: 20, policies: both(60, 100, 6), selectPolicy: 'Max' },
      },
    }),
    ['cpu', 'memory', 'tenants', 'calls_per_second'],
  ],
  [
    'four pod metrics with numbers as quantities',
    hpaOf({ metrics: ['active', 'idle', 'total', 'accepted'].map((name) => pods(`fpm_${name}`, 40)) }),
    ['fpm_active', 'fpm_idle', 'fpm_total', 'fpm_accepted'],
  ],
  [
    'a schedule as an external metric of Google Cloud, with | in its name',
    hpaOf({
      metrics: [
        cpu(60),
        {
          type: 'External',
          external: {
            metric: { name: 'custom.googleapis.com|office_hours' },
            target: { type: 'AverageValue', averageValue: 1 },
          },
        },
      ],
    }),
    ['cpu', 'custom_googleapis_com_office_hours'],
  ],
  [
    'requests of an Ingress, with a selector of the backend',
    hpaOf({
      metrics: [
        {
          type: 'Object',
          object: {
            describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
            metric: { name: 'requests-per-second', selector: { matchLabels: { backend: 'blue' } } },
            target: { averageValue: '12', type: 'AverageValue' },
          },
        },
      ],
    }),
    ['requests_per_second'],
  ],
  [
    'a workload of a vendor: ElasticWorkload',
    hpaOf({ ...ref('ElasticWorkload', 'autoscaling.alibabacloud.com/v1beta1'), metrics: [cpu(50)] }),
    ['cpu'],
  ],
];
