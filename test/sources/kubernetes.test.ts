/** What the sources of Kubernetes read from a local server, and what they refuse. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeConformance, describeFailures, failureOf, make, plantedSecret } from './conformance.js';
import { kubeconfigFor, metricsOf, type PodCase, podOf } from './kubernetes-api.js';
import { type Asked, LocalHttpServer, type Reply } from './local-servers.js';

const never = () => new AbortController().signal;
const running: PodCase = { phase: 'Running', ready: true, request: 1000, startedAgo: 3600, readyChangedAgo: 3590 };
const scale = { spec: { replicas: 2 }, status: { selector: 'app in (web),tier=front' } };
const settingsFor = {
  'kubernetes-resource': (port: number) => ({ kubeconfig: kubeconfigFor(port), namespace: 'shop', name: 'web' }),
  'kubernetes-custom': (port: number) => ({
    ...{ kubeconfig: kubeconfigFor(port), namespace: 'shop', name: 'web', metric: 'jobs' },
  }),
  'kubernetes-external': (port: number) => ({ kubeconfig: kubeconfigFor(port), namespace: 'shop', metric: 's0-jobs' }),
};
type Type = keyof typeof settingsFor;

const measuredAt = new Date().toISOString();
const external = (...values: string[]): Reply => ({
  body: {
    items: values.map((value) => ({
      metricName: 's0-jobs',
      metricLabels: {},
      timestamp: measuredAt,
      value,
    })),
  },
});
const used = [400, 400];
const defaults: Record<string, Reply> = {
  '/apis/apps/v1/namespaces/shop/deployments/web/scale': { body: scale },
  '/api/v1/namespaces/shop/pods': {
    body: { items: used.map((amount, at) => podOf({ ...running, used: amount }, at, 'cpu')) },
  },
  '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods': {
    body: { items: metricsOf(used, { kind: 'utilization', resource: 'cpu', window: 30 }) },
  },
  '/apis/custom.metrics.k8s.io': { body: { versions: [{ version: 'v1beta1' }, { version: 'v1beta2' }] } },
  '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/*/jobs': {
    body: { items: metricsOf([4000, 6001], { kind: 'custom', resource: 'cpu', window: 30 }) },
  },
  '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/s0-jobs': external('7'),
};

let replies: Record<string, Reply> = {};
const server = new LocalHttpServer(({ url, headers }: Asked) => {
  if (headers.authorization !== `Bearer ${plantedSecret}`) return { status: 401, body: { message: 'Unauthorized' } };
  const reply = { ...defaults, ...replies }[decodeURIComponent(new URL(url, 'http://any').pathname)];
  return reply ?? { status: 404, body: { message: 'the server could not find the requested resource' } };
});

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  replies = {};
  server.asked.length = 0;
});

async function sample(type: Type, settings: Record<string, unknown> = {}) {
  const source = make({ type }, { ...settingsFor[type](server.port), ...settings });
  try {
    return await source.sample(never());
  } finally {
    await source.close?.();
  }
}

async function failure(type: Type, settings: Record<string, unknown> = {}) {
  const source = make({ type }, { ...settingsFor[type](server.port), ...settings });
  const error = await failureOf(source);
  await source.close?.();
  return error;
}

const pods = (...given: PodCase[]): void => {
  replies['/api/v1/namespaces/shop/pods'] = { body: { items: given.map((pod, at) => podOf(pod, at, 'cpu')) } };
};

