/** Whole scale runs on platforms that do the opposite of what they are asked, or count something else. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import type { ScalableResource } from '../../src/client/scale/client.js';
import {
  type AutoscaleMemo,
  autoscaleWorkflowId,
  autoscaleWorkflowType,
  pauseSignal,
} from '../../workflows/autoscale/messages.js';
import { eventually } from '../support/eventually.js';
import { genericHttp } from '../../src/adapters/platforms/generic-http/generic-http.js';
import { devServerEnvironment } from '../support/temporal.js';
import { requestTimeoutMs, type Candidate, type Site } from './candidates/candidate.js';
import { ConformanceBench } from './conformance.js';
import { openGate, type Gate } from './fixtures/gate.js';
import { closeJsonServers, startJsonServer } from './fixtures/json-server.js';
import { poolOf, poolSite } from './fixtures/pool-server.js';

const environment = await devServerEnvironment();
const bench = new ConformanceBench(environment);
await bench.start('.cache/workflow-bundle.js');
const gates: Gate[] = [];

afterAll(async () => {
  await bench.stop();
  await Promise.all(gates.map((gate) => gate.close()));
  await closeJsonServers();
  await environment.teardown();
});

const quick = { step: { up: 1, down: 1 }, cooldownMs: { up: 0, down: 0 }, settleMs: 1000, max: 10 };

/** An autoscaler that wants a fixed capacity. */
async function autoscale({ resource, settings, taskQueue }: ScalableResource, capacity: number) {
  const policies = [{ type: 'fixed' as const, capacity }];
  const input = { resource, settings: autoscaleSettingsSchema.parse({ intervalMs: 500, policies }), limits: settings };
  const workflowId = autoscaleWorkflowId(resource);
  return environment.client.workflow.start(autoscaleWorkflowType, { workflowId, taskQueue, args: [input] });
}

/** What `add` and `remove` of one unit do to the size. */
interface Effects {
  readonly add: (size: number) => number;
  readonly remove: (size: number) => number;
}

function addingSite(size: number, effects: Effects): { readonly site: Site; readonly changes: number[] } {
  const changes: number[] = [];
  let now = size;
  const site: Site = {
    resource: async (name) => {
      const server = await startJsonServer(({ method, path }) => {
        if (method === 'POST') changes.push((now = path === '/add' ? effects.add(now) : effects.remove(now)));
        return { body: { size: now } };
      });
      const gate = await openGate(server.url, ({ method }) => method === 'POST');
      gates.push(gate);
      const settings = genericHttp.settings.parse({
        observe: { url: `${gate.url}/pool`, capacity: 'size' },
        add: { url: `${gate.url}/add` },
        remove: { url: `${gate.url}/remove` },
      });
      const nothing = async () => undefined;
      return {
        platform: genericHttp.create(settings, { resource: name, requestTimeoutMs }),
        gate,
        capacity: async () => now,
        moveTo: nothing,
        fail: nothing,
        remove: nothing,
      };
    },
    close: async () => undefined,
  };
  return { site, changes };
}

function begin(
  site: Site,
  capacity: number,
  takesChanges: Candidate['takesChanges'],
  settings: Partial<ScaleSettings> = {},
) {
  const candidate: Candidate = { name: 'pool', takesChanges, throttled: {}, denied: {}, open: async () => site };
  return bench.resource(candidate, site, capacity, { ...quick, ...settings });
}

describe('a run whose own changes move capacity the wrong way', () => {
  it.concurrent('fails at the first, where "remove" adds', async () => {
    const { site, changes } = addingSite(5, { add: (size) => size + 1, remove: (size) => size + 1 });
    const run = await begin(site, 5, 'whenActive');
    await run.request(3);
    expect(await run.failure()).toBe('WrongDirection');
    expect(changes).toEqual([6]);
  });

  it.concurrent('fails at the first that leaves the bounds', async () => {
    const { site, changes } = addingSite(8, { add: (size) => size + 4, remove: (size) => size - 1 });
    const run = await begin(site, 8, 'whenActive');
    await run.request(9);
    expect(await run.failure()).toBe('WrongDirection');
    expect(changes).toEqual([12]);
  });

  it.concurrent('fails at the second, where the number that is read counts something else', async () => {
    const { site, changes } = addingSite(6, { add: (size) => size - 2, remove: (size) => size });
    const run = await begin(site, 6, 'whenActive', { min: 0 });
    await run.request(8);
    expect(await run.failure()).toBe('WrongDirection');
    expect(changes).toEqual([4, 2]);
  });

  it.concurrent(
    'is distinguished from another writer that changes the capacity in the other direction once',
    async () => {
      const pool = poolOf(5);
      const site = poolSite(pool, (written) => {
        if (written.sets.length === 1) written.size = 2;
      });
      const run = await begin(site, 5, 'shownAtOnce', { step: { up: null, down: null } });
      await run.request(8);
      expect((await run.result()).changes.map(({ from, to }) => [from, to])).toEqual([
        [5, 8],
        [2, 8],
      ]);
      await site.closeAll();
    },
  );
});

describe('an autoscaler whose changes move capacity the wrong way', () => {
  it('pauses itself until a person looks, and once for each run', async () => {
    const { site, changes } = addingSite(5, { add: (size) => size + 1, remove: (size) => size + 1 });
    const { scalable } = await begin(site, 5, 'whenActive');
    const autoscaler = await autoscale(scalable, 3);
    const pause = () =>
      eventually('it has paused itself', async () => {
        const memo = (await autoscaler.describe()).memo as Partial<AutoscaleMemo> | undefined;
        return memo?.pause ?? undefined;
      });
    expect(await pause()).toMatchObject({
      direction: 'both',
      untilMs: null,
      reason: expect.stringContaining('5 -> 4'),
    });
    expect(changes).toEqual([6]);

    await autoscaler.signal(pauseSignal, null);
    await eventually('the policies try again', () => changes.length === 2);
    expect(await pause()).toMatchObject({ reason: expect.stringContaining('6 -> 5') });
    expect(changes).toEqual([6, 7]);
    await autoscaler.terminate();
  });
});
