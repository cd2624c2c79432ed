/** The events workflow on real Temporal servers, with receivers that are real HTTP servers. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { moveEvents, publish } from '../../src/client/events/client.js';
import type { AddressedEvent } from '../../src/domain/events/event.js';
import type { EventReceivers } from '../../src/worker/event-receivers.js';
import { EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { eventsOf, receiversOf } from '../support/receivers.js';
import { devServerEnvironment, timeSkippingEnvironment } from '../support/temporal.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const [real, skipping] = await Promise.all([devServerEnvironment(), timeSkippingEnvironment()]);
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await Promise.all([real.teardown(), skipping.teardown()]);
});

const notAutoscaled = {
  platformOf: () => {
    throw new Error('no resource is scaled here');
  },
  sourcesOf: () => ({}),
  isAutoscaled: () => false,
  onReload: () => () => undefined,
};

async function startWorker(
  { nativeConnection }: TestWorkflowEnvironment,
  taskQueue: string,
  receivers: EventReceivers,
): Promise<() => Promise<void>> {
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowBundle: { codePath: '.cache/workflow-bundle.js' },
    activities: createActivities(notAutoscaled, new AbortController().signal, receivers),
    shutdownGraceTime: '1s',
  });
  const running = worker.run();
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) worker.shutdown();
    isStopped = true;
    await running;
  };
  closing.push(stop);
  return stop;
}

async function startReceiver(): Promise<EventReceiver> {
  const receiver = await new EventReceiver().start();
  closing.push(() => receiver.stop());
  return receiver;
}

/** A resource with a task queue of its own, and the receivers that its worker has. */
async function delivered(environment: TestWorkflowEnvironment, receivers: Record<string, EventReceiver>) {
  const target = { resource: `r-${randomUUID()}`, taskQueue: randomUUID() };
  const named = Object.entries(receivers).map(([name, { settings }]) => [name, settings] as const);
  const created = await receiversOf(Object.fromEntries(named));
  const stopWorker = await startWorker(environment, target.taskQueue, created);
  const handle = environment.client.workflow.getHandle(`events:${target.resource}`);
  const send = (...ids: readonly string[]) =>
    publish(
      environment.client,
      target,
      ids.map((id) => addressed(target.resource, id, Object.keys(receivers))),
    );
  return { target, handle, send, created, stopWorker };
}

function addressed(resource: string, id: string, receivers: readonly string[]): AddressedEvent {
  const data = { workflowId: 'w', runId: 'r', target: 2, requestReason: null, capacity: 2, stepsMade: 1 };
  return { event: { id, kind: 'target.reached', resource, atMs: 1_700_000_000_000, data }, receivers };
}

const idsOf = ({ events }: EventReceiver) => events.map(({ id }) => id);
const many = (count: number) => Array.from({ length: count }, (_, index) => `e${index}`);

