/** The shapes of services and settings in public repositories, with other names. */
import { importedAs, refusalAs } from './importing.js';
import { configAutoscaler, serviceOf, withGroup } from './knative-services.js';

const measurement = 'the measurement of concurrency';
const image = (limits: object = {}) => ({ containers: [{ image: 'registry.example/app', resources: { limits } }] });

const complete: readonly (readonly [string, readonly string[], object])[] = [
  [
    'a warm service with a hard limit, in the former spelling, with a delay of "0"',
    [
      serviceOf({
        annotations: { maxScale: '10', minScale: '1', 'scale-down-delay': '0', target: '100' },
        spec: { ...image(), containerConcurrency: 100 },
      }),
    ],
    { min: 1, max: 10, autoscale: { policies: [{ target: 70, average: '1m' }] } },
  ],
  [
    'a service that goes to zero after a delay',
    [
      serviceOf({
        annotations: {
          'min-scale': '0',
          'max-scale': '10',
          target: '100',
          metric: 'concurrency',
          'scale-down-delay': '30s',
          window: '60s',
        },
        spec: image({ cpu: '1000m', memory: '512Mi' }),
      }),
    ],
    {
      min: 0,
      max: 10,
      autoscale: { behavior: { scaleDown: { stabilizationWindowSeconds: 30 } }, idle: { for: '1m' } },
    },
  ],
  [
    'a model on GPUs, without bounds, with a long delay',
    [
      serviceOf({
        annotations: { target: '10', metric: 'concurrency', 'scale-down-delay': '300s' },
        spec: { ...image({ 'example.com/gpu': '4' }), nodeSelector: { gpu: 'large' }, tolerations: [{ key: 'gpu' }] },
      }),
    ],
    { min: 0, max: 1000, autoscale: { policies: [{ target: 7 }] } },
  ],
  [
    'a named revision, with a target below its hard limit',
    [
      serviceOf({
        annotations: {
          class: 'kpa.autoscaling.knative.dev',
          metric: 'concurrency',
          target: '20',
          'min-scale': '2',
          'max-scale': '60',
          window: '60s',
          'scale-down-delay': '120s',
        },
        spec: { ...image(), containerConcurrency: 25, timeoutSeconds: 300, responseStartTimeoutSeconds: 15 },
      }),
    ],
    { min: 2, max: 60, autoscale: { policies: [{ target: 14 }] } },
  ],
  [
    'a function that keeps its last unit, with everything written out',
    [
      serviceOf({
        annotations: {
          class: 'kpa.autoscaling.knative.dev',
          target: '100',
          'min-scale': '0',
          'max-scale': '100',
          'scale-to-zero-pod-retention-period': '60s',
          'initial-scale': '1',
          'scale-down-delay': '30s',
          'target-burst-capacity': '200',
        },
        metadata: { annotations: { 'runtime.knative.dev/wasm': 'true' } },
        spec: { ...image(), runtimeClassName: 'wasm', timeoutSeconds: 30 },
      }),
    ],
    { min: 0, autoscale: { idle: { for: '2m' } } },
  ],
  [
    'one request for each unit, at most five',
    [serviceOf({ annotations: { minScale: '1', maxScale: '5', target: '1' } })],
    { min: 1, max: 5, autoscale: { policies: [{ target: 0.7 }] } },
  ],
  [
    'defaults of the cluster that were in force once, with a share of 0.7',
    [
      serviceOf(),
      configAutoscaler({
        'enable-scale-to-zero': 'true',
        'scale-to-zero-grace-period': '30s',
        'scale-to-zero-pod-retention-period': '0s',
        'max-scale-up-rate': '10.0',
        'max-scale-down-rate': '2.0',
        'stable-window': '60s',
        'panic-window-percentage': '10.0',
        'panic-threshold-percentage': '200.0',
        'container-concurrency-target-default': '100',
        'container-concurrency-target-percentage': '0.7',
        'requests-per-second-target-default': '200',
        'target-burst-capacity': '211',
      }),
    ],
    {
      autoscale: {
        policies: [{ target: 70, burst: { window: '6s', above: '200%' } }],
        behavior: { scaleUp: { policies: [{ value: 900 }, { value: 10 }] } },
      },
    },
  ],
  [
    'a longer life of the last unit for the whole cluster, by the operator',
    [
      serviceOf(),
      JSON.stringify({
        apiVersion: 'operator.knative.dev/v1alpha1',
        kind: 'KnativeServing',
        metadata: { name: 'knative-serving' },
        spec: { config: { autoscaler: { 'scale-to-zero-pod-retention-period': '200s' } } },
      }),
    ],
    { autoscale: { idle: { for: '4m20s' } } },
  ],
  [
    'a cluster in which nothing goes to zero',
    [serviceOf({ annotations: { window: '40s' } }), configAutoscaler({ 'enable-scale-to-zero': 'false' })],
    { min: 1, autoscale: { policies: [{ average: '40s', burst: { window: '4s' } }] } },
  ],
];

