import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { moveRun } from '../../src/client/scale/client.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { eventKinds } from '../../src/domain/events/kinds.js';
import { configured } from '../support/configured.js';
import { EventReceiver, type ReceivedEvent } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { receiversOf } from '../support/receivers.js';
import { devServerEnvironment } from '../support/temporal.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment();
const receiver = await new EventReceiver().start();
const bench = new Workbench(environment);
const receivers = await receiversOf({ all: receiver.settings });
/** Resources whose events cannot be handed over at the moment. */
const stuck = new Set<string>();
let failedHandOvers = 0;
bench.receivers = {
  ...receivers,
  receiversOf: (event) => {
    if (!stuck.has(event.resource)) return receivers.receiversOf(event);
    failedHandOvers += 1;
    throw new Error('the hand-over fails');
  },
};
await bench.startWorker();
afterAll(async () => {
  await bench.close();
  await receiver.stop();
  await environment.teardown();
});

const settings = { events: eventKinds };

/** The events of a resource, when there is one of this kind. */
async function eventsUntil(resource: string, kind: string): Promise<ReceivedEvent[]> {
  const own = () => receiver.events.filter(({ subject }) => subject === resource);
  return eventually(`${kind} has arrived`, () => {
    const events = own();
    return events.some(({ type }) => type.endsWith(kind)) && events;
  });
}

const kindsOf = (events: readonly ReceivedEvent[]) => events.map(({ type }) => type.replace('io.escapement.', ''));

describe('the events of a scale run', () => {
  it.concurrent('are its changes and its end, in their order', async () => {
    const resource = await bench.resource({ settings });
    const { runId } = await bench.scales.request(resource, { targetCapacity: 4, reason: 'a busy evening' });
    const events = await eventsUntil(resource.resource, 'target.reached');
    expect(kindsOf(events)).toEqual(['change.made', 'change.made', 'target.reached']);
    const common = { workflowId: `scale:${resource.resource}`, runId, target: 4, requestReason: 'a busy evening' };
    expect(events.map(({ data }) => data)).toEqual([
      { ...common, from: 2, to: 3, outcome: 'accepted' },
      { ...common, from: 3, to: 4, outcome: 'accepted' },
      { ...common, capacity: 4, stepsMade: 2 },
    ]);
    expect(events.map(({ id }) => id)).toEqual([`${runId}-1`, `${runId}-2`, `${runId}-3`]);
    const [first, second] = resource.changeTimes();
    expect(Math.abs(Date.parse(events[0]!.time) - first!)).toBeLessThan(1000);
    expect(Math.abs(Date.parse(events[1]!.time) - second!)).toBeLessThan(1000);
    await resource.handle.result();
  });

  it.concurrent('name a refused change, a change with an unknown outcome and another writer', async () => {
    const resource = await bench.resource({ settings });
    resource.simulator.faults.set({
      faults: [
        { type: 'reject', status: 429, on: 'change' },
        { type: 'drop', on: 'change', appliesAfterMs: 0 },
      ],
    });
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    resource.simulator.resources.get(resource.resource)!.setCapacity(4, Date.now());
    const events = await eventsUntil(resource.resource, 'target.reached');
    expect(kindsOf(events)).toEqual(['change.refused', 'change.unknown', 'drift.seen', 'target.reached']);
    expect(events[2]!.data).toMatchObject({ from: 3, to: 4 });
  });

  it.concurrent('name a failure and a cancellation', async () => {
    const failing = await bench.resource({ settings });
    failing.simulator.resources.get(failing.resource)!.setStatus('FAILED', Date.now());
    await bench.scales.request(failing, { targetCapacity: 4 });
    const [failure] = await eventsUntil(failing.resource, 'run.failed');
    expect(failure!.data).toMatchObject({ failure: 'ResourceFailed', target: 4 });

    const cancelled = await bench.resource({ settings });
    await bench.scales.request(cancelled, { targetCapacity: 5 });
    await cancelled.until(({ phase }) => phase === 'coolingDown');
    await cancelled.handle.cancel();
    expect(kindsOf(await eventsUntil(cancelled.resource, 'run.cancelled'))).toEqual(['change.made', 'run.cancelled']);
  });

  it.concurrent('name a request that is refused after it was taken, and an invalid signal', async () => {
    const resource = await bench.resource({ settings: { ...settings, max: 4 } });
    await bench.scales.request(resource, { targetCapacity: 3 });
    await resource.handle.signal('retarget', { targetCapacity: 9 });
    const events = await eventsUntil(resource.resource, 'request.refused');
    const refused = events.find(({ type }) => type.endsWith('request.refused'));
    expect(refused!.data).toMatchObject({ reason: '9 is above the maximum of 4', target: 3 });
  });

  it.concurrent('are only of the kinds that a receiver wants', async () => {
    const resource = await bench.resource({ settings: { events: ['target.reached'] } });
    await bench.scales.request(resource, { targetCapacity: 3 });
    expect(kindsOf(await eventsUntil(resource.resource, 'target.reached'))).toEqual(['target.reached']);
  });

  it.concurrent('cost no history event where no receiver wants any', async () => {
    const silent = await bench.resource();
    await bench.scales.request(silent, { targetCapacity: 3 });
    await silent.handle.result();
    const { events } = await silent.handle.fetchHistory();
    const names = events!.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
    expect(names.filter((name) => name !== undefined)).toEqual(['observe', 'change']);
  });

  it.concurrent(
    'delay no change while they cannot be handed over, and are handed over before the run closes',
    async () => {
      const resource = await bench.resource({ settings });
      stuck.add(resource.resource);
      await bench.scales.request(resource, { targetCapacity: 4 });
      await resource.until(({ phase }) => phase === 'settled');
      const { cooldownUntilMs } = await resource.status();
      await eventually('the last cooldown is over', () => Date.now() > cooldownUntilMs!.up + 1000);
      expect(failedHandOvers).toBeGreaterThan(1);
      expect((await resource.handle.describe()).status.name).toBe('RUNNING');
      stuck.delete(resource.resource);
      await resource.handle.result();
      const events = await eventsUntil(resource.resource, 'target.reached');
      expect(kindsOf(events)).toEqual(['change.made', 'change.made', 'target.reached']);
    },
  );

  it.concurrent('keep their IDs and their order when the run continues as new', async () => {
    const resource = await bench.resource({ settings });
    const { runId } = await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.until(({ phase }) => phase === 'coolingDown');
    const taskQueue = `${resource.taskQueue}-elsewhere-${resource.resource}`;
    await bench.startWorker({ taskQueue });
    await moveRun(environment.client, resource.resource, { taskQueue, atMs: Date.now() });
    const events = await eventsUntil(resource.resource, 'target.reached');
    expect(events.map(({ id }) => id)).toEqual([`${runId}-1`, `${runId}-2`, `${runId}-3`]);
    expect(kindsOf(events)).toEqual(['change.made', 'change.made', 'target.reached']);
    expect((await resource.handle.describe()).runId).not.toBe(runId);
  });

  it.concurrent('are handed over before the run closes, also when it closes at once', async () => {
    const resource = await bench.resource({ settings });
    await bench.scales.request(resource, { targetCapacity: 2 });
    await resource.handle.result();
    const { events } = await resource.handle.fetchHistory();
    const completed = events!.filter((event) => event.activityTaskCompletedEventAttributes);
    expect(completed).toHaveLength(2); // the look, and the event that the target is reached
  });
});

