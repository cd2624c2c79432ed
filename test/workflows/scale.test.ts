import { describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/client';
import { openWorkbench } from './open-workbench.js';
import { type TestResource, poll } from './workbench.js';

const bench = await openWorkbench();

function smallestGap(timesMs: number[]): number {
  return Math.min(...timesMs.slice(1).map((atMs, index) => atMs - timesMs[index]!));
}

describe('a scale run', () => {
  it.concurrent('scales out by steps, one cooldown apart, and closes after the last cooldown', async () => {
    const resource = await bench.resource({ settings: { step: { up: 2, down: 1 } } });
    expect(await bench.scales.request(resource, { targetCapacity: 5 })).toMatchObject({
      outcome: 'started',
      targetCapacity: 5,
    });
    const settled = await resource.until(({ phase }) => phase === 'settled');
    expect(settled).toMatchObject({ startedFrom: 2, stepsMade: 2, targetCapacity: 5, observed: { capacity: 5 } });
    expect((await resource.handle.describe()).status.name).toBe('RUNNING');
    await resource.handle.result();
    expect(Date.now() - resource.changeTimes().at(-1)!).toBeGreaterThanOrEqual(1000);
    expect(resource.truth()).toEqual([2, 4, 5]);
    expect(smallestGap(resource.changeTimes())).toBeGreaterThanOrEqual(1000);
  });

  it.concurrent('scales in by steps too', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 0 });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 1, 0]);
  });

  it.concurrent('changes nothing where nothing is to change, and closes at once', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 2 });
    expect(await resource.handle.result()).toMatchObject({ stepsMade: 0, phase: 'settled' });
    expect(resource.changeTimes()).toEqual([]);
  });

  it.concurrent('takes 11 history events a step', async () => {
    const short = await bench.resource();
    const long = await bench.resource();
    await bench.scales.request(short, { targetCapacity: 3 });
    await bench.scales.request(long, { targetCapacity: 5 });
    await Promise.all([short.handle.result(), long.handle.result()]);
    const events = async (resource: TestResource) => (await resource.handle.fetchHistory()).events!.length;
    expect(((await events(long)) - (await events(short))) / 2).toBe(11);
  });

  it.concurrent('takes no history events for waiting', async () => {
    const resource = await bench.resource();
    resource.simulator.resources.get(resource.resource)!.setStatus('STARTING', Date.now());
    await bench.scales.request(resource, { targetCapacity: 2 });
    const reads = () => resource.simulator.log.calls().length;
    await poll(reads, (count) => count >= 2);
    const before = (await resource.handle.fetchHistory()).events!.length;
    await poll(reads, (count) => count >= 6);
    expect((await resource.handle.fetchHistory()).events!.length).toBe(before);
  });

  it.concurrent('keeps the cooldown across requests', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 3 });
    await resource.until(({ phase }) => phase === 'settled');
    expect(await bench.scales.request(resource, { targetCapacity: 4 })).toMatchObject({ outcome: 'retargeted' });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 4]);
    expect(smallestGap(resource.changeTimes())).toBeGreaterThanOrEqual(1000);
  });

  it.concurrent('waits only for the cooldown of the direction that it goes in', async () => {
    const resource = await bench.resource({ settings: { cooldownMs: { up: 0, down: 3000 } } });
    await bench.scales.request(resource, { targetCapacity: 5 });
    await resource.until(({ phase }) => phase === 'settled');
    expect(resource.changeTimes().at(-1)! - resource.changeTimes()[0]!).toBeLessThan(3000);
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    const [beforeLast, last] = resource.changeTimes().slice(-2);
    expect(last! - beforeLast!).toBeGreaterThanOrEqual(3000);
  });

  it.concurrent('adds at once after a removal where a change up waits only for the last one up', async () => {
    const cooldownMs = { up: 4000, down: 1000 };
    const resource = await bench.resource({ capacity: 4, settings: { cooldownMs, upAfter: 'up' } });
    await bench.scales.request(resource, { targetCapacity: 3 });
    await resource.until(({ phase }) => phase === 'settled');
    await bench.scales.request(resource, { targetCapacity: 5 });
    await resource.until(({ stepsMade }) => stepsMade === 2);
    await bench.scales.request(resource, { targetCapacity: 3 });
    await resource.until(({ stepsMade }) => stepsMade === 3);
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    expect(resource.truth()).toEqual([4, 3, 4, 3, 4]);
    const [down = 0, up = 0, downAgain = 0, upAgain = 0] = resource.changeTimes();
    expect(up - down).toBeLessThan(4000);
    expect(downAgain - up).toBeGreaterThanOrEqual(1000);
    expect(upAgain - up).toBeGreaterThanOrEqual(4000);
  });

  it.concurrent('makes every decision of a dry run without sending a change, and ends by itself', async () => {
    const resource = await bench.resource({ settings: { dryRun: true } });
    await bench.scales.request(resource, { targetCapacity: 4 });
    expect(await resource.handle.result()).toMatchObject({ stepsMade: 2, dryRun: true, observed: { capacity: 4 } });
    expect(resource.changeTimes()).toEqual([]);
    expect(resource.truth()).toEqual([2]);
  });

  it.concurrent('continues from a capacity that another writer set, and records it', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 5 });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    resource.simulator.resources.get(resource.resource)!.setCapacity(7, Date.now());
    const final: unknown = await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 7, 6, 5]);
    expect(final).toMatchObject({ drift: [{ from: 3, to: 7 }] });
  });
});

