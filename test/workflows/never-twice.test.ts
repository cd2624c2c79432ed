import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { customPlatform } from '../../src/adapters/platforms/custom.js';
import type { ChangeOutcome } from '../../src/domain/scale/capacity.js';
import type { faultPlanSchema } from '../../src/simulator/fault.js';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench } from './workbench.js';

type Fault = z.input<typeof faultPlanSchema>['faults'][number];

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
await bench.startWorker();
/** Where the worker goes away, a worker of its own. */
const own = new Workbench(environment);

afterAll(async () => {
  await Promise.all([bench.close(), own.close()]);
  await environment.teardown();
});

interface Case {
  readonly name: string;
  readonly faults: Fault[];
  /** How many changes reach the sidecar on the way from 2 to 4, by steps of 1. */
  readonly changesSent: number;
}

const onChange = { on: 'change' } as const;
const cases: Case[] = [
  { name: 'a lost reply counts as made', faults: [{ type: 'drop', ...onChange, appliesAfterMs: 0 }], changesSent: 2 },
  {
    name: 'an error after it was applied counts as made',
    faults: [{ type: 'reject', status: 500, ...onChange, appliesAfterMs: 0 }],
    changesSent: 2,
  },
  {
    name: 'a gateway timeout after it was applied counts as made',
    faults: [{ type: 'reject', status: 504, ...onChange, appliesAfterMs: 0 }],
    changesSent: 2,
  },
  {
    name: 'without a response, it counts as made',
    faults: [{ type: 'hang', ...onChange, appliesAfterMs: 0 }],
    changesSent: 2,
  },
  {
    name: 'with an incomplete response, it counts as made',
    faults: [{ type: 'cutOff', ...onChange, appliesAfterMs: 0 }],
    changesSent: 2,
  },
  {
    name: 'a reply whose body never comes counts as made',
    faults: [{ type: 'stall', ...onChange, appliesAfterMs: 0 }],
    changesSent: 2,
  },
  {
    name: 'a change that lands a second late is not sent again meanwhile',
    faults: [{ type: 'drop', ...onChange, appliesAfterMs: 1000 }],
    changesSent: 2,
  },
  {
    name: 'a change that was lost on its way is sent again once it is sure',
    faults: [{ type: 'drop', ...onChange }],
    changesSent: 3,
  },
  {
    name: 'an error that applied nothing is sent again once it is sure',
    faults: [{ type: 'reject', status: 502, ...onChange }],
    changesSent: 3,
  },
  {
    name: 'a change that was surely rejected is simply sent again',
    faults: [{ type: 'reject', status: 429, ...onChange }],
    changesSent: 3,
  },
  {
    name: 'stale readings after a lost reply prove nothing',
    faults: [
      { type: 'drop', ...onChange, appliesAfterMs: 0 },
      { type: 'staleReading', ageMs: 4000, times: 4 },
    ],
    changesSent: 2,
  },
  {
    name: 'old timestamps after an accepted change prove nothing',
    faults: [
      { type: 'none', on: 'change' },
      { type: 'none', on: 'read', times: 2 },
      { type: 'staleTimestamp', ageMs: 10_000, times: 3 },
    ],
    changesSent: 2,
  },
  {
    name: 'reads that fail are looked at again',
    faults: [
      { type: 'reject', status: 500, on: 'read', times: 2 },
      { type: 'malformed', body: 'notJson', on: 'read' },
      { type: 'drop', on: 'read' },
    ],
    changesSent: 2,
  },
];

