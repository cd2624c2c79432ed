import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { startDevServer, type DevServer } from '../../src/dev-server/dev-server.js';
import { temporalLogger } from '../../src/worker/sdk.js';
import { connectClient, type TemporalSettings } from '../../src/client/temporal/connection.js';
import { startWorker, type RunningWorker, type WorkerSettings } from '../../src/worker/worker.js';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { TemporalProxy, grpcStatus } from '../support/temporal-proxy.js';
import { temporalCli } from '../support/temporal.js';
import { bundleWorkflowsAt } from '../support/workflow-bundle.js';
import { Trail, probeActivities } from './probe-activities.js';

jest.setTimeout(120_000);

/** How soon a worker must be back at work once Temporal is. */
const backWithinMs = 30_000;

let workflowBundle: string;
let dataDirectory: string;
let port: number;
let uiPort: number;
let server: DevServer | null = null;
/** Tests share the server, so each has a task queue of its own. */
let taskQueue: string;
let lines: { msg: string; level: number; err?: { message: string } }[];
let cleanups: (() => unknown)[];

beforeAll(async () => {
  // A signal of our own stands for whatever makes the SDK end a worker without being asked by us.
  Runtime.install({
    logger: temporalLogger(pino({ level: 'silent' })),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    shutdownSignals: ['SIGUSR2'],
  });
  workflowBundle = await bundleWorkflowsAt(new URL('probe-workflows.ts', import.meta.url));
  dataDirectory = mkdtempSync(join(tmpdir(), 'escapement-worker-'));
  [port = 0, uiPort = 0] = await freePorts(2);
});
afterAll(async () => {
  await temporalDown();
  rmSync(dataDirectory, { recursive: true, force: true });
});

beforeEach(() => {
  taskQueue = `probe-${randomUUID()}`;
  lines = [];
  cleanups = [];
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });

async function temporalUp(): Promise<DevServer> {
  const binary = await temporalCli();
  server ??= await startDevServer(
    { binary, dataDirectory, port, uiPort, namespace: 'default', log, onGivenUp: () => undefined },
    new AbortController().signal,
  );
  return server;
}

async function temporalDown(): Promise<void> {
  await server?.stop();
  server = null;
}

function worker(overrides: Partial<WorkerSettings> & { readonly address?: string } = {}): RunningWorker {
  const settings = settingsFor(overrides.address ?? `127.0.0.1:${port}`);
  const running = startWorker({
    temporal: settings,
    connection: connected(settings),
    taskQueues: [taskQueue],
    activities: probeActivities(new Trail()),
    repeatable: [],
    workflowBundle,
    shutdownGraceMs: 0,
    log,
    ...overrides,
  });
  cleanups.push(() => running.stop());
  return running;
}

const settingsFor = (address: string): TemporalSettings => ({
  address,
  namespace: 'default',
  isConfigured: true,
  options: {},
});

function connected(settings: TemporalSettings): Connection {
  const connection = connectClient(settings);
  cleanups.push(() => connection.close());
  return connection;
}

const isPolling = (running: RunningWorker) => Object.values(running.status()).every((queue) => queue.isPolling);
const polls = (running: RunningWorker) => eventually('the worker polls', () => isPolling(running), backWithinMs);
const doesNotPoll = (running: RunningWorker) => eventually('the worker does not poll', () => !isPolling(running));

/** Straight to the server, past any proxy. */
const client = () => new Client({ connection: connected(settingsFor(`127.0.0.1:${port}`)) });
const execute = (workflow: string, queue = taskQueue) =>
  client().workflow.execute<() => Promise<string>>(workflow, {
    taskQueue: queue,
    workflowId: `${workflow}-${queue}-${randomUUID()}`,
  });
const works = async (queue = taskQueue) => expect(await execute('probe', queue)).toBe('it works');

it('waits for a Temporal that is not there at boot, is not ready meanwhile, and then works', async () => {
  await temporalDown();
  const running = worker();
  await eventually('it has tried', () => lines.some(({ msg }) => msg === 'Temporal is unreachable; retrying'));
  expect(running.status()).toEqual({ [taskQueue]: { isPolling: false, reason: 'waiting for Temporal' } });

  await temporalUp();
  await polls(running);
  await works();
  expect(lines.map(({ msg }) => msg).filter((msg) => msg.includes('reachable'))).toEqual([
    'Temporal is unreachable; retrying',
    'Temporal is reachable again',
  ]);
});

it('serves every task queue it is given', async () => {
  await temporalUp();
  const taskQueues = [`${taskQueue}-a`, `${taskQueue}-b`];
  await polls(worker({ taskQueues }));
  for (const queue of taskQueues) await works(queue);
});

it('is not ready while Temporal is down, and is back at work when Temporal is', async () => {
  await temporalUp();
  const running = worker();
  await polls(running);

  await temporalDown();
  await doesNotPoll(running);
  await temporalUp();
  await polls(running);
  await works();
});

