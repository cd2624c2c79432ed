/** Two versions of the workers of one deployment, as in a rainbow deployment: v1 has open workflows when v2 is released. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { temporalService } from '../../scripts/services/temporal.js';
import { failureOf, make } from '../sources/conformance.js';
import { eventually } from '../support/eventually.js';
import { temporalCli } from '../support/temporal.js';

Runtime.install({ logger: new DefaultLogger('WARN'), workerHeartbeatInterval: '1s' });

// By default, the server looks for open workflows of a version every three minutes.
const server = await temporalService(await temporalCli(), {
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '"1s"',
  'matching.wv.VersionDrainageStatusRefreshInterval': '"1s"',
});
const never = (): AbortSignal => new AbortController().signal;
const [deployment, taskQueue, namespace] = ['shop', 'orders', 'default'];
const workflowsPath = fileURLToPath(new URL('versioned-workflows.ts', import.meta.url));

let native: NativeConnection;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  await server.start();
  const address = `127.0.0.1:${server.port}`;
  native = await NativeConnection.connect({ address });
  connection = await Connection.connect({ address });
  client = new Client({ connection });
});
afterAll(async () => {
  await connection.close();
  await native.close();
  await server.stop();
});

async function whileWorking(buildId: string, work: () => Promise<unknown>): Promise<void> {
  const version = { deploymentName: deployment, buildId };
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath,
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  });
  await worker.runUntil(work());
}

/** The server knows a version shortly after its first worker has polled. */
const release = (buildId: string) =>
  eventually(`${buildId} is current`, () =>
    connection.workflowService
      .setWorkerDeploymentCurrentVersion({ namespace, deploymentName: deployment, buildId })
      .then(
        () => true,
        () => false,
      ),
  );

const start = (type: string, workflowId: string) => client.workflow.start(type, { workflowId, taskQueue });
const hasStarted = (workflowId: string) =>
  eventually(`${workflowId} waits for its signal`, async () => {
    const { historyLength } = await client.workflow.getHandle(workflowId).describe();
    return historyLength >= 4;
  });

async function sampled(version: object, more: object = {}) {
  const settings = {
    address: `127.0.0.1:${server.port}`,
    taskQueue,
    count: 'backlog',
    version: { deployment, ...version },
  };
  const source = make({ type: 'temporal' }, { ...settings, ...more });
  try {
    return await source.sample(never());
  } finally {
    await source.close?.();
  }
}
const count = async (version: object, more: object = {}) => (await sampled(version, more)).value;

describe('the versions of a deployment', () => {
  it('have their own tasks, and roles that move', async () => {
    await whileWorking('v1', async () => {
      await release('v1');
      await start('pinned', 'old');
      await start('upgraded', 'any');
      await hasStarted('old');
      await hasStarted('any');
    });
    expect(await count({ buildId: 'v1' }, { count: 'inUse' })).toBe(1);
    await whileWorking('v2', () => release('v2'));

    // Nobody works now. New workflows and those that upgrade wait for v2, and those that are pinned to v1 for v1.
    for (const workflowId of ['a', 'b', 'c']) await start('pinned', workflowId);
    await client.workflow.getHandle('any').signal('finish');
    await client.workflow.getHandle('old').signal('finish');
    await eventually('v2 has four tasks', async () => (await count({ buildId: 'v2' })) === 4, 20_000);
    await eventually('v1 has one task', async () => (await count({ buildId: 'v1' })) === 1);
    expect(await count({ role: 'current' })).toBe(4);
    expect(await count({ role: 'current' }, { tasks: 'workflow', count: 'added' })).toBeGreaterThan(0);

    expect(await sampled({ role: 'ramping' })).toMatchObject({ value: 0, note: 'no version of shop is ramping' });
    const ramp = { namespace, deploymentName: deployment, buildId: 'v1', percentage: 10 };
    await connection.workflowService.setWorkerDeploymentRampingVersion(ramp);
    await eventually('v1 is ramping', async () => (await count({ role: 'ramping' })) === 1);
    expect(await count({ buildId: 'v1' }, { count: 'inUse' })).toBe(1);
    await connection.workflowService.setWorkerDeploymentRampingVersion({ ...ramp, buildId: '', percentage: 0 });
  });

  it('are in use until their last workflow has ended', async () => {
    expect(await count({ buildId: 'v1' }, { count: 'inUse' })).toBe(1);
    await whileWorking('v1', () => client.workflow.getHandle('old').result());
    await eventually('v1 is drained', async () => (await count({ buildId: 'v1' }, { count: 'inUse' })) === 0, 20_000);
    // The server's count of the backlog is approximate, and follows the tasks that were taken a moment later.
    await eventually('v1 has no task', async () => (await count({ buildId: 'v1' })) === 0);
    expect(await count({ role: 'current' }, { count: 'inUse' })).toBe(1);
  });

  it.each([
    ['a deployment', { deployment: 'none', role: 'current' }, 'deployment none'],
    ['a version', { buildId: 'v9' }, 'version v9 of shop'],
  ])('are missing: %s', async (_name, version, said) => {
    const settings = { address: `127.0.0.1:${server.port}`, taskQueue, version: { deployment, ...version } };
    const source = make({ type: 'temporal' }, settings);
    expect(await failureOf(source)).toMatchObject({ code: 'missing', message: expect.stringContaining(said) });
    await source.close?.();
  });
});