describe('a retarget', () => {
  it.concurrent('turns a run around in mid-flight', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ stepsMade }) => stepsMade === 2);
    expect(await bench.scales.request(resource, { targetCapacity: 3 })).toMatchObject({ outcome: 'retargeted' });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 4, 3]);
    expect(smallestGap(resource.changeTimes())).toBeGreaterThanOrEqual(1000);
  });

  it.concurrent('to the same target changes nothing', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 4 });
    expect(await bench.scales.request(resource, { targetCapacity: 4 })).toMatchObject({ outcome: 'unchanged' });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 4]);
  });

  it.concurrent('works as a signal typed by a person, and nonsense is recorded and ignored', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 6 });
    for (const nonsense of [
      { targetCapacity: 'three' },
      { targetCapacity: 99 },
      {},
      null,
      'x',
      { add: 1, remove: 1 },
    ]) {
      await resource.handle.signal('retarget', nonsense);
    }
    await resource.handle.signal('retarget');
    await resource.handle.signal('retagret', { targetCapacity: 1 });
    await resource.handle.signal('retarget', { targetCapacity: 3 });
    const status = await resource.until(({ targetCapacity }) => targetCapacity === 3);
    expect(status.ignored).toHaveLength(8);
    expect(status.ignored.at(-1)!.message).toContain('retagret');
    await resource.handle.result();
    expect(resource.capacity()).toBe(3);
  });

  it.concurrent('that nobody can decode is recorded and ignored too', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 5 });
    const bytes = (text: string) => new TextEncoder().encode(text);
    for (const encoding of ['json/plain', 'whatever', 'binary/plain']) {
      await bench.server.client.workflowService.signalWorkflowExecution({
        namespace: bench.server.client.options.namespace,
        workflowExecution: { workflowId: resource.handle.workflowId },
        signalName: 'retarget',
        input: { payloads: [{ metadata: { encoding: bytes(encoding) }, data: bytes('{"targetCapacity": 9') }] },
      });
    }
    const status = await resource.until(({ ignored }) => ignored.length === 3);
    expect(status.targetCapacity).toBe(5);
    await resource.handle.result();
    expect(resource.capacity()).toBe(5);
  });

  it.concurrent('adds to and removes from the target of the run in progress', async () => {
    const resource = await bench.resource();
    const [first, second] = await Promise.all([
      bench.scales.request(resource, { add: 1 }),
      bench.scales.request(resource, { add: 2 }),
    ]);
    expect(Math.max(first.targetCapacity!, second.targetCapacity!)).toBe(5);
    expect(await bench.scales.request(resource, { remove: 1 })).toMatchObject({ targetCapacity: 4 });
    await resource.handle.result();
    expect(resource.capacity()).toBe(4);
  });

  it.concurrent('outside the bounds is refused, however it is put', async () => {
    const resource = await bench.resource({ settings: { max: 3 } });
    await expect(bench.scales.request(resource, { add: 2 })).rejects.toMatchObject({ type: 'OutOfBounds' });
    await bench.scales.request(resource, { targetCapacity: 3 });
    await expect(bench.scales.request(resource, { targetCapacity: 4 })).rejects.toMatchObject({ type: 'OutOfBounds' });
    await expect(bench.scales.request(resource, { add: 1 })).rejects.toMatchObject({ type: 'OutOfBounds' });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3]);
  });

  it.concurrent('has its own limits: a lowered maximum is reached by steps, and never exceeded', async () => {
    const resource = await bench.resource({
      capacity: 9,
      settings: { step: { up: 2, down: 2 }, cooldownMs: { up: 0, down: 0 } },
    });
    await bench.scales.request(resource, { targetCapacity: 12 });
    const lowered = { ...resource, settings: { ...resource.settings, max: 5 } };
    await bench.scales.request(lowered, { targetCapacity: 5 });
    await resource.handle.result();
    expect(Math.min(...resource.truth())).toBe(5);
    expect(resource.capacity()).toBe(5);
  });
});

