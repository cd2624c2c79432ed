/**
 * What the HorizontalPodAutoscaler (v1.36.3) recommends for the pods of a workload, and what ours does: the sources read
 * the same pods from a local server, and `utilization` with the same target and tolerance decides. The cases named
 * `random` were computed by the HPA's own code.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reading } from '../../src/domain/autoscale/evaluation.js';
import type { Sample } from '../../src/adapters/sources/source.js';
import { spec, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { make } from './conformance.js';
import { type Asked, LocalHttpServer } from './local-servers.js';
import { kubeconfigFor, metricsOf, type PodCase, podOf } from './kubernetes-api.js';

interface Case {
  readonly name: string;
  readonly kind: 'utilization' | 'average' | 'custom';
  readonly resource: 'cpu' | 'memory';
  /** Percent for a utilization, and otherwise thousandths. */
  readonly target: number;
  readonly tolerance: { readonly up: number; readonly down: number };
  readonly window: number;
  readonly replicas: number;
  readonly pods: readonly (PodCase & { readonly times?: number })[];
  /** Samples of pods that do not exist. */
  readonly withoutPod?: readonly number[];
  /** Null: the HPA has no recommendation. */
  readonly expected: number | null;
}

const cases = readFileSync(new URL('../domain/fixtures/hpa-pods.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

let current: Case;

const server = new LocalHttpServer(({ url }: Asked) => {
  const { resource, kind, replicas, window, withoutPod = [] } = current;
  const pods = current.pods.flatMap((pod) => new Array<PodCase>(pod.times ?? 1).fill(pod));
  const used = [...pods.map((pod) => pod.used), ...withoutPod];
  const path = new URL(url, 'http://any').pathname;
  if (path.endsWith('/scale')) return { body: { spec: { replicas }, status: { selector: 'app=web' } } };
  if (path === '/apis/custom.metrics.k8s.io') return { body: { versions: [{ version: 'v1beta2' }] } };
  if (path === '/api/v1/namespaces/shop/pods')
    return { body: { items: pods.map((pod, at) => podOf(pod, at, resource)) } };
  return { body: { items: metricsOf(used, { kind, resource, window }) } };
});

beforeAll(() => server.start());
afterAll(() => server.stop());

async function recommended({ kind, resource, target, tolerance, replicas }: Case): Promise<number | null> {
  const settings = { kubeconfig: kubeconfigFor(server.port), namespace: 'shop', name: 'web' };
  const source =
    kind === 'custom'
      ? make({ type: 'kubernetes-custom' }, { ...settings, metric: 'jobs' })
      : make({ type: 'kubernetes-resource' }, { ...settings, resource, measure: kind });
  const sample: Sample | Error = await source.sample(new AbortController().signal).catch((error: unknown) => {
    if (error instanceof Error) return error;
    throw error;
  });
  await source.close?.();
  if (sample instanceof Error) return null;
  const policy = {
    type: 'utilization' as const,
    value: 'load',
    target: kind === 'utilization' ? target : target / 1000,
  };
  const behavior = { scaleUp: { tolerance: tolerance.up }, scaleDown: { tolerance: tolerance.down } };
  const readings: Record<string, Reading> = { load: sample };
  const resourceOfCase = new WatchedResource(spec({ policies: [policy], behavior }, { max: 1000 }), replicas);
  const ready = sample.pods?.counted.length ?? 0;
  return resourceOfCase.look({ readings, ready, atMs: sample.atMs }).recommended;
}

/** These limits of a tolerance are not exact in binary numbers. Ours are decimal: docs/coming-from.md. */
const differs = /^tol float edge/;

describe('the HPA and utilization over the pods of a workload recommend the same', () => {
  it.each(cases.filter(({ name }) => !differs.test(name)))('$name', async (given) => {
    current = given;
    expect(await recommended(given)).toBe(given.expected);
  });

  it.each(cases.filter(({ name }) => differs.test(name)))('but keeps the capacity at $name', async (given) => {
    current = given;
    expect(await recommended(given)).toBe(given.replicas);
  });
});
