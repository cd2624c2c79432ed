/** The sources of Kubernetes against a real API server, and beside its real HorizontalPodAutoscaler. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../scripts/services/kubernetes.js';
import type { ServiceProcess } from '../../scripts/services/service-process.js';
import { spec, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { describeConformance, failureOf, make } from '../sources/conformance.js';
import { eventually } from '../support/eventually.js';
import { deploy, pending, type PodState, running, starting } from './measured-pods.js';
import { MetricsApis } from './metrics-apis.js';
import { rolesOf } from './platforms/shop-cluster.js';

const user = 'escapement';
const cluster = await kubernetesService([user, 'stranger']);
const never = () => new AbortController().signal;
const configs = new Map<string, string>();
let metrics: MetricsApis;
let controllers: ServiceProcess;

const pages = ['kubernetes-resource', 'kubernetes-custom', 'kubernetes-external'] as const;
type Type = (typeof pages)[number];

beforeAll(async () => {
  metrics = await MetricsApis.open();
  await cluster.start();
  for (const each of ['administrator', user, 'stranger']) configs.set(each, await cluster.kubeconfig(each));
  await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  for (const page of pages) await permitAsThePage(`docs/sources/${page}.md`);
  await metrics.register(cluster, 'shop');
  const flags = ['--horizontal-pod-autoscaler-sync-period=2s'];
  controllers = await cluster.controllers(['horizontal-pod-autoscaler-controller'], flags);
  await controllers.start();
  await deploy({ cluster, metrics }, 'web', [running(400), running(400)]);
  await deploy({ cluster, metrics }, 'idle', []);
  metrics.triggers.set('worker-metrics/s0-rabbitmq-jobs', '7');
  metrics.triggers.set('worker-metrics/s1-empty', '0');
}, 900_000); // The first time, the API server is built.

afterAll(async () => {
  await controllers.stop();
  await cluster.stop();
  metrics.close();
});

async function permitAsThePage(path: string): Promise<void> {
  for (const role of await rolesOf(path)) {
    await cluster.request(
      'POST',
      `/apis/rbac.authorization.k8s.io/v1/namespaces/shop/${role.kind.toLowerCase()}s`,
      role,
    );
  }
}

function settingsFor(type: Type, as = user): Record<string, unknown> {
  const at = { kubeconfig: configs.get(as), namespace: 'shop' };
  if (type === 'kubernetes-resource') return { ...at, name: 'web' };
  if (type === 'kubernetes-custom') return { ...at, name: 'web', metric: 'http_requests_per_second' };
  return { ...at, metric: 's0-rabbitmq-jobs', selector: 'scaledobject.keda.sh/name=worker-metrics' };
}

describe('the real HPA and utilization recommend the same', () => {
  const cases: [string, PodState[], number][] = [
    ['pods above their target', [running(1000), running(1000)], 4],
    ['pods below their target', [running(200), running(200), running(200), running(200)], 2],
    ['a value within the tolerance', [running(540), running(540)], 2],
    ['a pod without a sample on the way up', [running(1000), running(1000), running(null)], 4],
    ['a pod without a sample on the way down', [running(100), running(100), running(null), running(100)], 3],
    ['a pending pod on the way up', [running(900), running(900), pending], 4],
    ['a pod that starts', [running(900), running(900), starting(5000)], 4],
    ['pods that start, and enough of them', [running(700), starting(0), starting(0)], 3],
  ];

  it('for all cases at once', async () => {
    const ours: number[] = [];
    for (const [at, [, states]] of cases.entries()) {
      await deploy({ cluster, metrics }, `case${at}`, states);
      ours.push(await recommended(`case${at}`, states.length));
    }
    const hpas: number[] = [];
    for (const at of cases.keys()) await createHpa(`case${at}`);
    for (const at of cases.keys()) hpas.push(await firstDecision(`case${at}`));
    const expected = cases.map(([name, , replicas]) => ({ name, replicas }));
    const of = (numbers: readonly number[]) => cases.map(([name], at) => ({ name, replicas: numbers[at] }));
    expect(of(hpas)).toEqual(expected);
    expect(of(ours)).toEqual(expected);
  });

  async function recommended(name: string, replicas: number): Promise<number> {
    const source = make(
      { type: 'kubernetes-resource' },
      { ...settingsFor('kubernetes-resource', 'administrator'), name },
    );
    const reading = await source.sample(never());
    await source.close?.();
    const written = { policies: [{ type: 'utilization' as const, value: 'load', target: 50 }] };
    const resource = new WatchedResource(spec(written, { min: 1 }), replicas);
    return resource.look({ readings: { load: reading }, atMs: reading.atMs }).target;
  }

  async function createHpa(name: string): Promise<void> {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
    const cpu = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } };
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const autoscaler = {
      metadata: { name },
      spec: {
        scaleTargetRef,
        minReplicas: 1,
        maxReplicas: 100,
        metrics: [{ type: 'Resource', resource: cpu }],
        behavior,
      },
    };
    await cluster.request('POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', autoscaler);
  }

  /** Later decisions also depend on the pods of the first one. */
  async function firstDecision(name: string): Promise<number> {
    const path = `/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/${name}`;
    return eventually(`the HPA has decided on ${name}`, async () => {
      const { status } = (await cluster.request('GET', path)) as {
        status: { desiredReplicas: number; conditions?: { type: string; status: string }[] };
      };
      const isActive =
        status.conditions?.some((each) => each.type === 'ScalingActive' && each.status === 'True') ?? false;
      return isActive && status.desiredReplicas;
    });
  }
});

