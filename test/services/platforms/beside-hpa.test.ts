/** A Deployment beside one that the real HPA scales, on the same numbers: both go the same way. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { HpaCluster, loadOfOne, most, namespace } from '../../../bench/hpa-cluster.js';
import { MetricsServer } from '../../../bench/metrics-server.js';
import { TemporalProcess } from '../../api/temporal-process.js';
import { Sandbox } from '../../e2e/sandbox.js';
import { eventually } from '../../support/eventually.js';

const intervalSeconds = 2;
const names = { hpa: 'hpa', ours: 'ours' };
const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 10 },
      { type: 'Percent', value: 100, periodSeconds: 10 },
    ],
  },
  scaleDown: { stabilizationWindowSeconds: 6, policies: [{ type: 'Pods', value: 3, periodSeconds: 6 }] },
};

let metrics: MetricsServer;
let cluster: HpaCluster;
let temporal: TemporalProcess;
let sandbox: Sandbox;

beforeAll(async () => {
  metrics = await MetricsServer.open();
  setLoad(loadOfOne);
  cluster = await HpaCluster.open(Object.values(names), metrics.securePort);
  await cluster.autoscale([names.hpa], behavior);
  await cluster.startHpa(intervalSeconds);
  temporal = await TemporalProcess.start();
  sandbox = await Sandbox.create();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  const platform = { type: 'kubernetes', namespace, kubeconfig: await cluster.kubeconfig() };
  const autoscale = {
    interval: `${intervalSeconds}s`,
    signals: { load: { type: 'http-json', url: `${metrics.url}/${names.ours}` } },
    policies: [{ type: 'perUnit', value: 'load', target: loadOfOne }],
    behavior,
  };
  const ours = { platform, min: 1, max: most, cooldown: '0s', autoscale };
  sandbox.configure(JSON.stringify({ version: 1, resources: { [names.ours]: ours } }));
  await sandbox.escapement(['worker'], { ESCAPEMENT_WORKER_PORT: '0' }).printed(/Worker is running/);
});

afterAll(async () => {
  await sandbox.close();
  await temporal.close();
  await cluster.close();
  metrics.close();
});

function setLoad(load: number): void {
  for (const name of Object.values(names)) metrics.setLoad(name, load);
}

/** Both have looked at it a few times. */
async function looksAt(load: number): Promise<void> {
  setLoad(load);
  const before = { hpa: metrics.looksAt(names.hpa), ours: metrics.looksAt(names.ours) };
  for (const side of ['hpa', 'ours'] as const) {
    await eventually(`${side} has looked`, () => metrics.looksAt(names[side]) >= before[side] + 4, 60_000);
  }
}

async function become(replicas: number): Promise<void> {
  for (const name of Object.values(names)) {
    await eventually(
      `${name} has ${replicas} replicas, after ${cluster.replicasOf(name).join(', ')}`,
      () => cluster.replicasOf(name).at(-1) === replicas,
      90_000,
    );
  }
}

it('steps, tolerance, rates, windows and bounds are those of the HPA', async () => {
  await looksAt(loadOfOne);
  setLoad(4.5 * loadOfOne);
  await become(5);
  // Within the tolerance of 10 %.
  await looksAt(5.4 * loadOfOne);
  await looksAt(4.6 * loadOfOne);
  setLoad(25 * loadOfOne);
  await become(most);
  setLoad(0);
  await become(1);
  const [hpa, ours] = [cluster.replicasOf(names.hpa), cluster.replicasOf(names.ours)];
  expect(hpa).toEqual([1, 5, 10, 7, 4, 1]);
  expect(ours).toEqual(hpa);
});
