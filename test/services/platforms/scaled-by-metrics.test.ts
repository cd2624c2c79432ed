/** Two Deployments on a real API server, which Escapement scales by the CPU of the pods and by a trigger of KEDA. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { kubernetesService } from '../../../scripts/services/kubernetes.js';
import { Sandbox } from '../../e2e/sandbox.js';
import { eventually } from '../../support/eventually.js';
import { deploy, running } from '../measured-pods.js';
import { MetricsApis } from '../metrics-apis.js';

const cluster = await kubernetesService();
let metrics: MetricsApis;
let sandbox: Sandbox;

beforeAll(async () => {
  metrics = await MetricsApis.open();
  await cluster.start();
  await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  await metrics.register(cluster, 'shop');
  await deploy({ cluster, metrics }, 'web', [running(500), running(500)]);
  await deploy({ cluster, metrics }, 'mails', [running(0)]);
  metrics.triggers.set('mails-metrics/s0-rabbitmq-mails', '5');
  const at = { namespace: 'shop', kubeconfig: await cluster.kubeconfig('administrator') };
  const cpu = { type: 'kubernetes-resource', ...at, name: 'web' };
  const selector = 'scaledobject.keda.sh/name=mails-metrics';
  const waiting = { type: 'kubernetes-external', ...at, metric: 's0-rabbitmq-mails', selector };
  const limits = { platform: { type: 'kubernetes', ...at }, min: 1, max: 20, step: 20, cooldown: '0s' };
  const resources = {
    web: {
      ...limits,
      autoscale: { interval: '1s', signals: { cpu }, policies: [{ type: 'utilization', value: 'cpu', target: 50 }] },
    },
    mails: {
      ...limits,
      autoscale: { interval: '1s', signals: { waiting }, policies: [{ type: 'perUnit', value: 'waiting', target: 5 }] },
    },
  };
  sandbox = await Sandbox.create();
  sandbox.configure(JSON.stringify({ version: 1, resources }));
  await sandbox.escapement(['up']).printed(/curl/);
}, 900_000); // The first time, the API server is built.

afterAll(async () => {
  await sandbox.close();
  await cluster.stop();
  metrics.close();
});

async function replicasOf(name: string): Promise<number> {
  const path = `/apis/apps/v1/namespaces/shop/deployments/${name}/scale`;
  const { spec } = (await cluster.request('GET', path)) as { spec: { replicas: number } };
  return spec.replicas;
}

it('the CPU of the pods scales one, and what KEDA serves scales the other', async () => {
  metrics.triggers.set('mails-metrics/s0-rabbitmq-mails', '18');
  await eventually('mails has 4 replicas', async () => (await replicasOf('mails')) === 4, 30_000);
  expect(await replicasOf('web')).toBe(2);
  for (const pod of metrics.cpu.keys()) if (pod.startsWith('web-')) metrics.cpu.set(pod, 1000);
  await eventually('web has 4 replicas', async () => (await replicasOf('web')) === 4, 30_000);
  // The new pods have no samples and are pending. Counted as idle, they keep the same load from being counted again.
  metrics.triggers.set('mails-metrics/s0-rabbitmq-mails', '0');
  await eventually('mails has 1 replica', async () => (await replicasOf('mails')) === 1, 30_000);
  expect(await replicasOf('web')).toBe(4);
});
