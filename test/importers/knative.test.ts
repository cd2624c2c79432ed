/** `escapement import knative`: what becomes of each field of a service, and of config-autoscaler. */
import { importedAs, refusalAs } from './importing.js';
import { configAutoscaler, serviceOf, withGroup } from './knative-services.js';
import { dotted, isSeen, leavesOf } from './leaves.js';

async function resourceOf(...texts: readonly string[]) {
  const { configuration, report } = await importedAs('knative', ...texts);
  const web = configuration.resources['web'] as Record<string, unknown> & { autoscale: Record<string, unknown> };
  return { web, report };
}

const annotated = (annotations: Readonly<Record<string, string>>) => serviceOf({ annotations });

it('a service without annotations has the defaults of Knative', async () => {
  const { yaml, report } = await importedAs('knative', serviceOf());
  expect(yaml).toBe(`version: 1
resources:
  web:
    platform: { type: kubernetes, namespace: shop, kind: Deployment, name: web }
    min: 0
    max: 1000 # none in Knative
    cooldown: 0s
    autoscale:
      interval: 2s
      signals:
        concurrency: { type: prometheus, server: "\${PROMETHEUS_URL}", query: 'sum(requests_in_flight{namespace="shop",service="web"})' }
      policies:
        - type: perUnit
          value: concurrency
          target: 70 # 70% of 100
          average: 1m
          burst: { window: 6s, above: 200% }
      behavior:
        scaleDown:
          policies:
            - { type: Percent, value: 50, periodSeconds: 1 }
      idle: { value: concurrency, atOrBelow: 0, for: 1m }
`);
  expect(report.unsupported.map(({ what }) => what)).toEqual(['the measurement of concurrency']);
});

describe('an annotation', () => {
  it.each([
    ['min-scale', { 'min-scale': '2' }, { min: 2 }],
    ['minScale', { minScale: '2' }, { min: 2 }],
    ['max-scale', { 'max-scale': '7' }, { max: 7 }],
    ['maxScale', { maxScale: '7' }, { max: 7 }],
    ['both spellings', { 'max-scale': '7', maxScale: '9' }, { max: 7 }],
  ])('%s is a bound', async (_, annotations, expected) => {
    expect((await resourceOf(annotated(annotations))).web).toMatchObject(expected);
  });

  it.each([
    ['target', { target: '50' }, { policies: [{ target: 35 }] }],
    ['target-utilization-percentage', { 'target-utilization-percentage': '90' }, { policies: [{ target: 90 }] }],
    ['targetUtilizationPercentage', { targetUtilizationPercentage: '90' }, { policies: [{ target: 90 }] }],
    ['window', { window: '2m' }, { policies: [{ average: '2m', burst: { window: '12s' } }], idle: { for: '2m' } }],
    ['panic-window-percentage', { 'panic-window-percentage': '25' }, { policies: [{ burst: { window: '15s' } }] }],
    ['panicThresholdPercentage', { panicThresholdPercentage: '150' }, { policies: [{ burst: { above: '150%' } }] }],
    [
      'scale-down-delay',
      { 'scale-down-delay': '1m30s' },
      { behavior: { scaleDown: { stabilizationWindowSeconds: 90 } } },
    ],
    ['scale-to-zero-pod-retention-period', { 'scale-to-zero-pod-retention-period': '5m' }, { idle: { for: '6m' } }],
    [
      'activation-scale',
      { 'activation-scale': '3' },
      { policies: [{ value: 'concurrency > 0 ? max(concurrency, 3 * 70) : 0' }] },
    ],
    [
      'metric',
      { metric: 'rps' },
      { signals: { rps: { type: 'prometheus' } }, policies: [{ value: 'rps', target: 140 }] },
    ],
  ])('%s is in the policy', async (_, annotations, expected) => {
    expect((await resourceOf(annotated(annotations))).web.autoscale).toMatchObject(expected);
  });

  it.each([
    ['initial-scale', { 'initial-scale': '4' }, 'initial-scale: 4'],
    [
      'metric-aggregation-algorithm',
      { 'metric-aggregation-algorithm': 'weighted-exponential' },
      'the aggregation weighted-exponential',
    ],
    ['one that does not exist', { 'stable-window': '60s' }, 'the annotation'],
    ['a class of someone else', { class: 'other.example' }, 'the class other.example'],
  ])('%s that is not carried over is in the report', async (_, annotations, what) => {
    const { report } = await resourceOf(annotated(annotations));
    expect(report.unsupported).toContainEqual(expect.objectContaining({ what }));
  });

  it('a panic window as long as the stable window is 1 s shorter, and the report says so', async () => {
    const { web, report } = await resourceOf(annotated({ 'panic-window-percentage': '100' }));
    expect(web.autoscale).toMatchObject({ policies: [{ average: '1m', burst: { window: '59s' } }] });
    expect(report.warnings.map(({ path }) => path)).toContain(
      'Service shop/web spec.template.metadata.annotations["autoscaling.knative.dev/panic-window-percentage"]',
    );
  });

  it('of the service and not of its template is in the report, because Knative refuses it', async () => {
    const metadata = { annotations: withGroup({ 'min-scale': '3' }) };
    const { web, report } = await resourceOf(serviceOf({ metadata }));
    expect(web['min']).toBe(0);
    expect(report.unsupported.map(({ why }) => why)).toContain(
      'Knative refuses it here: it belongs to spec.template.metadata.annotations',
    );
  });
});

