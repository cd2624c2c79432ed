import { importedAs, promql, refusal, scaledObjectOf } from './importing.js';

type Written = Record<string, unknown>;

async function resourceOf(spec: object, metadata: object = {}) {
  const { configuration, report } = await importedAs('keda', scaledObjectOf(spec, metadata));
  const resource = Object.values(configuration.resources)[0] as Written & { autoscale: Written };
  return { resource, report };
}

it('the defaults of KEDA and of its HPA are written out', async () => {
  const { yaml, report } = await importedAs('keda', scaledObjectOf());
  expect(yaml).toBe(`version: 1
resources:
  web:
    platform: { type: kubernetes, namespace: shop, kind: Deployment, name: web }
    min: 0
    max: 100
    cooldown: 0s
    autoscale:
      interval: 15s
      signals:
        waiting: { type: prometheus, server: http://prometheus:9090, query: sum(waiting), emptyAs: 0 }
      policies:
        - { type: perUnit, value: waiting, target: 5, tolerance: 10% }
      behavior:
        scaleUp:
          policies:
            - { type: Percent, value: 100, periodSeconds: 15 }
            - { type: Pods, value: 4, periodSeconds: 15 }
        scaleDown:
          stabilizationWindowSeconds: 300
          policies:
            - { type: Percent, value: 100, periodSeconds: 15 }
      idle: { value: waiting, for: 5m, atOnce: true }
`);
  expect(report.unsupported).toEqual([]);
  expect(report.warnings.map(({ path }) => path)).toContain(
    'ScaledObject shop/web spec.advanced.horizontalPodAutoscalerConfig.behavior',
  );
});

it('the behavior of the HPA and its missing fields', async () => {
  const behavior = { scaleUp: { selectPolicy: 'Min' }, scaleDown: { stabilizationWindowSeconds: 30 } };
  const { resource } = await resourceOf({ advanced: { horizontalPodAutoscalerConfig: { behavior } } });
  expect(resource.autoscale['behavior']).toMatchObject({
    scaleUp: { selectPolicy: 'Min', policies: [{ type: 'Percent' }, { type: 'Pods' }] },
    scaleDown: { stabilizationWindowSeconds: 30, policies: [{ value: 100 }] },
  });
});

describe('idleReplicaCount', () => {
  it('0 with a minimum: zero while idle, else at least the minimum', async () => {
    const { resource } = await resourceOf({ minReplicaCount: 4, idleReplicaCount: 0, cooldownPeriod: 90 });
    expect(resource).toMatchObject({ min: 0, autoscale: { idle: { value: 'waiting', for: '90s', atOnce: true } } });
    expect(resource.autoscale['policies']).toContainEqual({ type: 'fixed', capacity: 4 });
  });

  it('above 0: that number while idle', async () => {
    const { resource, report } = await resourceOf({ minReplicaCount: 2, idleReplicaCount: 1 });
    expect(resource).toMatchObject({ min: 1, autoscale: { idle: { capacity: 1 } } });
    expect(report.unsupported).toEqual([]);
  });
});

describe('the interval', () => {
  const cached = { ...promql('waiting', '5'), useCachedMetrics: true };
  it.each([
    ['is that of the HPA', {}, '15s'],
    ['with a longer polling interval too', { pollingInterval: 60 }, '15s'],
    ['is a shorter polling interval, where it has an effect', { pollingInterval: 5 }, '5s'],
    ['and not where it has none', { pollingInterval: 5, minReplicaCount: 1 }, '15s'],
    ['is the polling interval, if all metrics are cached', { pollingInterval: 60, triggers: [cached] }, '1m'],
    ['and its default', { triggers: [cached] }, '30s'],
    ['and not if only some are', { pollingInterval: 60, triggers: [cached, promql('b', '5')] }, '15s'],
  ])('%s: %j', async (_, spec, interval) => {
    expect((await resourceOf(spec)).resource.autoscale['interval']).toBe(interval);
  });
});

