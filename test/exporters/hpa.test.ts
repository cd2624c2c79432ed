import { parseAllDocuments } from 'yaml';
import { complete } from '../importers/hpa-shapes.js';
import { hpaOf } from '../importers/importing.js';
import { exported, onKubernetes, roundTrip } from './exporting.js';

const cpu = `signals:
  cpu: { type: kubernetes-resource, namespace: shop, name: web, resource: cpu }
policies:
  - { type: utilization, value: cpu, target: 60 }
`;

async function lostIn(yaml: string): Promise<readonly string[]> {
  return (await exported('hpa', yaml)).report.unsupported.map(({ what }) => what);
}

describe('import, export and import give the same configuration', () => {
  it.each(complete)('%s', async (_, text) => {
    const { first, second, report } = await roundTrip('hpa', text);
    expect(second).toEqual(first);
    expect(report.unsupported).toEqual([]);
  });

  it('every kind of metric, selectors and a behavior', async () => {
    const selector = {
      matchLabels: { queue: 'jobs' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'NotIn', values: ['c'] },
        { key: 'x', operator: 'Exists' },
        { key: 'y', operator: 'DoesNotExist' },
      ],
    };
    const target = { type: 'AverageValue', averageValue: '250m' };
    const describedObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'front' };
    const metrics = [
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '300Mi' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'app', target: { type: 'Utilization', averageUtilization: 70 } },
      },
      { type: 'Pods', pods: { metric: { name: 'p', selector }, target } },
      { type: 'Object', object: { metric: { name: 'o' }, describedObject, target } },
      { type: 'Object', object: { metric: { name: 'v' }, describedObject, target: { type: 'Value', value: '9' } } },
      { type: 'External', external: { metric: { name: 'e', selector }, target } },
    ];
    const behavior = {
      scaleUp: { selectPolicy: 'Min', tolerance: '50m', policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] },
      scaleDown: { selectPolicy: 'Disabled', stabilizationWindowSeconds: 0 },
    };
    const { first, second, report } = await roundTrip('hpa', hpaOf({ minReplicas: 2, metrics, behavior }));
    expect(second).toEqual(first);
    expect(report.unsupported).toEqual([]);
  });
});

it('an absent behavior sets no limit here, so that the HPA gets limits that limit nothing', async () => {
  const { text } = await exported('hpa', onKubernetes(cpu));
  const [document] = parseAllDocuments(text);
  expect((document as { toJS(): object }).toJS()).toEqual({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 9,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
      behavior: {
        scaleUp: { policies: [{ type: 'Pods', value: 9, periodSeconds: 15 }] },
        scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
      },
    },
  });
});

describe('the report names what an HPA has no equivalent of', () => {
  it.each<[string, string, readonly string[]]>([
    ['a cooldown, by default 5m', onKubernetes(cpu, 'min: 1\nmax: 9'), ['the cooldown down of 5m']],
    [
      'steps and a dry run',
      onKubernetes(cpu, 'min: 1\nmax: 9\ncooldown: 0s\nstep: 2\ndryRun: true'),
      ['the size of a step', 'dryRun: true'],
    ],
    [
      'idle and fallback',
      onKubernetes(`${cpu}idle: { value: cpu, for: 5m }\nfallback: { capacity: 3 }\n`, 'min: 0\nmax: 9\ncooldown: 0s'),
      ['scaling to zero without work', 'the fallback'],
    ],
    ['combine', onKubernetes(`${cpu}combine: min\n`), ['combine: min']],
    [
      'a schedule',
      onKubernetes(`${cpu}  - { type: schedule, timezone: UTC, windows: [{ days: mon, min: 2 }] }\n`),
      ['the policy schedule'],
    ],
    [
      'an expression',
      onKubernetes(cpu.replace('value: cpu', 'value: cpu * 2')),
      ['the expression cpu * 2', 'the whole resource'],
    ],
    ['a tolerance', onKubernetes(cpu.replace('target: 60', 'target: 60, tolerance: 5%')), ['the tolerance 5%']],
    ['an average', onKubernetes(cpu.replace('target: 60', 'target: 60, average: 1m')), ['the setting average']],
    [
      'a share of a percent',
      onKubernetes(cpu.replace('60', '60.5')),
      ['the signal cpu (kubernetes-resource)', 'the whole resource'],
    ],
    [
      'the pods of another object',
      onKubernetes(cpu.replace('name: web', 'name: api')),
      ['the signal cpu (kubernetes-resource)', 'the whole resource'],
    ],
    [
      'a signal without a policy, and a setting of a source',
      onKubernetes(cpu.replace('resource: cpu }', 'resource: cpu, maxAge: 1m }\n  more: { type: constant, value: 1 }')),
      ['the signal more', 'the setting maxAge'],
    ],
  ])('%s', async (_, yaml, lost) => {
    expect(await lostIn(yaml)).toEqual(lost);
  });

  it('another platform, and another source', async () => {
    const yaml = 'version: 1\nresources:\n  a:\n    platform: { type: ecs, cluster: main }\n    min: 1\n    max: 2\n';
    const { text, documents, report } = await exported('hpa', yaml);
    expect({ text, documents, resources: report.resources }).toEqual({ text: '', documents: [], resources: [] });
    expect(report.unsupported).toEqual([
      expect.objectContaining({ path: 'a platform', what: 'the whole resource, on the platform ecs' }),
    ]);
    const prometheus = `signals:
  n: { type: prometheus, server: "http://p:9090", query: up }
policies:
  - { type: perUnit, value: n, target: 1, tolerance: 10% }
`;
    expect(await lostIn(onKubernetes(prometheus))).toEqual(['the signal n (prometheus)', 'the whole resource']);
  });
});

it('one resource of several, with the fields of defaults', async () => {
  const yaml = `version: 1
defaults: { cooldown: 0s, min: 1, max: 4 }
resources:
  a: { platform: kubernetes, autoscale: { signals: { cpu: { type: kubernetes-resource, name: a } }, policies: [{ type: utilization, value: cpu, target: 50 }] } }
  b: { platform: kubernetes }
`;
  const { report, documents } = await exported('hpa', yaml, 'a');
  expect(report).toMatchObject({ resources: ['a'], unsupported: [] });
  expect(documents).toMatchObject([{ metadata: { name: 'a' }, spec: { maxReplicas: 4 } }]);
  await expect(exported('hpa', yaml, 'c')).rejects.toThrow('The configuration has no resource c. It has: a, b.');
  await expect(exported('hpaa', yaml)).rejects.toThrow('Write one of: hpa');
});
