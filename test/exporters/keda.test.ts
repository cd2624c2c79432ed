import { parseAllDocuments } from 'yaml';
import { promql, scaledObjectOf } from '../importers/importing.js';
import { cloudRows } from '../importers/keda-cloud-trigger-rows.js';
import { rows } from '../importers/keda-trigger-rows.js';
import { exported, onKubernetes, roundTrip } from './exporting.js';

interface ScaledObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: object };
  readonly spec: Record<string, unknown> & { readonly triggers: readonly Record<string, unknown>[] };
}

async function objectsIn(yaml: string) {
  const { text, report } = await exported('keda', yaml);
  const documents = parseAllDocuments(text) as readonly { toJS(): unknown }[];
  return {
    objects: documents.map((document) => document.toJS() as ScaledObject),
    lost: report.unsupported.map(({ what }) => what),
    warnings: report.warnings.map(({ message }) => message),
  };
}

const trigger = (type: string, metadata: Record<string, string>, more: object = {}): Record<string, unknown> => ({
  type,
  metadata,
  ...more,
});

const waiting = `signals:
  waiting: { type: prometheus, server: "http://prometheus:9090", query: sum(waiting), emptyAs: 0 }
policies:
  - { type: perUnit, value: waiting, target: 5, tolerance: 10% }
`;

describe('import, export and import give the same configuration', () => {
  /** A value of a Secret has another name then, and other sources have no trigger in this exporter. */
  const sources = [
    'prometheus',
    'rabbitmq',
    'kafka',
    'redis',
    'sqs',
    'cloudwatch',
    'temporal',
    'http-json',
    'kubernetes-resource',
  ];
  const covered = [...rows, ...cloudRows].filter(([, , signal]) =>
    sources.includes((signal as { type?: string }).type ?? 'none'),
  );

  it.each(covered.map(([title, given]) => [title, given] as const))('%s', async (_, given) => {
    const { first, second, report } = await roundTrip(
      'keda',
      scaledObjectOf({ minReplicaCount: 1, triggers: [given] }),
    );
    expect(report.unsupported).toEqual([]);
    expect(second).toEqual(first);
  });

  const specs: readonly (readonly [string, object, Record<string, string>?])[] = [
    ['zero to many', {}],
    [
      'a cooldown and an activation value',
      { cooldownPeriod: 60, triggers: [promql('waiting', '5', { activationThreshold: '3' })] },
    ],
    ['several triggers', { triggers: [promql('a', '5'), promql('b', '2.5')] }],
    ['several activation values', { triggers: [promql('a', '5', { activationThreshold: '3' }), promql('b', '2')] }],
    ['an idle count', { minReplicaCount: 4, idleReplicaCount: 0 }],
    ['a minimum', { minReplicaCount: 2, maxReplicaCount: 7 }],
    [
      'CPU and memory',
      {
        minReplicaCount: 1,
        triggers: [
          trigger('cpu', { value: '60' }, { metricType: 'Utilization' }),
          trigger('memory', { value: '300Mi' }, { metricType: 'AverageValue' }),
        ],
      },
    ],
    ['metricType Value', { triggers: [{ ...promql('share', '0.5'), metricType: 'Value' }] }],
    [
      'a formula',
      {
        triggers: [promql('a', '5'), promql('b', '5')],
        advanced: { scalingModifiers: { formula: 'max(a, b * 2) ?? 3', target: '4' } },
      },
    ],
    [
      'a formula with an activation',
      {
        triggers: [promql('a', '5')],
        advanced: { scalingModifiers: { formula: 'a / 2', target: '4', activationTarget: '2' } },
      },
    ],
    [
      'a window',
      {
        minReplicaCount: 1,
        triggers: [
          promql('a', '5'),
          trigger('cron', {
            timezone: 'Europe/Berlin',
            start: '0 8 * * 1-5',
            end: '0 18 * * 1-5',
            desiredReplicas: '4',
          }),
        ],
      },
    ],
    ...['static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'].map(
      (behavior): [string, object] => [
        `the fallback ${behavior}`,
        {
          minReplicaCount: 1,
          fallback: { failureThreshold: 4, replicas: behavior === 'currentReplicas' ? 1 : 6, behavior },
        },
      ],
    ),
    [
      'a behavior',
      {
        minReplicaCount: 1,
        advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } },
      },
    ],
    ['paused', { minReplicaCount: 1 }, { 'autoscaling.keda.sh/paused': 'true' }],
  ];
  it.each(specs.map(([title, spec, annotations = {}]) => [title, spec, annotations] as const))(
    '%s',
    async (_, spec, annotations) => {
      const { first, second, report } = await roundTrip('keda', scaledObjectOf(spec, { annotations }));
      expect(report.unsupported).toEqual([]);
      expect(second).toEqual(first);
    },
  );
});

