import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WorkflowClient } from '@temporalio/client';
import { mayBeKnownToEarlierRuns, ScaleClient } from '../../src/client/scale/client.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll } from '../workflows/workbench.js';

it('no history of runs has a key in an earlier one that is not asked for it, with clocks up to 10 s apart', () => {
  const history = fc.record({
    // Each run with the pause before it, in ms of the true time; every host writes it down by its own clock.
    runs: fc.array(fc.record({ pause: fc.nat(20_000), lasts: fc.nat(20_000) }), { minLength: 2, maxLength: 6 }),
    usedIn: fc.nat(),
    usedAfter: fc.double({ min: 0, max: 1, noNaN: true }),
    madeBefore: fc.nat(60_000),
    skews: fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 })),
  });
  fc.assert(
    fc.property(history, ({ runs, usedIn, usedAfter, madeBefore, skews: [ofKey, ofRun] }) => {
      let clock = 1_000_000;
      const spans = runs.map(({ pause, lasts }) => {
        const startedAtMs = (clock += pause);
        return { startedAtMs, closedAtMs: (clock += lasts) };
      });
      // Used in any run but the newest.
      const { startedAtMs, closedAtMs } = spans[usedIn % (spans.length - 1)]!;
      const usedAtMs = startedAtMs + usedAfter * (closedAtMs - startedAtMs);
      const newest = { startedAtMs: spans.at(-1)!.startedAtMs + ofRun };
      expect(mayBeKnownToEarlierRuns(newest, usedAtMs - madeBefore + ofKey)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it('a key of unknown age may be anywhere', () => {
  expect(mayBeKnownToEarlierRuns({ startedAtMs: 0 }, undefined)).toBe(true);
});

const bench = await openWorkbench();
const { client } = bench.server;

/** A client that counts its lists. */
function counting() {
  let lists = 0;
  const list: WorkflowClient['list'] = (options) => {
    lists += 1;
    return client.workflow.list(options);
  };
  const workflow = new Proxy(client.workflow, {
    get: (target, name) => (name === 'list' ? list : (Reflect.get(target, name) as unknown)),
  });
  const scales = new ScaleClient(
    new Proxy(client, {
      get: (target, name) => (name === 'workflow' ? workflow : (Reflect.get(target, name) as unknown)),
    }),
  );
  return { scales, lists: () => lists };
}

const quick = { settings: { cooldownMs: { up: 0, down: 0 }, settleMs: 100 } };

it('a key that was made after the newest run began costs no list, and one of unknown age does', async () => {
  const resource = await bench.resource(quick);
  await bench.scales.request(resource, { targetCapacity: 3 });
  await resource.handle.result();
  const startedAtMs = (await resource.handle.describe()).startTime.getTime();
  const { scales, lists } = counting();
  await scales.request(resource, { targetCapacity: 3 }, 'decision-1', startedAtMs + 10_001);
  expect(lists()).toBe(0);
  await resource.handle.result();
  await scales.request(resource, { targetCapacity: 3 }, 'unknown-age');
  expect(lists()).toBe(1);
});

it('a request that comes again after other runs is answered, and not done again, by either kind of key', async () => {
  const resource = await bench.resource(quick);
  const { scales, lists } = counting();
  const madeAtMs = Date.now();
  const keys: [string, number | undefined][] = [
    ['decision', madeAtMs],
    ['a caller', undefined],
  ];
  const first = [];
  for (const [key, at] of keys) {
    first.push(await scales.request(resource, { add: 1 }, key, at));
    await resource.handle.result();
  }
  await scales.request(resource, { targetCapacity: 9 });
  await resource.handle.result();
  expect(resource.capacity()).toBe(9);
  // The list may lag a moment behind.
  await poll(
    async () =>
      (await client.workflow.count(`WorkflowId = 'scale:${resource.resource}' AND ExecutionStatus = 'Completed'`))
        .count,
    (closed) => closed === 3,
  );
  const before = lists();
  for (const [index, [key, at]] of keys.entries()) {
    expect(await scales.request(resource, { add: 1 }, key, at)).toMatchObject({ runId: first[index]!.runId });
  }
  expect(lists()).toBe(before + 2);
  expect(resource.truth()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});