describe('config-autoscaler', () => {
  it.each([
    ['stable-window', { 'stable-window': '30s' }, { policies: [{ average: '30s', burst: { window: '3s' } }] }],
    [
      'container-concurrency-target-default',
      { 'container-concurrency-target-default': '10' },
      { policies: [{ target: 7 }] },
    ],
    [
      'container-concurrency-target-percentage',
      { 'container-concurrency-target-percentage': '50' },
      { policies: [{ target: 50 }] },
    ],
    ['a share', { 'container-concurrency-target-percentage': '0.5' }, { policies: [{ target: 50 }] }],
    [
      'panic-threshold-percentage',
      { 'panic-threshold-percentage': '300' },
      { policies: [{ burst: { above: '300%' } }] },
    ],
    ['panic-window-percentage', { 'panic-window-percentage': '20' }, { policies: [{ burst: { window: '12s' } }] }],
    [
      'scale-down-delay',
      { 'scale-down-delay': '10s' },
      { behavior: { scaleDown: { stabilizationWindowSeconds: 10 } } },
    ],
    ['max-scale-down-rate', { 'max-scale-down-rate': '4' }, { behavior: { scaleDown: { policies: [{ value: 75 }] } } }],
    [
      'max-scale-up-rate',
      { 'max-scale-up-rate': '10' },
      {
        behavior: {
          scaleUp: {
            policies: [
              { type: 'Percent', value: 900 },
              { type: 'Pods', value: 10 },
            ],
          },
        },
      },
    ],
    [
      'max-scale-up-rate below 2',
      { 'max-scale-up-rate': '1.5' },
      { behavior: { scaleUp: { policies: [{ value: 50 }] } } },
    ],
    ['scale-to-zero-pod-retention-period', { 'scale-to-zero-pod-retention-period': '30s' }, { idle: { for: '1m30s' } }],
  ])('%s applies where no annotation does', async (_, data, expected) => {
    expect((await resourceOf(serviceOf(), configAutoscaler(data))).web.autoscale).toMatchObject(expected);
  });

  it('requests-per-second-target-default is the target of rps', async () => {
    const data = { 'requests-per-second-target-default': '20' };
    const { web } = await resourceOf(annotated({ metric: 'rps' }), configAutoscaler(data));
    expect(web.autoscale).toMatchObject({ policies: [{ target: 14 }] });
  });

  it('enable-scale-to-zero: false keeps one unit', async () => {
    const { web } = await resourceOf(serviceOf(), configAutoscaler({ 'enable-scale-to-zero': 'false' }));
    expect(web).toMatchObject({ min: 1 });
    expect(web.autoscale).not.toHaveProperty('idle');
  });

  it('min-scale and max-scale are the bounds of services without their own', async () => {
    const config = configAutoscaler({ 'min-scale': '2', 'max-scale': '20' });
    expect((await resourceOf(serviceOf(), config)).web).toMatchObject({ min: 2, max: 20 });
    expect((await resourceOf(annotated({ 'max-scale': '5' }), config)).web).toMatchObject({ min: 2, max: 5 });
  });

  it('may be in the KnativeServing of the operator', async () => {
    const operator = JSON.stringify({
      apiVersion: 'operator.knative.dev/v1beta1',
      kind: 'KnativeServing',
      metadata: { name: 'knative-serving', namespace: 'knative-serving' },
      spec: { config: { autoscaler: { 'stable-window': '40s' }, network: { 'ingress-class': 'a' } } },
    });
    const { web, report } = await resourceOf(serviceOf(), operator);
    expect(web.autoscale).toMatchObject({ policies: [{ average: '40s' }] });
    expect(report.warnings.map(({ path }) => path)).toContain('KnativeServing spec.config.network.ingress-class');
  });
});

