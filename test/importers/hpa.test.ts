import { isMapping } from '../../src/config/file/path.js';
import { importFiles } from '../../src/importers/import.js';
import { hpaOf, imported, refusal } from './importing.js';

type Written = Record<string, unknown> & { autoscale?: Record<string, unknown> };

async function resourceOf(text: string): Promise<Written> {
  const { configuration } = await imported(text);
  return Object.values(configuration.resources)[0] as Written;
}

const of = (metric: object) => hpaOf({ metrics: [metric] });

describe('a metric of an HPA', () => {
  it.each([
    [
      'Resource, Utilization',
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      { type: 'kubernetes-resource', resource: 'cpu' },
      { type: 'utilization', target: 60 },
    ],
    [
      'Resource, AverageValue',
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '500m' } } },
      { type: 'kubernetes-resource', resource: 'cpu', measure: 'average' },
      { type: 'utilization', target: 0.5 },
    ],
    [
      'ContainerResource',
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'app', target: { type: 'AverageValue', averageValue: '30Mi' } },
      },
      { resource: 'memory', container: 'app', measure: 'average' },
      { type: 'utilization', target: 31457280, value: 'app_memory' },
    ],
    [
      'Pods with a selector',
      {
        type: 'Pods',
        pods: {
          metric: { name: 'http-requests', selector: { matchLabels: { verb: 'GET' } } },
          target: { type: 'AverageValue', averageValue: '1k' },
        },
      },
      { type: 'kubernetes-custom', metric: 'http-requests', metricSelector: 'verb=GET' },
      { type: 'utilization', target: 1000, value: 'http_requests' },
    ],
    [
      'Object, Value',
      {
        type: 'Object',
        object: {
          metric: { name: 'rps' },
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
          target: { type: 'Value', value: '1e3' },
        },
      },
      { of: 'object', kind: 'Ingress', name: 'main', apiVersion: 'networking.k8s.io/v1' },
      { type: 'utilization', target: 1000 },
    ],
    [
      'Object of v2beta1, without a version of the object',
      {
        type: 'Object',
        object: { metricName: 'rps', target: { kind: 'Service', name: 'main' }, targetValue: 1, averageValue: '10' },
      },
      { of: 'object', kind: 'Service', name: 'main', apiVersion: 'v1', metric: 'rps' },
      { type: 'perUnit', target: 10, tolerance: '10%' },
    ],
    [
      'External with expressions',
      {
        type: 'External',
        external: {
          metric: {
            name: 'depth',
            selector: {
              matchExpressions: [
                { key: 'a', operator: 'In', values: ['x', 'y'] },
                { key: 'b', operator: 'NotIn', values: ['z'] },
                { key: 'c', operator: 'Exists' },
                { key: 'd', operator: 'DoesNotExist' },
              ],
            },
          },
          target: { type: 'AverageValue', averageValue: '30' },
        },
      },
      { type: 'kubernetes-external', selector: 'a in (x,y),b notin (z),c,!d', namespace: 'shop' },
      { type: 'perUnit', target: 30, tolerance: '10%' },
    ],
    [
      'External of v2beta1',
      { type: 'External', external: { metricName: 'depth', targetAverageValue: 7 } },
      { type: 'kubernetes-external', metric: 'depth' },
      { type: 'perUnit', target: 7 },
    ],
  ])('%s', async (_, metric, signal, policy) => {
    const { autoscale } = await resourceOf(of(metric));
    expect(Object.values(autoscale!['signals'] as object)).toEqual([expect.objectContaining(signal)]);
    expect(autoscale!['policies']).toEqual([expect.objectContaining(policy)]);
  });

  it('of a resource that no source measures is not carried over, and the others are', async () => {
    const target = { type: 'Utilization', averageUtilization: 60 };
    const metrics = ['example.com/gpu', 'cpu'].map((name) => ({ type: 'Resource', resource: { name, target } }));
    const { report, config } = await imported(hpaOf({ metrics }));
    expect(report.unsupported).toEqual([
      expect.objectContaining({
        path: 'HorizontalPodAutoscaler shop/web spec.metrics[0]',
        what: 'the resource example.com/gpu',
      }),
    ]);
    expect(config.resources['web']?.autoscale?.settings.signals).toEqual(['cpu']);
  });
});