it.each(complete)('%s', async (_, texts, expected) => {
  const { configuration, report } = await importedAs('knative', ...texts);
  expect(configuration.resources['web']).toMatchObject(expected);
  expect(report.unsupported.map(({ what }) => what)).toEqual([measurement]);
});

const onCpu = { class: 'hpa.autoscaling.knative.dev', metric: 'cpu' };

it.each([
  ['70% of the CPU', { ...onCpu, target: '70' }, 70],
  ['the CPU, without a target', onCpu, 80],
])('the class hpa on %s imports completely', async (_, annotations, target) => {
  const { configuration, report } = await importedAs('knative', serviceOf({ annotations }));
  expect(configuration.resources['web']).toMatchObject({ min: 1, autoscale: { policies: [{ target }] } });
  expect(report.unsupported).toEqual([]);
});

describe('with a mistake', () => {
  it('stable-window as an annotation does nothing in Knative, and the report says so', async () => {
    const annotations = {
      'target-utilization-percentage': '60',
      target: '10',
      'max-scale': '3',
      'initial-scale': '1',
      'scale-down-delay': '1m',
      'stable-window': '60s',
    };
    const { configuration, report } = await importedAs('knative', serviceOf({ annotations }));
    expect(configuration.resources['web']).toMatchObject({ max: 3, autoscale: { policies: [{ target: 6 }] } });
    expect(report.unsupported.map(({ what }) => what)).toEqual([measurement, 'the annotation']);
  });

  it('the CPU with the class kpa is refused, as by Knative', async () => {
    const annotations = { 'min-scale': '1', metric: 'cpu', target: '10', class: 'kpa.autoscaling.knative.dev' };
    expect(await refusalAs('knative', serviceOf({ annotations }))).toContain(
      'The class kpa measures concurrency or rps',
    );
  });

  it('the annotations of the service and not of its template are named', async () => {
    const metadata = { annotations: withGroup({ minScale: '0', maxScale: '5' }) };
    const { report } = await importedAs('knative', serviceOf({ metadata }));
    expect(report.unsupported.map(({ what }) => what)).toEqual([measurement, 'the annotation', 'the annotation']);
  });

  it('keys that a former version had are named', async () => {
    const former = { 'panic-window': '6s', 'tick-interval': '2s', 'enable-vertical-pod-autoscaling': 'false' };
    const { report } = await importedAs('knative', serviceOf(), configAutoscaler(former));
    expect(report.unsupported.filter(({ what }) => what === 'the key')).toHaveLength(3);
  });

  it('numbers of the ConfigMap without quotes are read', async () => {
    const config =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: config-autoscaler }\ndata: { container-concurrency-target-default: 50, enable-scale-to-zero: true }\n';
    const { configuration } = await importedAs('knative', serviceOf(), config);
    expect(configuration.resources['web']).toMatchObject({ min: 0, autoscale: { policies: [{ target: 35 }] } });
  });

  it('an InferenceService of KServe is ignored and named', async () => {
    const inference = 'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: { name: model }\n';
    const { report } = await importedAs('knative', serviceOf(), inference);
    expect(report.warnings.map(({ message }) => message)).toContain(
      'InferenceService model is ignored: it is not a Service of Knative, and not config-autoscaler',
    );
  });

  it('traffic between revisions is in the report', async () => {
    const service = JSON.parse(serviceOf({ annotations: { metric: 'rps', target: '100' } })) as { spec: object };
    const traffic = [
      { revisionName: 'web-1', percent: 80, tag: 'stable' },
      { revisionName: 'web-2', percent: 20 },
    ];
    const text = JSON.stringify({ ...service, spec: { ...service.spec, traffic } });
    const { report } = await importedAs('knative', text);
    expect(report.unsupported.map(({ what }) => what)).toEqual([
      'the measurement of rps',
      'the traffic between revisions',
    ]);
  });

  it('a template of Helm is refused', async () => {
    const text = serviceOf().replace('"web"', '{{ .Name }}');
    expect(await refusalAs('knative', text)).toContain('helm template');
  });
});
