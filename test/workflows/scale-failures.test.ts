import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { openWorkbench } from './open-workbench.js';
import type { TestResource } from './workbench.js';

const bench = await openWorkbench();

async function failureOf(resource: TestResource): Promise<ApplicationFailure> {
  const error = await resource.handle.result().then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  return cause as ApplicationFailure;
}

describe('a failure has its own type:', () => {
  it.concurrent('ResourceFailed, not retried', async () => {
    const resource = await bench.resource();
    resource.simulator.resources.get(resource.resource)!.setStatus('FAILED', Date.now());
    await bench.scales.request(resource, { targetCapacity: 6 });
    expect((await failureOf(resource)).type).toBe('ResourceFailed');
    expect(resource.changeTimes()).toEqual([]);
  });

  it.concurrent('ActiveTimeout, saying what was seen last', async () => {
    const resource = await bench.resource({ settings: { waitForActive: { timeoutMs: 1000, intervalMs: 200 } } });
    resource.simulator.resources.get(resource.resource)!.setStatus('PAUSED', Date.now());
    await bench.scales.request(resource, { targetCapacity: 6 });
    expect(await failureOf(resource)).toMatchObject({
      type: 'ActiveTimeout',
      message: expect.stringContaining('PAUSED at 2'),
    });
  });

  it.concurrent(
    'ActiveTimeout where observations never become newer: no change is sent on an old observation',
    async () => {
      const resource = await bench.resource({
        settings: { waitForActive: { timeoutMs: 2000, intervalMs: 200 }, settleMs: 500 },
      });
      resource.simulator.faults.set({ faults: [{ type: 'staleTimestamp', ageMs: 3_600_000, times: 10_000 }] });
      await bench.scales.request(resource, { targetCapacity: 6 });
      expect((await failureOf(resource)).type).toBe('ActiveTimeout');
      expect(resource.changeTimes()).toEqual([]);
    },
  );

  it.concurrent(
    'ResourceFailed at once where a dry run cannot read its platform, saying what it could not read',
    async () => {
      const resource = await bench.resource({
        settings: { dryRun: true, waitForActive: { timeoutMs: 900_000, intervalMs: 30_000 } },
      });
      await resource.simulator.close();
      await bench.scales.request(resource, { targetCapacity: 6 });
      expect(await failureOf(resource)).toMatchObject({
        type: 'ResourceFailed',
        message: expect.stringMatching(/a dry run starts from the current capacity: r-.*\/capacity.*ECONNREFUSED/),
      });
    },
  );

  it.concurrent('CapacityNotReached for an accepted change that never shows, which is not sent again', async () => {
    const resource = await bench.resource({
      settings: { waitForActive: { timeoutMs: 3000, intervalMs: 200 } },
      simulation: { startTimeMs: 3_600_000 },
    });
    resource.simulator.resources.get(resource.resource)!.setStatus('ACTIVE', Date.now());
    await bench.scales.request(resource, { targetCapacity: 6 });
    expect((await failureOf(resource)).type).toBe('CapacityNotReached');
    expect(resource.changeTimes()).toHaveLength(1);
  });

  it.concurrent('ChangeFailed at once where asking again cannot help', async () => {
    const resource = await bench.resource();
    resource.simulator.faults.set({ faults: [{ type: 'reject', on: 'change', status: 422 }] });
    await bench.scales.request(resource, { targetCapacity: 6 });
    expect(await failureOf(resource)).toMatchObject({ type: 'ChangeFailed', message: expect.stringContaining('422') });
    expect(resource.changeTimes()).toHaveLength(1);
  });

  it.concurrent('ChangeFailed after five changes in a row without effect', async () => {
    const resource = await bench.resource({ settings: { cooldownMs: { up: 0, down: 0 }, settleMs: 200 } });
    resource.simulator.faults.set({ faults: [{ type: 'reject', on: 'change', status: 500, times: 100 }] });
    await bench.scales.request(resource, { targetCapacity: 6 });
    expect((await failureOf(resource)).type).toBe('ChangeFailed');
    expect(resource.changeTimes()).toHaveLength(5);
    expect(resource.truth()).toEqual([2]);
  });

  it.concurrent('but a request in the tail of a failed run is done all the same', async () => {
    const resource = await bench.resource({ settings: { cooldownMs: { up: 3000, down: 3000 } } });
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    resource.simulator.faults.set({ faults: [{ type: 'reject', on: 'change', status: 400 }] });
    await resource.until(({ phase }) => phase === 'failed');
    await bench.scales.request(resource, { targetCapacity: 4 });
    expect(await resource.handle.result()).toMatchObject({ phase: 'settled', observed: { capacity: 4 } });
  });
});
