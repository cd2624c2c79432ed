/** Workers that die are played by polls: they take a task from a real server, and are never heard of again. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { repeatableActivities } from '../../activities/index.js';
import { ActivityTakeover } from '../../src/worker/activity-takeover.js';
import { newWorkerIdentity } from '../../src/worker/identity.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { scaleWorkflowId } from '../../workflows/scale/messages.js';
import { eventually } from '../support/eventually.js';
import { devServerEnvironment } from '../support/temporal.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const own = newWorkerIdentity();
const earlierLife = `1@${hostname()} 00000000-17-abcd`;
const stranger = '1@another-host 00000000-17-abcd';
const settings = {
  min: 0,
  max: 9,
  step: { up: null, down: null },
  cooldownMs: { up: 0, down: 0 },
  settleMs: 0,
  waitForActive: { timeoutMs: 60_000, intervalMs: 1000 },
  requestTimeoutMs: 1000,
  dryRun: false,
};

let environment: TestWorkflowEnvironment;
let taskQueue: string;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  environment = await devServerEnvironment();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => environment.teardown());

it('an earlier life of the worker loses what it had at once; who may be alive keeps it', async () => {
  await serveWorkflows();
  const mine = await takenBy(earlierLife);
  const theirs = await takenBy(stranger);
  succeed();
  await eventually('it is to be done again', async () => (await attemptAt(mine)) === 2);
  expect(await attemptAt(theirs)).toBe(1);
});

it('a worker on another host is dead when it has not asked for work for longer than a poll lasts', async () => {
  await serveWorkflows();
  const theirs = await takenBy(stranger);
  const takeover = succeed();
  const pollers = [{ identity: stranger, lastPollMs: 1 }];
  takeover.saw(pollers);
  passTime(15, 4, () => takeover.saw(pollers));
  expect(await attemptAt(theirs)).toBe(1);
  passTime(15, 2, () => takeover.saw(pollers));
  await eventually('it is to be done again', async () => (await attemptAt(theirs)) === 2);
});

it('time in which nobody could ask does not make anybody silent', async () => {
  await serveWorkflows();
  const theirs = await takenBy(stranger);
  const takeover = succeed();
  takeover.saw([{ identity: stranger, lastPollMs: 1 }]);
  passTime(600, 1, () => takeover.saw([{ identity: stranger, lastPollMs: 1 }]));
  // This request comes after every activity was checked.
  const mine = await takenBy(earlierLife);
  takeover.saw([{ identity: stranger, lastPollMs: 1 }]);
  succeed();
  await eventually('what is certain is done again', async () => (await attemptAt(mine)) === 2);
  expect(await attemptAt(theirs)).toBe(1);
});

it('a worker that had gone silent before this one began is missed after the same time', async () => {
  await serveWorkflows();
  const theirs = await takenBy(stranger);
  const takeover = succeed();
  passTime(15, 6, () => takeover.saw([{ identity: own, lastPollMs: 1 }]));
  await eventually('it is to be done again', async () => (await attemptAt(theirs)) === 2);
});

it('a change of capacity is never given away', async () => {
  expect(repeatableActivities).not.toContain('change');
  await serveWorkflows();
  const workflowId = scaleWorkflowId(randomUUID());
  await environment.client.workflow.start('scale', {
    workflowId,
    taskQueue,
    args: [{ resource: 'r', settings, request: { targetCapacity: 3 } }],
  });
  const { taskToken } = await take(stranger);
  const observation = { capacity: 1, status: 'ACTIVE', observedAtMs: Date.now() };
  await environment.client.activity.complete(taskToken, { seen: 'active', observation });
  await take(earlierLife);
  await listed(workflowId);
  const mine = await takenBy(earlierLife);
  succeed();
  await eventually('what may be done again is', async () => (await attemptAt(mine)) === 2);
  const { raw } = await environment.client.workflow.getHandle(workflowId).describe();
  expect(raw.pendingActivities).toMatchObject([{ activityType: { name: 'change' }, attempt: 1 }]);
  await environment.client.workflow.getHandle(workflowId).terminate();
});

/** Only workflows: their activities are taken by whom a test says. */
async function serveWorkflows(): Promise<void> {
  taskQueue = `test-${randomUUID()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: '.cache/workflow-bundle.js' },
  });
  const running = worker.run();
  closing.push(async () => {
    worker.shutdown();
    await running;
  });
}

/** @returns the ID of an autoscale workflow whose watch this worker has. */
async function takenBy(identity: string): Promise<string> {
  const workflowId = autoscaleWorkflowId(randomUUID());
  await environment.client.workflow.start('autoscale', {
    workflowId,
    taskQueue,
    args: [{ resource: 'r', settings: { intervalMs: 3_600_000 }, limits: settings }],
  });
  closing.push(() => environment.client.workflow.getHandle(workflowId).terminate());
  await take(identity);
  await listed(workflowId);
  return workflowId;
}

/** Visibility lags behind by a moment; what a dead worker has left behind has long been in it. */
async function listed(workflowId: string): Promise<void> {
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`;
  await eventually('it is listed', async () => (await environment.client.workflow.count(query)).count > 0);
}

async function take(identity: string): Promise<{ taskToken: Uint8Array }> {
  const { namespace } = environment.client.options;
  return environment.connection.withDeadline(Date.now() + 20_000, () =>
    environment.connection.workflowService.pollActivityTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      identity,
    }),
  );
}

async function attemptAt(workflowId: string): Promise<number | null | undefined> {
  const { raw } = await environment.client.workflow.getHandle(workflowId).describe();
  return raw.pendingActivities?.[0]?.attempt;
}

function succeed(): ActivityTakeover {
  const takeover = new ActivityTakeover({
    connection: environment.connection,
    namespace: environment.client.options.namespace,
    taskQueue,
    identity: own,
    repeatable: repeatableActivities,
    log: pino({ level: 'silent' }),
  });
  closing.push(() => takeover.close());
  return takeover;
}

/** By the monotonic clock, told of the pollers after each step. */
function passTime(stepS: number, steps: number, told: () => void): void {
  const nowMs = performance.now();
  for (let step = 1; step <= steps; step += 1) {
    jest.spyOn(performance, 'now').mockReturnValue(nowMs + step * stepS * 1000);
    told();
  }
}
