import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from '@jest/globals';
import {
  type Client,
  ServiceError,
  type WorkflowClient,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { type Accepted, ScaleClient } from '../../src/client/scale/client.js';
import type { ScaleRequestBody } from '../../src/domain/scale/request.js';
import { devServerEnvironment } from '../support/temporal.js';
import { type TestResource, Workbench } from './workbench.js';

const environment = await devServerEnvironment({
  // So that a run continues as new after a step or two.
  extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=40'],
});
const bench = new Workbench(environment);
await bench.startWorker();

afterAll(async () => {
  await bench.close();
  await environment.teardown();
});

const withoutCooldown = { cooldownMs: { up: 0, down: 0 } };

it('a run that continues as new keeps its target, its cooldown and its responses', async () => {
  const resource = await bench.resource();
  const first = await bench.scales.request(resource, { add: 6 }, 'key');
  const final: unknown = await resource.handle.result();
  expect(final).toMatchObject({ phase: 'settled', startedFrom: 2, stepsMade: 6, targetCapacity: 8 });
  expect((await resource.handle.describe()).runId).not.toBe(first.runId);
  expect(resource.truth()).toEqual([2, 3, 4, 5, 6, 7, 8]);
  const times = resource.changeTimes();
  expect(Math.min(...times.slice(1).map((atMs, index) => atMs - times[index]!))).toBeGreaterThanOrEqual(1000);
  expect(await bench.scales.request(resource, { add: 6 }, 'key')).toMatchObject({ targetCapacity: 8 });
  expect(resource.capacity()).toBe(8);
}, 60_000);

it('no request is lost or applied twice while a run continues as new under many requests', async () => {
  const resource = await bench.resource({
    settings: { ...withoutCooldown, max: 1000, step: { up: null, down: null } },
  });
  const answers = [];
  for (let round = 0; round < 15; round += 1) {
    answers.push(...(await Promise.all([1, 1, 1, 1].map((add) => insist(resource, { add })))));
  }
  await settled(resource);
  expect(resource.capacity()).toBe(62);
  // Those that came while the run was between two have no answer yet, and are no less done.
  const answered = answers.map(({ targetCapacity }) => targetCapacity).filter((target) => target !== null);
  expect(new Set(answered).size).toBe(answered.length);
}, 60_000);

it('no request that arrives while a run closes is lost', async () => {
  const resource = await bench.resource({ settings: withoutCooldown });
  const runs = new Set<string>();
  for (let round = 0; round < 100; round += 1) {
    // Without a cooldown a run closes as soon as it is at its target: these two race with that.
    const targets = [3 + (round % 5), 4 + (round % 5)];
    await resource.handle.signal('retarget', { targetCapacity: targets[0] }).catch(() => undefined);
    const accepted = await insist(resource, { targetCapacity: targets[1]! });
    runs.add(accepted.runId);
    await settled(resource);
    expect(resource.capacity()).toBe(targets[1]);
  }
  expect(runs.size).toBeGreaterThan(1);
}, 120_000);

it.each([{ key: 'key' }, { key: undefined }])(
  'a request whose answer is lost until its run has closed is not done again, with the key $key',
  async ({ key }) => {
    const resource = await bench.resource({ settings: withoutCooldown });
    await bench.scales.request(resource, { targetCapacity: 3 });
    await settled(resource);
    const scales = new ScaleClient(losingTheAnswer(environment.client, () => settled(resource)));
    expect(await scales.request(resource, { add: 1 }, key)).toMatchObject({ targetCapacity: 4 });
    await settled(resource);
    expect(resource.truth()).toEqual([2, 3, 4]);
  },
);

/** As a caller does whom a busy server has no time to answer: the same request again, by its key. */
async function insist(resource: TestResource, requested: ScaleRequestBody): Promise<Accepted> {
  const key = randomUUID();
  for (;;) {
    try {
      return await bench.scales.request(resource, requested, key);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
  }
}

/**
 * As when the API is stopped for a while at this moment: what it sent is done, and it hears nothing of that in time.
 */
function losingTheAnswer(client: Client, meanwhile: () => Promise<void>): Client {
  const startUpdateWithStart: WorkflowClient['startUpdateWithStart'] = async (update, options) => {
    await (await client.workflow.startUpdateWithStart(update, options)).result();
    await meanwhile();
    throw new WorkflowUpdateRPCTimeoutOrCancelledError('the time is over');
  };
  const workflow = overlaid(client.workflow, { startUpdateWithStart });
  // Without its own deadline: a lost request fails by the timeout of the test.
  return overlaid(client, { workflow, withDeadline: (_deadline, call) => call() });
}

function overlaid<T extends object>(original: T, changes: Partial<T>): T {
  return new Proxy(original, {
    get: (target, name) => {
      if (name in changes) return changes[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Whichever run has it then: the newest one is closed. */
async function settled(resource: TestResource): Promise<void> {
  for (;;) {
    await resource.handle.result();
    if ((await resource.handle.describe()).status.name !== 'RUNNING') return;
  }
}