describe('a fallback', () => {
  it.each([
    [
      { failureThreshold: 3, replicas: 6 },
      { after: 4, capacity: 6 },
    ],
    [
      { failureThreshold: 3, replicas: 6, behavior: 'static' },
      { after: 4, capacity: 6 },
    ],
    [
      { failureThreshold: 0, replicas: 6, behavior: 'currentReplicas' },
      { after: 1, capacity: 'hold' },
    ],
    [
      { failureThreshold: 1, replicas: 6, behavior: 'currentReplicasIfHigher' },
      { after: 2, capacity: { atLeast: 6 } },
    ],
    [
      { failureThreshold: 1, replicas: 6, behavior: 'currentReplicasIfLower' },
      { after: 2, capacity: { atMost: 6 } },
    ],
  ])('%j is %j', async (fallback, expected) => {
    expect((await resourceOf({ fallback })).resource.autoscale['fallback']).toEqual(expected);
  });

  it('that KEDA does not apply, because the target of a formula is not whole, is left out', async () => {
    const advanced = { scalingModifiers: { formula: 'waiting * 2', target: '2.5' } };
    const { resource, report } = await resourceOf({ advanced, fallback: { failureThreshold: 3, replicas: 6 } });
    expect(resource.autoscale['fallback']).toBeUndefined();
    expect(report.warnings.map(({ message }) => message).join()).toContain('KEDA does not apply it either');
  });

  it('with metricType Value: the report says that older versions ignored it', async () => {
    const triggers = [{ ...promql('waiting', '5'), metricType: 'Value' }];
    const { report } = await resourceOf({ triggers, fallback: { failureThreshold: 2, replicas: 6 } });
    expect(report.warnings.map(({ message }) => message).join()).toContain('Older versions of KEDA ignored it');
  });
});

describe('a formula', () => {
  it.each([
    ['a + b', 'a + b'],
    ['sum([a, b]) / 2', '(a + b) / 2'],
    ['mean([a,b])', '((a + b) / 2)'],
    ['a > 10 and b < 5 ? 1 : max([a, b])', 'a > 10 && b < 5 ? 1 : max(a, b)'],
    ['float(a) ?? b', '(a) ?? b'],
  ])('%s is %s', async (formula, expected) => {
    const triggers = [promql('a', '5'), promql('b', '5')];
    const advanced = { scalingModifiers: { formula, target: '10', activationTarget: '2' } };
    const { resource } = await resourceOf({ triggers, advanced });
    expect(resource.autoscale).toMatchObject({
      policies: [{ type: 'perUnit', value: expected, target: 10, tolerance: '10%' }],
      idle: { value: expected, atOrBelow: 2 },
    });
  });

  it('CPU stays beside it, and a trigger that it does not use is named', async () => {
    const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };
    const triggers = [promql('a', '5'), promql('b', '5'), cpu];
    const advanced = { scalingModifiers: { formula: 'a', target: '10', metricType: 'Value' } };
    const { resource, report } = await resourceOf({ triggers, advanced });
    expect(Object.keys(resource.autoscale['signals'] as object)).toEqual(['a', 'cpu']);
    expect(resource.autoscale['policies']).toMatchObject([{ type: 'utilization', value: 'a' }, { value: 'cpu' }]);
    expect(report.warnings).toContainEqual({
      path: 'ScaledObject shop/web spec.triggers[1]',
      message: 'has no effect: the formula does not use b',
    });
  });

  it.each([
    ['count([a, b], {# > 1})', 'column'],
    ['max(target, 1)', 'target'],
    ['a ** 2', 'column'],
  ])('%s is not carried over, and nothing goes to zero', async (formula, words) => {
    const triggers = [promql('a', '5'), promql('b', '5')];
    const advanced = { scalingModifiers: { formula, target: '10' } };
    const { resource, report } = await resourceOf({ triggers, advanced });
    expect(report.unsupported[0]).toMatchObject({ what: 'the formula', why: expect.stringContaining(words) as string });
    expect(resource['min']).toBe(1);
  });

  it('with a cron trigger in it is not carried over', async () => {
    const metadata = { timezone: 'UTC', start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '4' };
    const triggers = [promql('a', '5'), { type: 'cron', name: 'day', metadata }];
    const advanced = { scalingModifiers: { formula: 'max(a, day)', target: '1' } };
    const { report } = await resourceOf({ triggers, advanced });
    expect(report.unsupported[0]).toMatchObject({ what: 'the formula' });
  });
});