describe('behind a Temporal that refuses its credentials', () => {
  let proxy: TemporalProxy;

  beforeEach(async () => {
    const { address } = await temporalUp();
    proxy = await TemporalProxy.inFrontOf(address);
    cleanups.push(() => proxy.close());
  });

  it('is not ready, not even when the refusals have ended, before it asks for work again', async () => {
    const running = worker({ address: proxy.address });
    await polls(running);

    proxy.refuse(/./, grpcStatus.permissionDenied);
    await doesNotPoll(running);
    const pollsRefused = () => proxy.refusals.filter((path) => path.includes('Poll')).length;
    await eventually('polls are refused', () => pollsRefused() > 0);
    proxy.refuse(/Poll/, grpcStatus.permissionDenied);
    const before = pollsRefused();
    await eventually('polls are refused again', () => pollsRefused() > before);
    expect(isPolling(running)).toBe(false);

    proxy.admit();
    await polls(running);
    await works();
  });

  it('gets there when it was refused from the start', async () => {
    proxy.refuse(/./, grpcStatus.permissionDenied);
    const running = worker({ address: proxy.address });
    await eventually('it has been refused three times', () => proxy.refusals.length >= 3);
    expect(isPolling(running)).toBe(false);

    proxy.admit();
    await polls(running);
    await works();
  });

  it('is not ready when only its polls are refused, though the SDK reports that it runs', async () => {
    const running = worker({ address: proxy.address });
    await polls(running);
    proxy.refuse(/Poll/, grpcStatus.permissionDenied);
    await eventually('polls are refused', () => proxy.refusals.length > 0);

    // The server lists a poller for minutes: they pass twenty times as fast on our clock.
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() * 20);
    await eventually('the worker does not poll', () => !isPolling(running), 20 * backWithinMs);
    expect(running.status()[taskQueue]?.reason).toBe('Temporal does not see this worker polling');

    jest.restoreAllMocks();
    proxy.admit();
    await polls(running);
  });
});

it('makes another worker in the same process when one ends by itself', async () => {
  await temporalUp();
  const running = worker();
  await polls(running);

  for (const round of [1, 2]) {
    process.emit('SIGUSR2');
    await eventually('the worker has ended', () => endings().length === round);
    await polls(running);
    await works();
  }
  expect(endings().map(({ err }) => err)).toEqual([
    'the worker stopped without being asked to',
    'the worker stopped without being asked to',
  ]);
});
const endings = () => lines.filter(({ msg }) => msg === 'Worker ended; starting another one');

it('stops while it still waits for Temporal', async () => {
  await temporalDown();
  const running = worker();
  await eventually('it has tried', () => lines.some(({ msg }) => msg === 'Temporal is unreachable; retrying'));
  await running.stop();
  expect(endings()).toEqual([]);
});

describe('when it is stopped for a deploy', () => {
  it('lets a change that is in flight finish within the grace time', async () => {
    await temporalUp();
    const trail = new Trail();
    const old = worker({ shutdownGraceMs: 20_000, activities: probeActivities(trail) });
    const result = execute('changeOnce');
    await eventually('the change is in flight', () => trail.steps.length > 0);

    const stopped = old.stop();
    const next = new Trail();
    worker({ activities: probeActivities(next) });
    trail.finishChange();
    await stopped;
    expect(await result).toBe('accepted');
    expect([trail.steps, next.steps]).toEqual([['change 1'], []]);
  });

  it('has a change that outlasts the grace time tell that its outcome is unknown, and it is not sent again', async () => {
    await temporalUp();
    const trail = new Trail();
    const old = worker({ shutdownGraceMs: 500, activities: probeActivities(trail) });
    const result = execute('changeOnce');
    await eventually('the change is in flight', () => trail.steps.length > 0);

    await old.stop();
    const next = new Trail();
    worker({ activities: probeActivities(next) });
    expect(await result).toBe('unknown');
    expect([trail.steps, next.steps]).toEqual([['change 1'], []]);
  });

  it('hands a watch over to another worker, from its last heartbeat, long before its timeout', async () => {
    await temporalUp();
    const trail = new Trail();
    const old = worker({ shutdownGraceMs: 500, activities: probeActivities(trail) });
    const result = execute('watchOn');
    await eventually('the watch is on', () => trail.steps.length > 0);

    worker({ activities: probeActivities(new Trail(), { watchAtOnce: true }) });
    await old.stop();
    const heartbeatTimeoutMs = 30_000;
    let resumed = '';
    void result.then((words: string) => (resumed = words));
    await eventually('the watch is handed over', () => resumed !== '', heartbeatTimeoutMs);
    expect(resumed).toBe('resumed from the last evaluation');
  });
});