describe('the class hpa', () => {
  const hpa = { class: 'hpa.autoscaling.knative.dev' };

  it.each([
    ['cpu by default', {}, { resource: 'cpu' }, { type: 'utilization', target: 80 }],
    ['cpu', { metric: 'cpu', target: '69.5' }, { resource: 'cpu' }, { type: 'utilization', target: 70 }],
    [
      'memory in MiB',
      { metric: 'memory', target: '3' },
      { resource: 'memory', measure: 'average' },
      { target: 3145728 },
    ],
    ['a custom metric', { metric: 'jobs', target: '5' }, { type: 'kubernetes-custom', metric: 'jobs' }, { target: 5 }],
  ])('scales on %s, never to zero', async (_, annotations, signal, policy) => {
    const { web, report } = await resourceOf(annotated({ ...hpa, ...annotations }));
    expect(web).toMatchObject({ min: 1, autoscale: { policies: [policy] } });
    expect(Object.values(web.autoscale['signals'] as object)).toEqual([expect.objectContaining(signal)]);
    expect(report.unsupported).toEqual([]);
  });

  it('has the window in both directions', async () => {
    const { web } = await resourceOf(annotated({ ...hpa, window: '90s' }));
    expect(web.autoscale['behavior']).toMatchObject({
      scaleUp: { stabilizationWindowSeconds: 90 },
      scaleDown: { stabilizationWindowSeconds: 90 },
    });
  });

  it('may be the default of the cluster', async () => {
    const { web } = await resourceOf(serviceOf(), configAutoscaler({ 'pod-autoscaler-class': hpa.class }));
    expect(web.autoscale).toMatchObject({ policies: [{ type: 'utilization', target: 80 }] });
  });
});

describe('documents', () => {
  it('that Knative made for a service are ignored beside it', async () => {
    const labels = { 'serving.knative.dev/service': 'web', 'serving.knative.dev/configuration': 'web' };
    const made = (kind: string, name: string) =>
      JSON.stringify({ ...(JSON.parse(serviceOf()) as object), kind, metadata: { name, namespace: 'shop', labels } });
    const { report } = await importedAs(
      'knative',
      serviceOf(),
      made('Configuration', 'web'),
      made('Revision', 'web-00001'),
    );
    expect(report.resources).toEqual(['web']);
    expect(report.warnings.filter(({ message }) => message.includes('its Service is in the input'))).toHaveLength(2);
  });

  it('Revision alone has its annotations in its metadata', async () => {
    const revision = JSON.stringify({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Revision',
      metadata: { name: 'web-00002', namespace: 'shop', annotations: withGroup({ 'min-scale': '2' }) },
      spec: { containerConcurrency: 10 },
    });
    const { configuration } = await importedAs('knative', revision);
    expect(configuration.resources['web-00002']).toMatchObject({ min: 2, autoscale: { policies: [{ target: 7 }] } });
  });

  it('of two namespaces have distinct names, and a second of the same name is in the report', async () => {
    const { report } = await importedAs(
      'knative',
      serviceOf(),
      serviceOf({ metadata: { namespace: 'lab' } }),
      serviceOf(),
    );
    expect(report.resources).toEqual(['shop.web', 'lab.web']);
    expect(report.unsupported.map(({ what }) => what)).toContain('the whole service');
  });
});

it('comments stay above the service and the policy and beside the bounds, and the others are in the report', async () => {
  const { yaml, report } = await importedAs(
    'knative',
    `# Front.
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web }
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/min-scale: "1" # never cold
        # what one container can do
        autoscaling.knative.dev/target: "10"
    spec:
      containers: [] # none
`,
  );
  expect(yaml).toContain('  # Front.\n  web:');
  expect(yaml).toContain('min: 1 # never cold');
  expect(yaml).toContain('# what one container can do\n        - type: perUnit');
  expect(report.warnings.map(({ message }) => message)).toContain(
    'has the comment "# none", which has no place in the output',
  );
});