describe('several documents', () => {
  const scaledJob = (name: string) => `kind: ScaledJob\nmetadata: { name: ${name}, namespace: shop }\nspec: {}\n`;
  const hpaOn = (name: string, metadata: string) =>
    `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { namespace: shop, ${metadata} }\nspec: { scaleTargetRef: { kind: Deployment, apiVersion: apps/v1, name: ${name} } }\n`;

  it('two owners of one object, and an HPA: the first is imported, and the report names the others', async () => {
    const { report } = await importedAs(
      'keda',
      scaledObjectOf(),
      scaledObjectOf({}, { name: 'again' }),
      hpaOn('web', 'name: by-hand'),
      hpaOn('web', 'name: keda-hpa-web'),
      hpaOn('other', 'name: elsewhere'),
    );
    expect(report.resources).toEqual(['web']);
    const why = expect.stringContaining(
      'ScaledObject shop/web scales the same object (shop/Deployment/apps/web)',
    ) as string;
    expect(report.unsupported).toEqual([
      { path: 'ScaledObject shop/again', what: 'the whole autoscaler', why },
      { path: 'HorizontalPodAutoscaler shop/by-hand', what: 'the whole autoscaler', why },
    ]);
    expect(report.warnings).toContainEqual({
      path: 'input-4.yaml',
      message: expect.stringContaining('KEDA made it') as string,
    });
  });

  it('a ScaledJob is in the report, and alone it is an error', async () => {
    const { report } = await importedAs('keda', `${scaledObjectOf()}\n---\n${scaledJob('mails')}`);
    expect(report.unsupported).toEqual([
      {
        path: 'ScaledJob shop/mails',
        what: 'the whole autoscaler',
        why: expect.stringContaining('starts a Job for each piece of work') as string,
      },
    ]);
    expect(await refusal(scaledJob('mails'), 'keda')).toContain('ScaledJob shop/mails cannot be imported');
  });

  it('comments stay above the resource, above a trigger and beside a bound', async () => {
    const { yaml } = await importedAs(
      'keda',
      [
        '# Front.',
        'apiVersion: keda.sh/v1alpha1',
        'kind: ScaledObject',
        'metadata: { name: web }',
        'spec:',
        '  scaleTargetRef: { name: web }',
        '  minReplicaCount: 2 # never alone',
        '  triggers:',
        '  # busy',
        '  - type: prometheus',
        '    metadata: { serverAddress: "http://prometheus", query: up, threshold: "5" }',
      ].join('\n'),
    );
    expect(yaml).toContain('  # Front.\n  web:');
    expect(yaml).toContain('min: 2 # never alone');
    expect(yaml).toContain('# busy\n        - { type: perUnit');
  });
});

describe('annotations', () => {
  const annotated = (name: string, value: string) =>
    resourceOf({}, { annotations: { [`autoscaling.keda.sh/${name}`]: value } });

  it.each([
    ['paused', 'true', 'PUT /v1/resources/{resource}/pause,'],
    ['paused-replicas', '4', 'override with {"capacity":4}'],
    ['paused-scale-in', 'true', 'pause with {"direction":"down"}'],
    ['paused-scale-out', 'true', 'pause with {"direction":"up"}'],
  ])('%s: dryRun, until the pause is set', async (name, value, request) => {
    const { resource, report } = await annotated(name, value);
    expect(resource).toMatchObject({ dryRun: true });
    expect(report.unsupported).toEqual([expect.objectContaining({ why: expect.stringContaining(request) as string })]);
  });

  it('force-activation: at least one unit, without idle', async () => {
    const { resource } = await annotated('force-activation', 'true');
    expect(resource).toMatchObject({ min: 1 });
    expect(resource.autoscale['idle']).toBeUndefined();
  });
});

it.each([
  [600, 1],
  [60, 0],
])(
  'an initialCooldownPeriod of %d s beside a cooldownPeriod of 300 s: %d entries are not carried over',
  async (seconds, count) => {
    const { report } = await resourceOf({ initialCooldownPeriod: seconds });
    expect(report.unsupported).toHaveLength(count);
  },
);

describe('an input that cannot be imported', () => {
  const of = (trigger: object) => scaledObjectOf({ triggers: [trigger] });

  it.each([
    [
      'the former version',
      scaledObjectOf().replace('keda.sh/v1alpha1', 'keda.k8s.io/v1alpha1'),
      'apiVersion is not keda.sh/v1alpha1',
    ],
    ['no ScaledObject', 'kind: Service\nmetadata: { name: a }', 'It contains: Service a'],
    ['a patch', 'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: a }\nspec: {}', 'kustomize build'],
    ['a template', 'kind: ScaledObject\nspec: {{ .Values.x }}', 'helm template'],
    ['no trigger', scaledObjectOf({ triggers: [] }), 'spec.triggers has no trigger'],
    ['a missing parameter', of({ type: 'redis', metadata: { listName: 'a' } }), 'metadata.address is missing'],
    ['a threshold that is no number', of(promql('a', 'many')), 'metadata.threshold is not a number: many'],
    ['a threshold of 0', of(promql('a', '0')), 'target that is not above 0'],
    [
      'Utilization of a queue',
      of({ ...promql('a', '5'), metricType: 'Utilization' }),
      'metricType is not AverageValue or Value',
    ],
    ['CPU without a metricType', of({ type: 'cpu', metadata: { value: '60' } }), 'has no metricType'],
    [
      'an unknown fallback',
      scaledObjectOf({ fallback: { failureThreshold: 1, replicas: 1, behavior: 'never' } }),
      'behavior is not static',
    ],
    ['a truth value', of(promql('a', '5', { ignoreNullValues: 'maybe' })), 'is not true or false'],
  ])('%s', async (_, text, words) => {
    expect(await refusal(text, 'keda')).toContain(words);
  });
});
