import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { temporalService } from '../../scripts/services/temporal.js';
import { eventually } from '../support/eventually.js';
import { temporalCli } from '../support/temporal.js';
import { describeConformance, failureOf, make } from '../sources/conformance.js';

// The server knows what workers run by their heartbeats; the usual minute between them is long for a test.
Runtime.install({ logger: new DefaultLogger('WARN'), workerHeartbeatInterval: '1s' });

const server = await temporalService(await temporalCli());
const probes = fileURLToPath(new URL('../worker/probe-workflows.ts', import.meta.url));
const never = (): AbortSignal => new AbortController().signal;
const settingsFor = (port: number) => ({
  address: `127.0.0.1:${port}`,
  taskQueue: 'jobs',
  tasks: 'workflow',
});
const subject = { type: 'temporal', settingsFor };

/** Three workflows that no worker is there for. */
async function fill(): Promise<void> {
  const connection = await Connection.connect({ address: `127.0.0.1:${server.port}` });
  const client = new Client({ connection });
  for (const workflowId of ['a', 'b', 'c']) await client.workflow.start('any', { workflowId, taskQueue: 'jobs' });
  await connection.close();
}

const isCounted = () =>
  eventually('the tasks are counted', async () => {
    const source = make(subject, settingsFor(server.port));
    const sample = await source.sample(never()).catch(() => undefined);
    await source.close?.();
    return sample?.value === 3;
  });

/** A versioned worker that was there, and two workflows that wait for it since. */
async function waitForVersion(taskQueue: string, version: { deployment: string; buildId: string }): Promise<void> {
  const address = `127.0.0.1:${server.port}`;
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const deploymentVersion = { deploymentName: version.deployment, buildId: version.buildId };
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowsPath: probes,
    workerDeploymentOptions: {
      version: deploymentVersion,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  });
  await worker.runUntil(
    eventually('the version is current', () =>
      connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace: 'default', ...deploymentVersion }).then(
        () => true,
        () => false,
      ),
    ),
  );
  const client = new Client({ connection });
  for (const workflowId of ['d', 'e']) await client.workflow.start('any', { workflowId, taskQueue });
  await connection.close();
  await nativeConnection.close();
}

/** A worker of a queue, whose activity `change` runs until it is released. */
async function busyWorker(taskQueue: string) {
  const address = `127.0.0.1:${server.port}`;
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  let release = (): void => undefined;
  const released = new Promise<string>((resolve) => (release = () => resolve('done')));
  const activities = { change: () => released };
  const worker = await Worker.create({ connection: nativeConnection, taskQueue, workflowsPath: probes, activities });
  const running = worker.run();
  return {
    start: async (workflowId: string) =>
      new Client({ connection }).workflow.start('changeOnce', { workflowId, taskQueue }),
    release,
    stop: async () => {
      release();
      worker.shutdown();
      await running;
      await connection.close();
      await nativeConnection.close();
    },
  };
}

beforeAll(async () => {
  await server.start();
  await fill();
  await isCounted();
});
afterAll(() => server.stop());

describe('temporal', () => {
  it.each([
    ['workflow tasks', { tasks: 'workflow' }, 3],
    ['activity tasks', { tasks: 'activity' }, 0],
    ['both', { tasks: ['workflow', 'activity'] }, 3],
  ])('counts %s of a queue that nobody polls', async (_name, more, value) => {
    const source = make(subject, { ...settingsFor(server.port), ...more });
    expect((await source.sample(never())).value).toBe(value);
    await source.close?.();
  });

  it('counts the tasks of one version of the workers', async () => {
    const version = { deployment: 'shop', buildId: 'v2' };
    await waitForVersion('versioned', version);
    const source = make(subject, { ...settingsFor(server.port), taskQueue: 'versioned', version });
    await eventually('both tasks are counted', async () => (await source.sample(never())).value === 2);
    await source.close?.();
  });

  it('says so of a version that is not there', async () => {
    const version = { deployment: 'shop', buildId: 'v1' };
    const source = make(subject, { ...settingsFor(server.port), version });
    const { code, message } = await failureOf(source);
    expect({ code, message }).toEqual({ code: 'missing', message: expect.stringContaining('version v1 of shop') });
    await source.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 3,
  missingName: () => ({ settings: { ...settingsFor(server.port), namespace: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...settingsFor(server.port), taskQueue: 'done' }, outcome: 0 }),
  afterRestart: async () => {
    await isCounted();
  },
});

// Last, because it takes a minute: tasks that have waited for so long are not counted after a server was killed.
describe('work in hand', () => {
  it('counts until it is done, also where nothing waits and nothing comes', async () => {
    const worker = await busyWorker('busy');
    const counting = (more: object) => make(subject, { ...settingsFor(server.port), taskQueue: 'busy', ...more });
    const [both, waiting, ofWorkflows] = [
      counting({ tasks: ['workflow', 'activity'] }),
      counting({ tasks: ['workflow', 'activity'], count: 'backlog' }),
      counting({ tasks: 'workflow' }),
    ];
    const count = async (source: typeof both) => (await source.sample(never())).value;
    await worker.start('busy');
    await eventually('the task counts', async () => (await count(both)) === 1);
    await eventually('it waits no more', async () => (await count(waiting)) === 0);
    // Workflow tasks come and leave within milliseconds: they count for as long as the server tells of a rate.
    expect(await count(ofWorkflows)).toBe(1);
    await eventually('no workflow task comes any more', async () => (await count(ofWorkflows)) === 0, 60_000);
    expect(await count(both)).toBe(1);
    worker.release();
    await eventually('nothing is in hand', async () => (await count(both)) === 0, 90_000);
    await worker.stop();
    for (const source of [both, waiting, ofWorkflows]) await source.close?.();
  });
});