describe('an input that cannot be imported', () => {
  it.each([
    ['no service', configAutoscaler({}), 'contains: ConfigMap config-autoscaler'],
    ['a service of Kubernetes', 'kind: Service\napiVersion: v1\nmetadata: { name: a }', 'contains: Service a'],
    [
      'a service of a former version',
      'kind: Service\napiVersion: serving.knative.dev/v1alpha1\nmetadata: { name: a }\nspec: { runLatest: {} }',
      'has no spec.template',
    ],
    [
      'a window that is too short',
      annotated({ window: '5s' }),
      '["autoscaling.knative.dev/window"] is not from 6 s to 3600 s',
    ],
    ['a duration without a unit', annotated({ window: '60' }), 'is not a duration such as 90s'],
    [
      'a metric of the other class',
      annotated({ metric: 'cpu' }),
      'needs the annotation autoscaling.knative.dev/class: hpa',
    ],
    ['a target that is no number', annotated({ target: 'many' }), 'is not a number from 0.01'],
    ['a scale that is no whole number', annotated({ 'min-scale': '1.5' }), 'is not a whole number from 0'],
    ['bounds that cross', annotated({ 'min-scale': '4', 'max-scale': '2' }), 'is below min-scale, which is 4'],
    ['an unknown aggregation', annotated({ 'metric-aggregation-algorithm': 'median' }), 'is not linear'],
  ])('%s', async (_, text, words) => {
    expect(await refusalAs('knative', text)).toContain(words);
  });

  it('two ConfigMaps', async () => {
    const texts = [serviceOf(), configAutoscaler({}), configAutoscaler({})];
    await expect(importedAs('knative', ...texts)).rejects.toThrow('is a second config-autoscaler');
  });

  it('a maximum above that of the cluster', async () => {
    const limit = configAutoscaler({ 'max-scale-limit': '10' });
    await expect(importedAs('knative', annotated({ 'max-scale': '11' }), limit)).rejects.toThrow('max-scale-limit');
    await expect(importedAs('knative', serviceOf(), limit)).rejects.toThrow('max-scale-limit, which is 10');
  });
});

describe('nothing is lost silently', () => {
  const service = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: 'shop',
      labels: { app: 'web' },
      annotations: { note: 'text', ...withGroup({ 'min-scale': '3' }) },
      generation: 3,
    },
    spec: {
      template: {
        metadata: {
          name: 'web-7',
          labels: { a: 'b' },
          annotations: {
            ...withGroup({
              class: 'kpa.autoscaling.knative.dev',
              metric: 'concurrency',
              target: '50',
              'target-utilization-percentage': '80',
              'target-burst-capacity': '100',
              'min-scale': '0',
              minScale: '1',
              'max-scale': '30',
              'initial-scale': '2',
              'activation-scale': '3',
              'scale-down-delay': '30s',
              window: '60s',
              'panic-window-percentage': '20',
              'panic-threshold-percentage': '300',
              'scale-to-zero-pod-retention-period': '20s',
              'metric-aggregation-algorithm': 'weighted-exponential',
              nothing: 'x',
            }),
            'queue.sidecar.serving.knative.dev/cpu-resource-request': '1',
          },
        },
        spec: {
          containerConcurrency: 400,
          timeoutSeconds: 30,
          containers: [{ image: 'a', resources: { limits: { cpu: '1' } }, env: [{ name: 'A', value: 'B' }] }],
        },
      },
      traffic: [
        { revisionName: 'web-6', percent: 90, tag: 'old' },
        { latestRevision: true, percent: 10 },
      ],
    },
    status: { conditions: [{ type: 'Ready' }], url: 'http://web' },
  };
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config-autoscaler', namespace: 'knative-serving', labels: { a: 'b' } },
    data: {
      _example: 'text',
      'activator-capacity': '100',
      'allow-zero-initial-scale': 'true',
      'container-concurrency-target-default': '90',
      'container-concurrency-target-percentage': '60',
      'enable-scale-to-zero': 'true',
      'initial-scale': '1',
      'max-scale': '10',
      'max-scale-down-rate': '4',
      'max-scale-limit': '40',
      'max-scale-up-rate': '3',
      'min-scale': '1',
      'panic-threshold-percentage': '200',
      'panic-window-percentage': '10',
      'pod-autoscaler-class': 'kpa.autoscaling.knative.dev',
      'requests-per-second-target-default': '100',
      'scale-down-delay': '1s',
      'scale-to-zero-grace-period': '30s',
      'scale-to-zero-pod-retention-period': '1s',
      'stable-window': '30s',
      'target-burst-capacity': '200',
      unknown: 'x',
    },
  };
  const identity = ['kind', 'apiVersion', 'metadata.name', 'metadata.namespace'];

  it.each(leavesOf(service).map((path) => [dotted(path), path] as const))('the service: %s', async (_, path) => {
    expect(await isSeen('knative', [service, config], 0, path)).toBe(true);
  });

  it.each(
    leavesOf(config)
      .filter((path) => !identity.includes(dotted(path)))
      .map((path) => [dotted(path), path] as const),
  )('the ConfigMap: %s', async (_, path) => {
    expect(await isSeen('knative', [service, config], 1, path)).toBe(true);
  });
});