describe('the events of an autoscaler', () => {
  it.concurrent('say that it has paused itself', async () => {
    const resource = await bench.resource({
      settings: { ...settings, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } },
    });
    let capacity = 2;
    bench.platforms.set(resource.resource, {
      observe: async () => ({ capacity, status: 'ACTIVE', observedAtMs: Date.now() }),
      change: async ({ from, to }) => {
        capacity -= to - from;
        return { outcome: 'accepted' };
      },
    });
    const autoscales = new AutoscaleClient(environment.client);
    const parsed = autoscaleSettingsSchema.parse({ intervalMs: 200, policies: [{ type: 'fixed', capacity: 3 }] });
    await autoscales.configure(configured(resource, parsed));
    const events = await eventsUntil(resource.resource, 'autoscaler.paused');
    const paused = events.find(({ type }) => type.endsWith('autoscaler.paused'));
    expect(paused!.data).toMatchObject({ by: 'autoscaler', direction: 'both', until: null });
    expect(paused!.data['reason']).toContain('in the wrong direction');
    await environment.client.workflow.getHandle(`autoscale:${resource.resource}`).terminate(randomUUID());
  });

  it.concurrent('name pauses, overrides and a fallback, also one that could not be handed over at first', async () => {
    const resource = await bench.resource({
      settings: { ...settings, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } },
    });
    let isDown = false;
    bench.sources.set(resource.resource, {
      depth: {
        sample: async () => {
          if (isDown) throw new Error('the queue is down');
          return { value: 20, atMs: Date.now() };
        },
      },
    });
    const autoscales = new AutoscaleClient(environment.client);
    const policies = [{ type: 'perUnit', value: 'depth', target: 10 }];
    const parsed = autoscaleSettingsSchema.parse({
      intervalMs: 200,
      signals: ['depth'],
      policies,
      fallback: { after: 1 },
    });
    await autoscales.configure(configured(resource, parsed));
    await poll(resource.capacity, (capacity) => capacity === 2);
    stuck.add(resource.resource);
    const failedBefore = failedHandOvers;
    isDown = true;
    await eventually('the event could not be handed over', () => failedHandOvers > failedBefore + 1);
    stuck.delete(resource.resource);
    await eventsUntil(resource.resource, 'fallback.entered');
    isDown = false;
    await eventsUntil(resource.resource, 'fallback.left');
    await autoscales.pause(resource.resource, { direction: 'down', untilMs: null });
    await autoscales.pause(resource.resource, null);
    await autoscales.override(resource.resource, { capacity: 3, untilMs: null });
    await autoscales.override(resource.resource, null);
    const events = await eventsUntil(resource.resource, 'override.removed');
    const own = events.filter(({ data }) => String(data['workflowId']).startsWith('autoscale:'));
    expect(kindsOf(own)).toEqual([
      'fallback.entered',
      'fallback.left',
      'autoscaler.paused',
      'autoscaler.resumed',
      'override.set',
      'override.removed',
    ]);
    expect(own[2]!.data).toMatchObject({ by: 'person', direction: 'down', until: null });
    expect(own[4]!.data).toMatchObject({ capacity: 3, beyondBounds: false });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    await environment.client.workflow.getHandle(`autoscale:${resource.resource}`).terminate(randomUUID());
  });
});
