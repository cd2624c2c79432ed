import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PlanClient } from '../../src/client/plan/client.js';
import { planWorkflowId } from '../../workflows/plan/messages.js';
import { openWorkbench } from './open-workbench.js';
import { poll, type TestResource } from './workbench.js';

const bench = await openWorkbench();
const plans = new PlanClient(bench.server.client);
const hour = 3_600_000;
const atOnce = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };

async function start(
  members: readonly [TestResource, ...TestResource[]],
  targets: readonly number[],
  { timeoutMs = hour } = {},
) {
  const id = randomUUID();
  const steps = members.map(({ resource }, index) => [{ resource, target: targets[index]! }]);
  const [first, ...others] = members.map(({ resource, taskQueue, settings }) => ({ resource, taskQueue, settings }));
  await plans.start({ id, steps, timeoutMs }, [first!, ...others]);
  const seen = async () => (await plans.find(id))!;
  return {
    id,
    handle: bench.server.client.workflow.getHandle(planWorkflowId(id)),
    untilRequested: (number: number) => poll(seen, ({ state }) => state.moves[number - 1]!.runId !== null),
    ended: async () => (await poll(seen, ({ isOpen }) => !isOpen)).state,
  };
}

describe('a plan', () => {
  it.concurrent('scales one resource after the other, and ends when the last is at its target', async () => {
    const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2, settings: atOnce })];
    const plan = await start([db, api], [3, 5]);
    expect(await plan.ended()).toMatchObject({ phase: 'reached', moves: [{ before: 1 }, { before: 2 }] });
    expect([db.truth(), api.truth()]).toEqual([
      [1, 2, 3],
      [2, 5],
    ]);
    expect(api.changeTimes()[0]!).toBeGreaterThan(db.changeTimes()[1]!);
    expect((await plan.handle.describe()).status.name).toBe('COMPLETED');
  });

  it.concurrent('undoes the first step when the second fails', async () => {
    const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource()];
    api.simulator.faults.set({ faults: [{ type: 'reject', status: 400, on: 'change' }] });
    const plan = await start([db, api], [2, 5]);
    const state = await plan.ended();
    expect(state).toMatchObject({
      phase: 'failed',
      problem: expect.stringContaining('step 2 failed') as unknown,
      moves: [{ undo: { phase: 'undone', to: 1 } }, { phase: 'failed', undo: { phase: 'undone' } }],
    });
    expect([db.truth(), api.truth()]).toEqual([[1, 2, 1], [2]]);
    await expect(plan.handle.result()).rejects.toMatchObject({ cause: { type: 'PlanFailed', details: [state] } });
  });

  it.concurrent.each([
    [
      'a signal',
      'FAILED',
      (id: string) => bench.server.client.workflow.getHandle(planWorkflowId(id)).signal('stop', 'undo'),
    ],
    ['Temporal', 'CANCELLED', (id: string) => plans.stop(id, 'undo')],
  ])('that is cancelled by %s undoes the step in progress and those before it', async (_, status, cancel) => {
    const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2 })];
    const plan = await start([db, api], [2, 15]);
    await plan.untilRequested(2);
    await api.until(({ stepsMade }) => stepsMade >= 1);
    await cancel(plan.id);
    expect(await plan.ended()).toMatchObject({
      phase: 'cancelled',
      moves: [{ undo: { phase: 'undone' } }, { phase: 'stopped', undo: { phase: 'undone', to: 2 } }],
    });
    expect([db.capacity(), api.capacity()]).toEqual([1, 2]);
    expect((await plan.handle.describe()).status.name).toBe(status);
  });

  it.concurrent('that is stopped without an undo leaves the step in progress to its run', async () => {
    const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2 })];
    const plan = await start([db, api], [2, 4]);
    await plan.untilRequested(2);
    await plans.stop(plan.id, 'keep');
    expect(await plan.ended()).toMatchObject({ phase: 'cancelled', moves: [{ undo: null }, { undo: null }] });
    await api.handle.result();
    expect([db.capacity(), api.capacity()]).toEqual([2, 4]);
  });

  it.concurrent('leaves a resource as it is that another caller has retargeted since', async () => {
    const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2 })];
    const plan = await start([db, api], [2, 15]);
    await plan.untilRequested(2);
    await api.until(({ stepsMade }) => stepsMade >= 1);
    await bench.scales.request(db, { targetCapacity: 3 });
    await db.until(({ targetCapacity, phase }) => targetCapacity === 3 && phase === 'settled');
    await plans.stop(plan.id, 'undo');
    const { moves } = await plan.ended();
    expect(moves).toMatchObject([{ undo: { phase: 'left' } }, { undo: { phase: 'undone' } }]);
    expect(moves[0]!.undo!.reason).toContain('its newest request, for 3');
    expect(db.capacity()).toBe(3);
  });

  it.concurrent(
    'fails when another caller retargets the resource of its step, and leaves that one as it is',
    async () => {
      const [db, api] = [await bench.resource({ capacity: 1 }), await bench.resource({ capacity: 2 })];
      const plan = await start([db, api], [2, 15]);
      await plan.untilRequested(2);
      await api.until(({ stepsMade }) => stepsMade >= 1);
      await bench.scales.request(api, { targetCapacity: 4, reason: 'by hand' });
      const { moves, problem } = await plan.ended();
      expect(problem).toContain('another request has set its target to 4 (by hand)');
      expect(moves).toMatchObject([{ undo: { phase: 'undone' } }, { undo: { phase: 'left' } }]);
      await api.handle.result();
      expect(api.capacity()).toBe(4);
    },
  );

  it.concurrent('undoes a step that takes longer than its time limit', async () => {
    const slow = await bench.resource({ capacity: 1, settings: { cooldownMs: { up: 60_000, down: 0 } } });
    const plan = await start([slow], [3], { timeoutMs: 3000 });
    const { moves, problem } = await plan.ended();
    expect(problem).toContain('it was not there within 3 s');
    expect(moves).toMatchObject([{ undo: { phase: 'undone', to: 1 } }]);
    expect(slow.truth()).toEqual([1, 2, 1]);
  });

  it.concurrent('takes no history events for waiting', async () => {
    const db = await bench.resource({ capacity: 1, settings: { cooldownMs: { up: 4000, down: 0 } } });
    const plan = await start([db], [3]);
    await plan.untilRequested(1);
    const events = async () => (await plan.handle.fetchHistory()).events!.length;
    // The wait has been scheduled when a worker has taken it.
    await poll(
      async () => (await plan.handle.describe()).raw.pendingActivities?.[0]?.activityType?.name,
      (name) => name === 'awaitArrival',
    );
    const before = await events();
    await db.until(({ phase }) => phase === 'coolingDown');
    expect(await events()).toBe(before);
    await plan.ended();
  });

  it.concurrent('continues on another task queue on request', async () => {
    const db = await bench.resource({ capacity: 1, settings: { cooldownMs: { up: 3000, down: 0 } } });
    const plan = await start([db], [3]);
    await plan.untilRequested(1);
    await db.until(({ stepsMade }) => stepsMade >= 1);
    const taskQueue = `test-${randomUUID()}`;
    await bench.startWorker({ taskQueue });
    await plans.move(plan.id, { taskQueue, atMs: Date.now() });
    await poll(
      () => plans.find(plan.id),
      (found) => found?.taskQueue === taskQueue,
    );
    expect(await plan.ended()).toMatchObject({ phase: 'reached', moves: [{ before: 1 }] });
    expect(db.truth()).toEqual([1, 2, 3]);
  });
});

it('the same ID is the same plan, and another plan with it is refused', async () => {
  const db = await bench.resource({ capacity: 1 });
  const plan = await start([db], [2]);
  const steps = [[{ resource: db.resource, target: 2 }]];
  const again = { id: plan.id, timeoutMs: hour, steps };
  expect(await plans.start(again, [db])).toMatchObject({ workflowId: planWorkflowId(plan.id) });
  await plan.ended();
  expect(await plans.start(again, [db])).toMatchObject({ isOpen: false, state: { phase: 'reached' } });
  await expect(plans.start({ ...again, timeoutMs: 1000 }, [db])).rejects.toMatchObject({ type: 'IdempotencyConflict' });
  expect(db.truth()).toEqual([1, 2]);
});