describe('an events workflow', () => {
  it.concurrent('delivers to each receiver in order, and a receiver that fails delays no other', async () => {
    const [good, bad] = [await startReceiver(), await startReceiver()];
    bad.respond = () => ({ status: 503 });
    const { send } = await delivered(real, { good, bad });
    const ids = many(10);
    await send(...ids.slice(0, 4));
    await send(...ids.slice(2));
    await eventually('the good receiver has all', () => good.events.length === ids.length);
    expect(idsOf(good)).toEqual(ids);
    expect(bad.events).toEqual([]);
    bad.respond = () => ({ status: 200 });
    await eventually('the other one too', () => bad.events.length === ids.length);
    expect(idsOf(bad)).toEqual(ids);
  });

  it.concurrent('waits as long as Retry-After says', async () => {
    const receiver = await startReceiver();
    const times: number[] = [];
    receiver.respond = () => {
      times.push(Date.now());
      return times.length === 1 ? { status: 429, headers: { 'retry-after': '3' } } : { status: 200 };
    };
    const { send } = await delivered(real, { receiver });
    await send('a');
    await eventually('it has arrived', () => receiver.events.length === 1);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(3000);
  });

  it.concurrent('continues on another task queue with everything that waits', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const { target, handle, send, created } = await delivered(real, { receiver });
    await send('a', 'b');
    await eventually('a delivery has failed', async () => (await pendingFailures(handle.workflowId)) > 0);
    const elsewhere = `${target.taskQueue}-elsewhere`;
    await startWorker(real, elsewhere, created);
    await moveEvents(real.client, target.resource, { taskQueue: elsewhere, atMs: Date.now() });
    await eventually('it has moved', async () => (await handle.describe()).taskQueue === elsewhere);
    await send('c', 'a');
    await receiver.start();
    await eventually('all have arrived', () => receiver.events.length === 3);
    expect(idsOf(receiver)).toEqual(['a', 'b', 'c']);
  });

  it.concurrent('drops what waits for a receiver that answers 410, and says so in its memo', async () => {
    const receiver = await startReceiver();
    receiver.respond = () => ({ status: 410 });
    const { handle, send } = await delivered(real, { receiver });
    await send('a', 'b');
    const memo = await eventually('it is in the memo', async () => {
      const { memo } = await handle.describe();
      return memo?.['undelivered'] === 2 && memo;
    });
    expect(memo['lastProblem']).toMatch(/^receiver: it accepts no more events: http:\/\/127\.0\.0\.1:\d+ returned 410/);
    expect(receiver.requests).toBe(1);
  });

  it.concurrent('delivers what arrived while no worker ran', async () => {
    const receiver = await startReceiver();
    const { target, send, created, stopWorker } = await delivered(real, { receiver });
    await stopWorker();
    await send('a', 'b');
    await startWorker(real, target.taskQueue, created);
    await eventually('all have arrived', () => receiver.events.length === 2);
    expect(idsOf(receiver)).toEqual(['a', 'b']);
  });

  it.concurrent('ignores an invalid message', async () => {
    const receiver = await startReceiver();
    const { handle, send } = await delivered(real, { receiver });
    await send('a');
    await handle.signal('publish', { nonsense: true });
    await handle.signal('publish', [{ event: { id: 'x' }, receivers: ['receiver'] }]);
    await handle.signal('move', { taskQueue: 3 });
    await handle.signal('nonsense');
    await send('b');
    await eventually('both have arrived', () => receiver.events.length === 2);
    expect(idsOf(receiver)).toEqual(['a', 'b']);
  });

  it.concurrent('uses the receivers of the newest configuration', async () => {
    const [before, after] = [await startReceiver(), await startReceiver()];
    before.respond = () => ({ status: 500 });
    const { send, created } = await delivered(real, { ops: before });
    await send('a');
    await eventually('the old one was tried', () => before.requests > 0);
    (await created.prepare(eventsOf({ ops: after.settings })))();
    await eventually('the new one has it', () => after.events.length === 1);
  });
});

describe('a receiver that is down', () => {
  it('for an hour loses no event and gets them in order', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const { handle, send } = await delivered(skipping, { receiver });
    const ids = many(30);
    await send(...ids.slice(0, 10));
    await skipping.sleep('30 minutes');
    await send(...ids.slice(10));
    await skipping.sleep('30 minutes');
    expect(receiver.events).toEqual([]);
    await receiver.start();
    await handle.result();
    expect(idsOf(receiver)).toEqual(ids);
  }, 60_000);

  it('for three days loses its events, which the memo says', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const { handle, send } = await delivered(skipping, { receiver });
    await send('a', 'b');
    await handle.result();
    const { memo, startTime, closeTime } = await handle.describe();
    expect(memo).toMatchObject({ undelivered: 2, lastProblem: expect.stringContaining('did not respond') });
    const days = (closeTime!.getTime() - startTime.getTime()) / 86_400_000;
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThan(3.1);
  }, 120_000);
});

async function pendingFailures(workflowId: string): Promise<number> {
  const { raw } = await real.client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).filter(({ lastFailure }) => lastFailure).length;
}