describe('the defaults of the HPA', () => {
  it('are written out: one replica, 80% of the CPU, and the rates', async () => {
    const { report, yaml } = await imported(hpaOf());
    expect(yaml).toBe(`version: 1
resources:
  web:
    platform: { type: kubernetes, namespace: shop, kind: Deployment, name: web }
    min: 1
    max: 9
    cooldown: 0s
    autoscale:
      interval: 15s
      signals:
        cpu: { type: kubernetes-resource, namespace: shop, kind: Deployment, name: web, resource: cpu }
      policies:
        - { type: utilization, value: cpu, target: 80 }
      behavior:
        scaleUp:
          policies:
            - { type: Percent, value: 100, periodSeconds: 15 }
            - { type: Pods, value: 4, periodSeconds: 15 }
        scaleDown:
          stabilizationWindowSeconds: 300
          policies:
            - { type: Percent, value: 100, periodSeconds: 15 }
`);
    expect(report.unsupported).toEqual([]);
    expect(report.warnings.map(({ path }) => path)).toContain('HorizontalPodAutoscaler shop/web spec.behavior');
  });

  it('fill the fields that a behavior leaves out, and only these', async () => {
    const scaleDown = { selectPolicy: 'Disabled', stabilizationWindowSeconds: 0, tolerance: '50m' };
    const { autoscale } = await resourceOf(hpaOf({ behavior: { scaleUp: { selectPolicy: 'Min' }, scaleDown } }));
    expect(autoscale!['behavior']).toEqual({
      scaleUp: {
        selectPolicy: 'Min',
        policies: [
          { type: 'Percent', value: 100, periodSeconds: 15 },
          { type: 'Pods', value: 4, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        selectPolicy: 'Disabled',
        stabilizationWindowSeconds: 0,
        tolerance: 0.05,
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      },
    });
  });
});

describe('minReplicas: 0', () => {
  const external = (target: object) => ({ type: 'External', external: { metric: { name: 'depth' }, target } });

  it('is min: 0 where a metric recommends a capacity at zero', async () => {
    const metrics = [external({ type: 'AverageValue', averageValue: '5' })];
    expect(await resourceOf(hpaOf({ minReplicas: 0, metrics }))).toMatchObject({ min: 0 });
  });

  it('is min: 1 and in the report where no metric does', async () => {
    const metrics = [external({ type: 'Value', value: '5' })];
    const { report, config } = await imported(hpaOf({ minReplicas: 0, metrics }));
    expect(config.resources['web']?.settings.min).toBe(1);
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'minReplicas: 0' })]);
  });
});

describe('autoscaling/v1', () => {
  it('carries the other metrics and the behavior in annotations', async () => {
    const prefix = 'autoscaling.alpha.kubernetes.io/';
    const annotations = {
      [`${prefix}metrics`]: '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
      [`${prefix}behavior`]:
        '{"ScaleUp":{"StabilizationWindowSeconds":30,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":2,"PeriodSeconds":60}],"Tolerance":null}}',
      [`${prefix}conditions`]: '[]',
    };
    const text = hpaOf({ targetCPUUtilizationPercentage: 70 }, { annotations }).replace(
      'autoscaling/v2',
      'autoscaling/v1',
    );
    const { report, configuration } = await imported(text);
    expect(configuration.resources['web']).toMatchObject({
      autoscale: {
        policies: [
          { value: 'cpu', target: 70 },
          { value: 'memory', target: 1073741824 },
        ],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 30, policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] },
        },
      },
    });
    expect(report.unsupported).toEqual([]);
    expect(report.warnings.map(({ path }) => path)).toContain(
      `HorizontalPodAutoscaler shop/web metadata.annotations["${prefix}conditions"]`,
    );
  });
});

describe('several HPAs', () => {
  it('of the same name in two namespaces have distinct aliases', async () => {
    const { report } = await imported(
      hpaOf(),
      hpaOf({}, { namespace: 'lab' }),
      hpaOf({ scaleTargetRef: { kind: 'Deployment', name: 'b' } }, { name: 'b' }),
    );
    expect(report.resources).toEqual(['shop.web', 'lab.web', 'b']);
  });

  it('of the same object: the first is imported, and the report names the second', async () => {
    const { report } = await imported(hpaOf(), hpaOf({}, { name: 'again' }));
    expect(report.resources).toEqual(['web']);
    expect(report.unsupported).toEqual([
      expect.objectContaining({ path: 'HorizontalPodAutoscaler shop/again', what: 'the whole autoscaler' }),
    ]);
  });

  it('come from documents, lists, anchors and merge keys; documents of other kinds are named', async () => {
    const { report } = await imported(
      `kind: Service\nmetadata: { name: front }\n---\n${hpaOf()}\n---\n`,
      `kind: List\nitems:\n- ${hpaOf({ scaleTargetRef: { kind: 'StatefulSet', name: 'db' } }, { name: 'db' })}\n`,
      [
        'apiVersion: autoscaling/v2',
        'kind: HorizontalPodAutoscaler',
        'metadata: { name: merged }',
        'spec:',
        '  scaleTargetRef: &target { apiVersion: apps/v1, kind: Deployment, name: merged }',
        '  <<: { minReplicas: 2, maxReplicas: 4 }',
        '  metrics:',
        '  - type: Object',
        '    object: { metric: { name: m }, describedObject: *target, target: { type: Value, value: 2 } }',
      ].join('\n'),
    );
    expect(report.resources).toEqual(['web', 'db', 'merged']);
    expect(report.warnings).toContainEqual({
      path: 'input-1.yaml, document 1',
      message: 'Service front is ignored: it is not a HorizontalPodAutoscaler',
    });
  });
});

