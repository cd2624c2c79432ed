/** An imported HPA decides as its controller does: import, the real loader, and the evaluation of production. */
import type { Reading } from '../../src/domain/autoscale/evaluation.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import { meanOfPods } from '../../src/domain/policies/load/pods.js';
import { importFiles } from '../../src/importers/import.js';
import { read } from '../config/written.js';
import { start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { decisions, type Decision, type PodFacts } from './hpa-decisions.js';

const withoutBehavior = 'without a behavior section, the HPA scales out to at most max(2 x current, 4)';
const negative = 'a negative metric is missing data';

/** Where we differ on purpose, with the number that we set. The report or docs/coming-from.md names each. */
const differences: Readonly<Record<string, readonly [target: number, why: string]>> = {
  'tol float edge down 18': [50, 'the edge of a tolerance is computed in decimal arithmetic'],
  'tol float edge up 36': [50, 'the edge of a tolerance is computed in decimal arithmetic'],
  'tol float edge down 41': [50, 'the edge of a tolerance is computed in decimal arithmetic'],
  'tol float edge down 42': [50, 'the edge of a tolerance is computed in decimal arithmetic'],
  'object value up': [5, withoutBehavior],
  'legacy limit four': [5, withoutBehavior],
  'legacy limit three': [7, withoutBehavior],
  'object value none ready': [3, 'without a ready pod, the capacity stays'],
  'object average status not spec': [4, 'requested pods count, whether they exist or not'],
  'external value negative': [4, negative],
  'object average negative': [4, negative],
  'current zero disabled': [4, 'a target with 0 replicas is scaled'],
  'current above max': [1, 'above max, the metrics count too'],
};

it.each(decisions.map((decision) => [decision.name, decision] as const))('%s', async (name, decision) => {
  expect(await targetOf(decision)).toBe(differences[name]?.[0] ?? decision.expected);
});

it('every difference is one of a decision that exists, and is a difference', () => {
  for (const [name, [target]] of Object.entries(differences)) {
    expect(decisions.find((decision) => decision.name === name)?.expected).not.toBe(target);
  }
});

async function targetOf({ metrics, min, max, up, down, replicas, ready, readings }: Decision): Promise<number> {
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: min ?? 1,
    maxReplicas: max ?? 100,
    metrics: metrics.map(asMetric),
    behavior: {
      scaleUp: { ...(up !== undefined && { tolerance: up }) },
      scaleDown: { stabilizationWindowSeconds: 0, ...(down !== undefined && { tolerance: down }) },
    },
  };
  const document = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  };
  const { yaml } = await importFiles('hpa', [{ name: 'hpa.json', text: JSON.stringify(document) }]);
  const { autoscale, settings } = (await read(yaml)).resources['web']!;
  const signals = autoscale!.settings.signals;
  const resource = new WatchedResource(compileAutoscale(autoscale!.settings, settings), replicas);
  const sampled = readings.map(
    (reading, index) => [signals[index] ?? '', asReading(reading, metrics[index] ?? '')] as const,
  );
  return resource.look({ readings: Object.fromEntries<Reading>(sampled), ready }).target;
}

function asMetric(text: string) {
  const words = text.split(' ');
  const [type = '', name = ''] = words;
  const [targetType = '', amount = ''] = words.slice(-2);
  const field = { Utilization: 'averageUtilization', AverageValue: 'averageValue', Value: 'value' }[targetType] ?? '';
  const target = { type: targetType, [field]: targetType === 'Utilization' ? Number(amount) : amount };
  if (type === 'Resource') return { type, resource: { name, target } };
  const metric = { name: 'load' };
  const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'front' };
  if (type === 'Object') return { type, object: { metric, describedObject, target } };
  return type === 'Pods' ? { type, pods: { metric, target } } : { type, external: { metric, target } };
}

function asReading(reading: PodFacts | number | string, metric: string): Reading {
  if (typeof reading === 'string') return { failure: reading };
  if (typeof reading === 'number') return { value: reading, atMs: start };
  const measure = metric.includes('Utilization') ? 'utilization' : 'average';
  const counted = reading.counted.flatMap(([count, used, share]) =>
    Array.from({ length: count }, () => ({ used, share })),
  );
  return { value: meanOfPods(measure, counted), atMs: start, pods: { ...reading, measure, counted } };
}