it('a queue to zero and back', async () => {
  const yaml = onKubernetes(
    `interval: 30s
signals:
  jobs: { type: rabbitmq, url: "\${RABBITMQ_URL}", queue: jobs }
policies:
  - { type: perUnit, value: jobs, target: 5, tolerance: 10% }
idle: { value: jobs, for: 5m, atOnce: true }
fallback: { after: 4, capacity: 6 }
`,
    'min: 0\nmax: 20\ncooldown: 0s',
  );
  const { objects, lost, warnings } = await objectsIn(yaml);
  expect(objects).toEqual([
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'web-jobs', namespace: 'shop' },
      spec: { env: [{ parameter: 'host', name: 'RABBITMQ_URL' }] },
    },
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        pollingInterval: 30,
        minReplicaCount: 0,
        cooldownPeriod: 300,
        maxReplicaCount: 20,
        triggers: [
          {
            type: 'rabbitmq',
            name: 'jobs',
            metadata: { mode: 'QueueLength', queueName: 'jobs', value: '5' },
            authenticationRef: { name: 'web-jobs' },
          },
        ],
        fallback: { failureThreshold: 3, replicas: 6 },
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleUp: { policies: [{ type: 'Pods', value: 20, periodSeconds: 15 }] },
              scaleDown: {
                stabilizationWindowSeconds: 0,
                policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
              },
            },
          },
        },
      },
    },
  ]);
  expect(lost).toEqual([]);
  expect(warnings).toEqual(['reads RABBITMQ_URL from the environment of the scaled pods, as KEDA does']);
});

it('a password in the configuration is not copied: the trigger refers to a Secret', async () => {
  const yaml = onKubernetes(waiting.replace('emptyAs: 0', 'username: shop, password: hidden'));
  const { objects, warnings } = await objectsIn(yaml);
  expect(JSON.stringify(objects)).not.toContain('hidden');
  expect(objects[0]?.spec).toEqual({
    secretTargetRef: [
      { parameter: 'username', name: 'web-waiting', key: 'username' },
      { parameter: 'password', name: 'web-waiting', key: 'password' },
    ],
  });
  expect(objects[1]?.spec.triggers[0]).toMatchObject({ metadata: { authModes: 'basic', ignoreNullValues: 'false' } });
  expect(warnings).toContain(
    'needs the Secret web-waiting with the keys username, password. Their values are not copied',
  );
});

describe('the report names what KEDA has no equivalent of', () => {
  it.each<[string, string, readonly string[]]>([
    ['the default cooldown', onKubernetes(waiting, 'min: 1\nmax: 9'), ['the cooldown down of 5m']],
    ['a tolerance', onKubernetes(waiting.replace(', tolerance: 10%', '')), ['the tolerance 0%']],
    [
      'a source without a trigger',
      onKubernetes(
        waiting
          .replace(
            'sum(waiting), emptyAs: 0 }',
            'up }\n  n: { type: nats, url: "nats://n:4222", stream: a, consumer: b }',
          )
          .replace('value: waiting', 'value: n'),
      ),
      ['the signal n', 'the whole resource'],
    ],
    [
      'steps beside a trigger',
      onKubernetes(`${waiting}  - { type: steps, value: waiting, steps: [{ atOrAbove: 9, add: 1 }] }\n`),
      ['the policy steps'],
    ],
    [
      'an expression beside a trigger',
      onKubernetes(`${waiting}  - { type: perUnit, value: waiting * 2, target: 3, tolerance: 10% }\n`),
      ['the expression waiting * 2'],
    ],
    [
      'current in an expression',
      onKubernetes(waiting.replace('value: waiting', 'value: waiting + current')),
      ['the expression waiting + current', 'the whole resource'],
    ],
    [
      'another value of idle',
      onKubernetes(`${waiting}idle: { value: waiting * 2, for: 5m, atOnce: true }\n`, 'min: 0\nmax: 9\ncooldown: 0s'),
      ['the value of idle'],
    ],
    [
      'a window with a maximum',
      onKubernetes(
        `${waiting}  - { type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "10:00", max: 3 }] }\n`,
      ),
      ['the window'],
    ],
    [
      'a placeholder inside of a text',
      onKubernetes(waiting.replace('http://prometheus:9090', 'http://${HOST}:9090')),
      ['the signal waiting', 'the whole resource'],
    ],
    ['combine', onKubernetes(`${waiting}combine: min\n`), ['combine: min']],
  ])('%s', async (_, yaml, lost) => {
    expect((await objectsIn(yaml)).lost).toEqual(lost);
  });

  it('zero without idle', async () => {
    const { objects, warnings } = await objectsIn(onKubernetes(waiting, 'min: 0\nmax: 9\ncooldown: 0s'));
    expect(objects[0]?.spec).toMatchObject({ minReplicaCount: 0, cooldownPeriod: 0 });
    expect(warnings).toEqual(['is 0. KEDA scales to zero when no trigger is active, at once with cooldownPeriod 0']);
  });
});