describe('an idempotency key', () => {
  it.concurrent('gets the same answer in the same run, and a conflict for another request', async () => {
    const resource = await bench.resource();
    const first = await bench.scales.request(resource, { add: 2 }, 'key-1');
    const again = await bench.scales.request(resource, { add: 2 }, 'key-1');
    expect(again).toMatchObject({ targetCapacity: 4, runId: first.runId });
    await expect(bench.scales.request(resource, { add: 3 }, 'key-1')).rejects.toMatchObject({
      type: 'IdempotencyConflict',
    });
    await resource.handle.result();
    expect(resource.capacity()).toBe(4);
  });

  it.concurrent('is remembered after the run has closed', async () => {
    const resource = await bench.resource();
    const first = await bench.scales.request(resource, { add: 1 }, 'key-2');
    await resource.handle.result();
    expect(await bench.scales.request(resource, { add: 1 }, 'key-2')).toMatchObject({
      targetCapacity: 3,
      runId: first.runId,
    });
    await expect(bench.scales.request(resource, { add: 2 }, 'key-2')).rejects.toMatchObject({
      type: 'IdempotencyConflict',
    });
    expect(resource.capacity()).toBe(3);
  });
});

describe('a cancellation', () => {
  it.concurrent('stops changing, lets the last change cool down, and closes as cancelled', async () => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ phase, stepsMade }) => phase === 'coolingDown' && stepsMade === 2);
    await resource.handle.cancel();
    await expect(resource.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    expect(Date.now() - resource.changeTimes().at(-1)!).toBeGreaterThanOrEqual(1000);
    expect(resource.truth()).toEqual([2, 3, 4]);
    const { memo } = await resource.handle.describe();
    expect(memo).toMatchObject({ outcome: 'cancelled', capacity: 4, stepsMade: 2 });
  });

  it.concurrent('does not swallow a request that comes after it', async () => {
    const resource = await bench.resource({ settings: { cooldownMs: { up: 2000, down: 2000 } } });
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ phase }) => phase === 'coolingDown');
    await resource.handle.cancel();
    await resource.until(({ phase }) => phase === 'cancelled');
    await bench.scales.request(resource, { targetCapacity: 2 });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 2]);
    expect(smallestGap(resource.changeTimes())).toBeGreaterThanOrEqual(2000);
  });

  it.concurrent('of a wait for ACTIVE ends at once', async () => {
    const resource = await bench.resource({ settings: { waitForActive: { timeoutMs: 600_000, intervalMs: 60_000 } } });
    resource.simulator.resources.get(resource.resource)!.setStatus('PAUSED', Date.now());
    await bench.scales.request(resource, { targetCapacity: 6 });
    await poll(
      () => resource.simulator.log.calls().length,
      (reads) => reads > 0,
    );
    await resource.handle.cancel();
    await expect(resource.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
  });
});