describe('kubernetes-resource', () => {
  it('is whole percent of the requests, rounded down, of the pods of the selector of the scale', async () => {
    pods({ ...running, request: 1000 }, { ...running, request: 500 });
    expect((await sample('kubernetes-resource')).value).toBe(53);
    const lists = server.asked.filter(({ url }) => url.includes('/pods'));
    const selectors = lists.map(({ url }) => new URL(url, 'http://any').searchParams.get('labelSelector'));
    expect(selectors).toEqual([scale.status.selector, scale.status.selector]);
  });

  it.each(['Rollout', 'rollouts'])('is that of the pods of an Argo Rollout, which is found as %s', async (kind) => {
    const names = ['rollouts', 'rollouts/status', 'rollouts/scale'];
    const resources = names.map((name) => ({ name, kind: name === 'rollouts/scale' ? 'Scale' : 'Rollout' }));
    replies['/apis/argoproj.io/v1alpha1'] = { body: { resources } };
    replies['/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/scale'] = { body: scale };
    pods({ ...running, request: 1000 }, { ...running, request: 500 });
    const rollout = { kind, apiVersion: 'argoproj.io/v1alpha1' };
    expect((await sample('kubernetes-resource', rollout)).value).toBe(53);
  });

  it('is an average in cores or bytes, which needs no requests', async () => {
    const items = used.map((_, at) => ({ ...podOf(running, at, 'cpu'), spec: { containers: [{ name: 'main' }] } }));
    replies['/api/v1/namespaces/shop/pods'] = { body: { items } };
    expect((await sample('kubernetes-resource', { measure: 'average' })).value).toBe(0.4);
    replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = {
      body: { items: metricsOf([2_000_000, 4_000_000], { kind: 'average', resource: 'memory', window: 30 }) },
    };
    expect((await sample('kubernetes-resource', { measure: 'average', resource: 'memory' })).value).toBe(3000);
  });

  it('dates its sample by the oldest sample of a pod, and tells of pods that are not in the mean', async () => {
    pods(running, running, { ...running, phase: 'Pending', ready: false });
    const [first, second] = metricsOf(used, { kind: 'utilization', resource: 'cpu', window: 30 });
    const dated = [
      { ...first, timestamp: '2026-11-25T12:00:30Z' },
      { ...second, timestamp: '2026-11-25T12:00:00Z' },
    ];
    replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = { body: { items: dated } };
    expect(await sample('kubernetes-resource')).toMatchObject({
      atMs: Date.parse('2026-11-25T12:00:00Z'),
      isDated: true,
      note: 'the mean of 2 pods; 0 have no sample, and 1 are not ready',
    });
  });

  it('measures one container', async () => {
    const item = podOf(running, 0, 'cpu') as { spec: object };
    const requests = (cpu: string) => ({ resources: { requests: { cpu } } });
    item.spec = {
      containers: [
        { name: 'main', ...requests('1') },
        { name: 'proxy', ...requests('200m') },
      ],
    };
    replies['/api/v1/namespaces/shop/pods'] = { body: { items: [item] } };
    const containers = [
      { name: 'main', usage: { cpu: '400m' } },
      { name: 'proxy', usage: { cpu: '150m' } },
    ];
    const metric = { metadata: { name: 'web-0' }, timestamp: new Date().toISOString(), window: '1m0.5s', containers };
    replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = { body: { items: [metric] } };
    expect((await sample('kubernetes-resource', { container: 'proxy' })).value).toBe(75);
    expect((await sample('kubernetes-resource')).value).toBe(45);
    expect((await failure('kubernetes-resource', { container: 'other' })).message).toContain('has no container other');
  });

  it.each([
    [
      'a request of the whole pod, and its overhead',
      { resources: { requests: { cpu: '500m' } }, overhead: { cpu: '300m' } },
      50,
    ],
    [
      'a sidecar that is an init container',
      { initContainers: [{ name: 'proxy', restartPolicy: 'Always', resources: { requests: { cpu: '600m' } } }] },
      25,
    ],
    ['no init container that ends', { initContainers: [{ name: 'setup' }] }, 40],
  ])('counts %s', async (_name, more, value) => {
    const item = podOf(running, 0, 'cpu') as { spec: object };
    item.spec = { ...item.spec, ...more };
    replies['/api/v1/namespaces/shop/pods'] = { body: { items: [item] } };
    expect((await sample('kubernetes-resource')).value).toBe(value);
  });

  it('is zero without replicas, and reads no pods', async () => {
    replies['/apis/apps/v1/namespaces/shop/deployments/web/scale'] = { body: { status: { selector: 'app=web' } } };
    expect(await sample('kubernetes-resource')).toMatchObject({ value: 0, note: 'no replicas are requested' });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, () => void, string, string]>([
    ['no pods', () => pods(), 'noData', 'no pod has a sample that counts: 0 have no sample'],
    [
      'only pods that start',
      () => pods({ ...running, ready: false, startedAgo: 60, readyChangedAgo: 50 }),
      'noData',
      '1 are starting or not ready',
    ],
    [
      'a pod without a request',
      () => {
        const item = { ...podOf(running, 0, 'cpu'), spec: { containers: [{ name: 'main' }] } };
        replies['/api/v1/namespaces/shop/pods'] = { body: { items: [item] } };
      },
      'failed',
      'container main of pod web-0 requests no cpu. Set a request, or use measure: average.',
    ],
    ['requests of zero', () => pods({ ...running, request: 0 }), 'failed', 'the requests of the pods are 0'],
    [
      'a scale without a selector',
      () => {
        replies['/apis/apps/v1/namespaces/shop/deployments/web/scale'] = { body: { spec: { replicas: 2 } } };
      },
      'failed',
      'the scale of Deployment shop/web has no selector',
    ],
    [
      'no metrics-server',
      () => {
        replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = { status: 404, body: { message: 'not found' } };
      },
      'missing',
      'that metrics-server or another server of metrics.k8s.io is installed',
    ],
    [
      'a metrics-server that is down',
      () => {
        replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = {
          status: 503,
          body: { message: 'service unavailable' },
        };
      },
      'failed',
      'service unavailable',
    ],
    [
      'another form',
      () => {
        replies['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'] = {
          body: { items: [{ metadata: { name: 'web-0' } }] },
        };
      },
      'malformed',
      'unexpected form',
    ],
  ])('has no number with %s', async (_name, given, code, said) => {
    given();
    const error = await failure('kubernetes-resource');
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(said);
  });
});

describe('kubernetes-custom', () => {
  it('is the mean over the pods, rounded down to thousandths', async () => {
    expect(await sample('kubernetes-custom')).toMatchObject({ value: 5, pods: { measure: 'average' } });
  });

  it('passes both selectors', async () => {
    await sample('kubernetes-custom', { metricSelector: 'verb=GET' });
    expect(server.asked.at(-1)?.url).toMatch(/labelSelector=app\+in.*&metricLabelSelector=verb%3DGET/);
  });

  it.each([
    [{ kind: 'Service', apiVersion: 'v1', name: 'shop' }, '/shop/services/shop/jobs'],
    [
      { kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', name: 'main' },
      '/shop/ingresses.networking.k8s.io/main/jobs',
    ],
    [{ kind: 'Namespace', apiVersion: 'v1', name: 'shop' }, '/shop/metrics/jobs'],
  ])('is the metric of the object %j itself', async (object, path) => {
    replies['/api/v1'] = {
      body: {
        resources: [
          { name: 'services/status', kind: 'Service' },
          { name: 'services', kind: 'Service' },
        ],
      },
    };
    replies['/apis/networking.k8s.io/v1'] = { body: { resources: [{ name: 'ingresses', kind: 'Ingress' }] } };
    replies[`/apis/custom.metrics.k8s.io/v1beta2/namespaces${path}`] = {
      body: { items: [{ describedObject: { name: object.name }, timestamp: '2026-11-25T12:00:00Z', value: '2500m' }] },
    };
    expect(await sample('kubernetes-custom', { of: 'object', ...object })).toEqual({
      ...{ value: 2.5, atMs: Date.parse('2026-11-25T12:00:00Z'), isDated: true },
    });
  });

  it('uses v1beta1 where the server has nothing newer, and refuses other versions', async () => {
    replies['/apis/custom.metrics.k8s.io'] = { body: { versions: [{ version: 'v1beta1' }] } };
    const items = metricsOf([1000, 3000], { kind: 'custom', resource: 'cpu', window: 30 });
    replies['/apis/custom.metrics.k8s.io/v1beta1/namespaces/shop/pods/*/jobs'] = { body: { items } };
    expect((await sample('kubernetes-custom')).value).toBe(2);
    replies['/apis/custom.metrics.k8s.io'] = { body: { versions: [{ version: 'v3' }] } };
    expect((await failure('kubernetes-custom')).message).toContain('neither version v1beta2 nor v1beta1');
  });

  it.each([
    ['no sample', [], 'noData', 'the object has no sample of the metric'],
    ['several samples', ['1', '2'], 'malformed', 'the object has 2 samples of the metric. Set metricSelector.'],
  ])('has no number with %s of an object', async (_name, values, code, said) => {
    replies['/api/v1'] = { body: { resources: [{ name: 'services', kind: 'Service' }] } };
    replies['/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/services/web/jobs'] = {
      body: { items: values.map((value) => ({ describedObject: { name: 'web' }, value })) },
    };
    const error = await failure('kubernetes-custom', { of: 'object', kind: 'Service', apiVersion: 'v1' });
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(said);
  });
});

describe('kubernetes-external', () => {
  const path = '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/s0-jobs';

  it.each([
    ['one series', ['42'], 42],
    ['several series, which are added', ['100m', '200m', '1k'], 1000.3],
    ['zero', ['0'], 0],
    ['a binary unit', ['30Mi'], 31_457_280],
  ])('is the value of %s', async (_name, values, value) => {
    replies[path] = external(...values);
    const read = await sample('kubernetes-external');
    expect(read).toMatchObject({ value, atMs: Date.parse(measuredAt), isDated: true });
  });

  it('passes the selector, as KEDA requires it', async () => {
    await sample('kubernetes-external', { selector: 'scaledobject.keda.sh/name=worker' });
    expect(server.asked.at(-1)?.url).toBe(`${path}?labelSelector=scaledobject.keda.sh%2Fname%3Dworker`);
  });

  it('an empty list is no data, unless a person chose a value', async () => {
    replies[path] = external();
    expect((await failure('kubernetes-external')).code).toBe('noData');
    expect((await sample('kubernetes-external', { emptyAs: 0 })).value).toBe(0);
  });

  it('a sample without a time has the time of the read', async () => {
    replies[path] = { body: { items: [{ timestamp: null, value: '1' }] } };
    const read = await sample('kubernetes-external');
    expect(read.isDated).toBeUndefined();
    expect(Math.abs(read.atMs - Date.now())).toBeLessThan(60_000);
  });

  it.each<[string, Reply, string, string]>([
    [
      'an unknown metric',
      { status: 404, body: { message: 'not found' } },
      'missing',
      'Check metric, selector and namespace',
    ],
    [
      'no permission',
      { status: 403, body: { message: 'forbidden: User "me"' } },
      'denied',
      'docs/sources/kubernetes-external.md',
    ],
    [
      'an error of a scaler',
      { status: 500, body: { message: 'error getting metric' } },
      'failed',
      'error getting metric',
    ],
    ['a value that is not a quantity', external('many'), 'malformed', 'is not a quantity'],
    ['a negative value', external('-1'), 'malformed', 'never negative'],
    [
      'a response that repeats the token',
      { status: 500, body: { message: `bad ${plantedSecret}` } },
      'failed',
      'bad [secret]',
    ],
  ])('has no number with %s', async (_name, reply, code, said) => {
    replies[path] = reply;
    const error = await failure('kubernetes-external');
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it('says what to check if the kubeconfig does not exist', async () => {
    const error = await failure('kubernetes-external', { kubeconfig: '/nonexistent/config' });
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toContain('Check kubeconfig');
  });
});

describe.each([
  ['kubernetes-resource', 40],
  ['kubernetes-custom', 5],
  ['kubernetes-external', 7],
] as const)('%s on a local server', (type, value) => {
  const subject = { type, settingsFor: settingsFor[type] };
  describeFailures(subject);
  describeConformance(subject, {
    server,
    value,
    wrongLogin: () => ({
      ...settingsFor[type](server.port),
      kubeconfig: kubeconfigFor(server.port, `${plantedSecret}x`),
    }),
  });
});
