/** A spike, and the worker that watches it killed in the middle. */
import { expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import { startQueue } from '../support/queue-server.js';
import { Sandbox } from './sandbox.js';

it('a worker that is killed during a spike still scales out and in again, and no change is made twice', async () => {
  const queue = await startQueue(60);
  const sandbox = await Sandbox.create();
  const temporal = await TemporalProcess.start();
  try {
    sandbox.env.TEMPORAL_ADDRESS = temporal.address;
    const witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=3', '--start-time', '1s');
    sandbox.configure(`
version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 9
    step: 1
    cooldown: 2s
    settle: 2s
    autoscale:
      interval: 1s
      signals:
        depth: { type: http-json, url: "${queue.url}", path: depth }
      policies: [{ type: perUnit, value: depth, target: 10 }]
`);
    const capacities = async () => (await witness.resource('worker')).capacities;
    const startWorker = () => sandbox.escapement(['worker']);

    const worker = startWorker();
    await eventually('the first unit is added', async () => (await capacities()).length === 2, 60_000);
    await worker.kill();
    startWorker();
    await eventually('the spike is met', async () => (await capacities()).at(-1) === 6, 120_000);
    queue.depth = 20;
    await eventually('the spike is over', async () => (await capacities()).at(-1) === 2, 120_000);
    expect(await capacities()).toEqual([3, 4, 5, 6, 5, 4, 3, 2]);
  } finally {
    await sandbox.close();
    await temporal.close();
    await queue.close();
  }
});