it('comments stay above the resource, above a metric and beside a bound', async () => {
  const { yaml } = await imported(`# Front.
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2 # never alone
  maxReplicas: 4
  metrics:
  # busy
  - { type: Resource, resource: { name: cpu, target: { type: AverageValue, averageValue: 250m } } }
`);
  expect(yaml).toContain('  # Front.\n  web:');
  expect(yaml).toContain('min: 2 # never alone');
  expect(yaml).toContain('# busy\n        - { type: utilization, value: cpu, target: 0.25 } # 250m');
});

describe('an input that cannot be imported', () => {
  it.each([
    ['a template of Helm', 'kind: X\nspec: {{ .Values.x }}', 'helm template'],
    ['a placeholder', hpaOf().replace('"web"', '"${APP}"'), 'placeholder ${APP}'],
    ['an overlay', 'resources: [hpa.yaml]', 'kustomize build'],
    ['a JSON patch', '- { op: replace, path: /spec/maxReplicas, value: 3 }', 'kustomize build'],
    [
      'a patch',
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: a }\nspec: { maxReplicas: 3 }',
      'kustomize build',
    ],
    ['no HPA', 'kind: Service\nmetadata: { name: a }', 'contains: Service a'],
    ['nothing', '', 'contains: nothing'],
    ['no YAML', 'a: [', 'is not valid YAML'],
    ['an unknown version', hpaOf().replace('autoscaling/v2', 'autoscaling/v3'), 'is not autoscaling/v2'],
    ['a number that is a text', hpaOf({ maxReplicas: 'many' }), 'spec.maxReplicas is not a whole number'],
    [
      'a quantity that is none',
      of({ type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '5x' } } }),
      'is not a quantity',
    ],
    [
      'a period that the HPA refuses too',
      hpaOf({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 7200 }] } } }),
      'periodSeconds',
    ],
  ])('%s', async (_, text, words) => {
    expect(await refusal(text)).toContain(words);
  });
});

describe('nothing is lost silently', () => {
  const everything = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: 'web',
      namespace: 'shop',
      labels: { app: 'web' },
      annotations: { note: 'text', 'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleUp":{"SelectPolicy":"Max"}}' },
      generation: 3,
    },
    spec: {
      scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', extra: 'a' },
      minReplicas: 2,
      maxReplicas: 12,
      targetCPUUtilizationPercentage: 70,
      unknown: { deep: [1, 'two'] },
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'a', target: { type: 'AverageValue', averageValue: '1' } },
        },
        {
          type: 'Pods',
          pods: {
            metric: { name: 'p', selector: { matchLabels: { a: 'b' } } },
            target: { type: 'AverageValue', averageValue: '5', value: '7' },
          },
        },
        {
          type: 'Object',
          object: {
            metric: { name: 'o' },
            describedObject: { apiVersion: 'v1', kind: 'Service', name: 's' },
            target: { type: 'Value', value: '9' },
          },
        },
        {
          type: 'External',
          external: {
            metric: { name: 'e', selector: { matchExpressions: [{ key: 'k', operator: 'In', values: ['v', 'w'] }] } },
            target: { type: 'AverageValue', averageValue: '30' },
          },
          other: true,
        },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 10,
          selectPolicy: 'Min',
          tolerance: '50m',
          policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }],
        },
        scaleDown: { stabilizationWindowSeconds: 20, selectPolicy: 'Disabled' },
      },
    },
    status: { currentReplicas: 3, conditions: [{ type: 'AbleToScale' }] },
  };

  type Key = string | number;
  const leaves = (value: unknown, path: readonly Key[] = []): (readonly Key[])[] =>
    Array.isArray(value)
      ? value.flatMap((item, index) => leaves(item, [...path, index]))
      : isMapping(value)
        ? Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
        : [path];

  const outcomeOf = async (document: unknown) =>
    importFiles('hpa', [{ name: 'a', text: JSON.stringify(document) }]).catch((error: unknown) => String(error));

  const dotted = (path: readonly Key[]) =>
    path
      .map((key) => (typeof key === 'number' ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `["${key}"]`))
      .join('')
      .slice(1);

  it.each(leaves(everything).map((path) => [dotted(path), path] as const))(
    '%s is in the output, or in the report',
    async (name, path) => {
      const before = await outcomeOf(everything);
      if (typeof before === 'string') throw new Error(before);
      const { warnings, unsupported } = before.report;
      const isReported = [...warnings, ...unsupported].some((entry) => {
        const [, , reported = ''] = entry.path.split(' ');
        return (
          reported !== '' && (name === reported || name.startsWith(`${reported}.`) || name.startsWith(`${reported}[`))
        );
      });
      if (isReported) return;
      const other = structuredClone(everything) as unknown as Record<Key, never>;
      let parent: Record<Key, unknown> = other;
      for (const key of path.slice(0, -1)) parent = parent[key] as Record<Key, unknown>;
      const last = path.at(-1)!;
      parent[last] = typeof parent[last] === 'number' ? parent[last] + 1 : `${String(parent[last])}0`;
      const after = await outcomeOf(other);
      const seen = (outcome: typeof after) =>
        typeof outcome === 'string' ? outcome : [outcome.yaml, outcome.report.unsupported];
      expect(seen(after)).not.toEqual(seen(before));
    },
  );
});
