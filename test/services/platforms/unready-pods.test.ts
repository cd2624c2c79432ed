/** A Deployment on a real Kubernetes API server whose pods do not all become ready: nothing waits for them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesService, kubernetesService } from '../../../scripts/services/kubernetes.js';
import { ApiClient } from '../../e2e/api-client.js';
import { Sandbox } from '../../e2e/sandbox.js';
import { closeJsonServers, startJsonServer } from '../../platforms/fixtures/json-server.js';
import { eventually } from '../../support/eventually.js';
import { playKubelet } from './playing-kubelet.js';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const room = 3;
const loads: Record<string, number> = { web: 10, rival: 50 };

let cluster: KubernetesService;
let kubelet: ReturnType<typeof playKubelet>;
let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
  cluster = await kubernetesService();
  await cluster.start();
  // Of each Deployment, as many pods find room.
  kubelet = playKubelet(cluster, room);
  for (const [name, replicas] of [
    ['web', 1],
    ['asked', 5],
    ['rival', 1],
  ] as const)
    await cluster.request('POST', deployments, deploymentOf(name, replicas));
  const metrics = await startJsonServer(({ path }) => ({ body: { value: loads[path.slice(1)] ?? 0 } }));
  sandbox = await Sandbox.create();
  const platform = { type: 'kubernetes', kubeconfig: await cluster.kubeconfig('administrator') };
  const autoscale = (name: string) => ({
    interval: '2s',
    signals: { load: { type: 'http-json', url: `${metrics.url}/${name}`, path: 'value' } },
    policies: [{ type: 'perUnit', value: 'load', target: 10 }],
  });
  const limits = { min: 1, max: 100, cooldown: '0s', waitForActive: { timeout: '15m', interval: '5s' } };
  const resources = {
    web: { platform, ...limits, autoscale: autoscale('web') },
    asked: { platform, ...limits },
    rival: { platform, ...limits, autoscale: autoscale('rival') },
  };
  sandbox.configure(JSON.stringify({ version: 1, resources }));
  await sandbox.escapement(['up']).printed(/curl/);
  api = new ApiClient(`http://127.0.0.1:${sandbox.env['PORT']}`);
});

afterAll(async () => {
  await sandbox.close();
  await kubelet.stop();
  await cluster.stop();
  await closeJsonServers();
});

function deploymentOf(name: string, replicas: number): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}

async function replicas(name: string): Promise<number> {
  const { spec } = (await cluster.request('GET', `${deployments}/${name}/scale`)) as { spec: { replicas?: number } };
  return spec.replicas ?? 0;
}

async function becomes(name: string, wanted: number, withinMs: number): Promise<void> {
  await eventually(`${name} has ${wanted} replicas`, async () => (await replicas(name)) === wanted, withinMs);
}

describe('pods that do not become ready', () => {
  it('keep policies neither from adding to them nor from taking them away', async () => {
    loads['web'] = 80;
    await becomes('web', 8, 15_000);
    const { observed } = await api.until('web', '3 of 8 are ready', ({ observed }) => observed?.capacity === 8);
    expect(observed).toMatchObject({ capacity: 8, status: 'STARTING' });
    loads['web'] = 10;
    await becomes('web', 1, 15_000);
  });

  it('keep nobody from scaling in by a request', async () => {
    expect(await api.scale('asked', { targetCapacity: 4 })).toMatchObject({ status: 202 });
    await becomes('asked', 4, 5000);
    const { observed } = await api.until('asked', 'it has settled', ({ phase }) => phase === 'settled');
    expect(observed).toMatchObject({ capacity: 4, ready: room });
  });

  it('hide no other writer: what it takes away is there again at the next look', async () => {
    await becomes('rival', 5, 15_000);
    const metadata = { name: 'rival', namespace: 'default' };
    await cluster.request('PUT', `${deployments}/rival/scale`, { metadata, spec: { replicas: 1 } });
    await becomes('rival', 5, 10_000);
  });
});