describe('on the way from 2 to 4,', () => {
  it.concurrent.each(cases)('$name', async ({ faults, changesSent }) => {
    const resource = await bench.resource();
    resource.simulator.faults.set({ faults });
    await bench.scales.request(resource, { targetCapacity: 4 });
    expect(await resource.handle.result()).toMatchObject({ phase: 'settled', observed: { capacity: 4 } });
    expect(resource.truth()).toEqual([2, 3, 4]);
    expect(resource.changeTimes()).toHaveLength(changesSent);
  });

  it.concurrent('a sidecar that is down is waited for', async () => {
    const resource = await bench.resource({ settings: { waitForActive: { timeoutMs: 20_000, intervalMs: 300 } } });
    await resource.simulator.goDown();
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.until(({ phase }) => phase === 'observing');
    await resource.simulator.comeBack();
    expect(await resource.handle.result()).toMatchObject({ observed: { capacity: 4 } });
    expect(resource.truth()).toEqual([2, 3, 4]);
  });

  it.concurrent('a platform that reads a second behind is not hurried', async () => {
    const resource = await bench.resource({ simulation: { readLagMs: 1500, startTimeMs: 300 } });
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3, 4]);
    expect(resource.changeTimes()).toHaveLength(2);
  });
});

describe('on a platform of a module,', () => {
  it.concurrent('a change that throws after it was applied counts as made', async () => {
    const { platform, sizes } = ownPlatform(({ apply }) => {
      apply();
      throw new Error('the answer was lost');
    });
    const resource = await bench.resource();
    bench.platforms.set(resource.resource, platform);
    await bench.scales.request(resource, { targetCapacity: 4 });
    expect(await resource.handle.result()).toMatchObject({ phase: 'settled', observed: { capacity: 4 } });
    expect(sizes).toEqual([2, 3, 4]);
  });

  it.concurrent('a change that was surely rejected is sent again', async () => {
    let calls = 0;
    const { platform, sizes } = ownPlatform(({ apply }) => {
      if (calls++ === 0) return { outcome: 'rejected', final: false, reason: 'busy' };
      apply();
      return { outcome: 'accepted' };
    });
    const resource = await bench.resource();
    bench.platforms.set(resource.resource, platform);
    await bench.scales.request(resource, { targetCapacity: 3 });
    expect(await resource.handle.result()).toMatchObject({ phase: 'settled', observed: { capacity: 3 } });
    expect(sizes).toEqual([2, 3]);
    expect(calls).toBe(2);
  });
});

/** @param change calls `apply` when the platform takes the change. `sizes` has a size for each call of `apply`. */
function ownPlatform(change: (call: { readonly apply: () => void }) => ChangeOutcome) {
  const sizes = [2];
  const size = () => sizes.at(-1)!;
  const definition = customPlatform({
    type: 'own',
    summary: 'In memory.',
    settings: z.object({}),
    takesChanges: 'whenActive',
    create: () => ({
      observe: async () => ({ capacity: size() }),
      // Relative, so that a change that is sent twice shows.
      change: async ({ from, to }) => change({ apply: () => sizes.push(size() + to - from) }),
    }),
  });
  return { platform: definition.create({}, { resource: 'own', requestTimeoutMs: 1000 }), sizes };
}

describe('when the worker stops', () => {
  it('with a change in flight, the change counts as made and is not sent again', async () => {
    const stop = await own.startWorker();
    const resource = await own.resource();
    resource.simulator.faults.set({ faults: [{ type: 'slow', on: 'change', delayMs: 800 }] });
    await own.scales.request(resource, { targetCapacity: 3 });
    await resource.until(({ phase }) => phase === 'changing');
    await stop();
    const stopAgain = await own.startWorker();
    await resource.handle.result();
    expect(resource.truth()).toEqual([2, 3]);
    expect(resource.changeTimes()).toHaveLength(1);
    await stopAgain();
  });

  it('a request that no worker has received is accepted, and carried out when a worker runs again', async () => {
    const resource = await own.resource();
    expect(await own.scales.request(resource, { targetCapacity: 3 })).toMatchObject({ outcome: 'started' });
    expect(await own.scales.request(resource, { targetCapacity: 4 })).toMatchObject({
      outcome: 'accepted',
      targetCapacity: 4,
    });
    expect(await own.scales.request(resource, { add: 1 })).toMatchObject({ outcome: 'accepted', targetCapacity: null });
    const stop = await own.startWorker();
    await resource.handle.result();
    expect(resource.capacity()).toBe(5);
    await stop();
  });
});