describe('kubernetes-external', () => {
  it('reads what KEDA serves for a trigger', async () => {
    metrics.triggers.set('mails/s1-kafka-mails', '1234500m');
    const selector = 'scaledobject.keda.sh/name=mails';
    const mails = { ...settingsFor('kubernetes-external', 'administrator'), metric: 's1-kafka-mails', selector };
    const source = make({ type: 'kubernetes-external' }, mails);
    expect(await source.sample(never())).toMatchObject({ value: 1234.5, isDated: true });
    await source.close?.();
  });

  it('says that KEDA requires the selector', async () => {
    const settings = { ...settingsFor('kubernetes-external'), selector: undefined };
    const source = make({ type: 'kubernetes-external' }, settings);
    expect((await failureOf(source)).message).toContain('scaledObject identifier is not specified');
    await source.close?.();
  });
});

describe('a metric of one object', () => {
  it('is found by its kind', async () => {
    const settings = { kind: 'Service', apiVersion: 'v1', name: 'shop', of: 'object', metric: 'orders' };
    metrics.objects.set('services/shop/orders', '2500m');
    const source = make(
      { type: 'kubernetes-custom' },
      { ...settingsFor('kubernetes-custom', 'administrator'), ...settings },
    );
    expect(await source.sample(never())).toMatchObject({ value: 2.5 });
    await source.close?.();
  });
});

for (const [type, value, missing, empty] of [
  ['kubernetes-resource', 40, { settings: { name: 'none' }, outcome: 'missing' }, { name: 'idle' }],
  ['kubernetes-custom', 4, { settings: { name: 'none' }, outcome: 'missing' }, { name: 'idle' }],
  ['kubernetes-external', 7, { settings: { metric: 'none' }, outcome: 'failed' }, { metric: 's1-empty' }],
] as const) {
  const subject = { type, settingsFor: () => settingsFor(type), timeoutMs: 2000 };
  describe(type, () => {
    it('refuses a user without the permissions of the page', async () => {
      const source = make(subject, settingsFor(type, 'stranger'));
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'denied' });
      expect(error.message).toContain(`docs/sources/${type}.md`);
      await source.close?.();
    });
  });

  describeConformance(subject, {
    server: cluster.apiServer,
    value,
    wrongLogin: () => ({ ...settingsFor(type), kubeconfig: withInvalidToken() }),
    missingName: () => ({ settings: asAdministrator(type, missing.settings), outcome: missing.outcome }),
    empty: () => ({ settings: asAdministrator(type, empty), outcome: 0 }),
    afterRestart: () => metrics.areServed(cluster),
  });
}

function asAdministrator(type: Type, more: object): Record<string, unknown> {
  return { ...settingsFor(type, 'administrator'), ...more };
}

function withInvalidToken(): string {
  const config = JSON.parse(readFileSync(configs.get(user)!, 'utf8')) as { users: { user: { token: string } }[] };
  config.users[0]!.user.token = 'invalid';
  const path = `${configs.get(user)!}.invalid`;
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
