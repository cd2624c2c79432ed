/** Whole scale runs on a platform that takes a size at any time: nothing is forgotten, and readiness is no gate. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { devServerEnvironment } from '../support/temporal.js';
import type { Candidate } from './candidates/candidate.js';
import { ConformanceBench } from './conformance.js';
import { closeJsonServers } from './fixtures/json-server.js';
import { poolOf, poolSite, type AfterSet, type Pool } from './fixtures/pool-server.js';

const environment = await devServerEnvironment();
const bench = new ConformanceBench(environment);
await bench.start('.cache/workflow-bundle.js');
const sites: ReturnType<typeof poolSite>[] = [];

afterAll(async () => {
  await bench.stop();
  for (const site of sites) await site.closeAll();
  await closeJsonServers();
  await environment.teardown();
});

const whole = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, max: 40 };

function begin(pool: Pool, settings: Partial<ScaleSettings> = {}, afterSet?: AfterSet) {
  const site = poolSite(pool, afterSet);
  sites.push(site);
  const candidate: Candidate = {
    name: 'pool',
    takesChanges: 'shownAtOnce',
    throttled: {},
    denied: {},
    open: async () => site,
  };
  return bench.resource(candidate, site, pool.size, { ...whole, ...settings });
}

const stepsOf = ({ changes }: { readonly changes: readonly { readonly from: number; readonly to: number }[] }) =>
  changes.map(({ from, to }) => [from, to]);

describe('a change that may have been sent counts as made', () => {
  it.concurrent('though its answer was lost: the next one waits out the cooldown, and nothing is drift', async () => {
    const pool = poolOf(1, { losesNextAnswer: true });
    const run = await begin(pool, { step: { up: 1, down: 1 }, cooldownMs: { up: 6000, down: 6000 } });
    await run.request(3);
    const final = await run.result();
    expect(final.changes.map(({ from, to, outcome }) => [from, to, outcome])).toEqual([
      [1, 2, 'unknown'],
      [2, 3, 'accepted'],
    ]);
    expect(final.drift).toEqual([]);
    expect(pool.sets.map(({ to }) => to)).toEqual([2, 3]);
    expect(pool.sets[1]!.atMs - pool.sets[0]!.atMs).toBeGreaterThanOrEqual(6000);
  });
});

describe('units that are not ready', () => {
  it.concurrent('do not keep a resource from being scaled in', async () => {
    const pool = poolOf(5, { room: 4 });
    const run = await begin(pool);
    await run.request(2);
    expect(stepsOf(await run.result())).toEqual([[5, 2]]);
  });

  it.concurrent('do not keep it from being scaled out, and are shown beside the capacity', async () => {
    const pool = poolOf(2, { room: 1 });
    const run = await begin(pool);
    await run.request(9);
    const final = await run.result();
    expect(stepsOf(final)).toEqual([[2, 9]]);
    expect(final.observed).toMatchObject({ capacity: 9, ready: 1 });
  });

  it.concurrent('are waited for by the next step up, which then goes on and says so', async () => {
    const pool = poolOf(1, { room: 1 });
    const waitForActive = { timeoutMs: 4000, intervalMs: 500 };
    const run = await begin(pool, { step: { up: 2, down: null }, waitForActive });
    await run.request(5);
    const { changes } = await run.result();
    expect(changes).toMatchObject([
      { from: 1, to: 3 },
      { from: 3, to: 5, reason: 'requested 3, 1 ready after 4 s: this step was made without waiting longer' },
    ]);
    expect(pool.sets[1]!.atMs - pool.sets[0]!.atMs).toBeGreaterThanOrEqual(4000);
  });

  it.concurrent('are noticed within 2 s when they become ready, also late in a wait', async () => {
    const pool = poolOf(1, { room: 1 });
    const waitForActive = { timeoutMs: 60_000, intervalMs: 30_000 };
    const run = await begin(pool, { step: { up: 2, down: null }, waitForActive });
    await run.request(5);
    await run.until(({ stepsMade }) => stepsMade === 1);
    const sinceMs = Date.now();
    // By then the pauses between looks have grown to their longest.
    await run.until(() => Date.now() - sinceMs > 8000);
    pool.room = 3;
    const readyAtMs = Date.now();
    await run.until(({ stepsMade }) => stepsMade === 2);
    expect(pool.sets[1]!.atMs - readyAtMs).toBeLessThan(3000);
  });

  it.concurrent('hold up nobody who asks for another target meanwhile', async () => {
    const pool = poolOf(1, { room: 1 });
    const run = await begin(pool, { step: { up: 2, down: null } });
    await run.request(9);
    await run.until(({ phase, stepsMade }) => stepsMade === 1 && phase === 'observing');
    await run.request(2);
    expect(stepsOf(await run.result())).toEqual([
      [1, 3],
      [3, 2],
    ]);
  });
});

describe('another writer', () => {
  it.concurrent('who is next after an accepted change is answered at once, whatever was written', async () => {
    const pool = poolOf(1);
    let isWritten = false;
    const run = await begin(pool, { settleMs: 30_000 }, (written) => {
      if (!isWritten) written.size = 3;
      isWritten = true;
    });
    await run.request(5);
    const final = await run.result();
    expect(stepsOf(final)).toEqual([
      [1, 5],
      [3, 5],
    ]);
    expect(final.drift).toMatchObject([{ from: 5, to: 3 }]);
    expect(pool.sets[1]!.atMs - pool.sets[0]!.atMs).toBeLessThan(3000);
  });

  it.concurrent('who sets more than a run scales out to is not undone by that run', async () => {
    const pool = poolOf(1);
    const run = await begin(pool, { step: { up: 5, down: null } }, (written) => {
      written.size = 30;
    });
    await run.request(20);
    const final = await run.result();
    expect(stepsOf(final)).toEqual([[1, 6]]);
    expect(pool.size).toBe(30);
    expect(final).toMatchObject({ phase: 'settled', observed: { capacity: 30 }, drift: [{ from: 6, to: 30 }] });
    expect(final.lastError).toBe('another writer set 30 while the run was scaling out to 20: left as it is');
  });

  it.concurrent('is undone on request', async () => {
    const pool = poolOf(1);
    const run = await begin(pool, { cooldownMs: { up: 0, down: 2000 } }, (written) => {
      if (written.sets.length === 1) written.size = 30;
    });
    await run.request(20);
    await run.until(({ phase }) => phase === 'settled');
    await run.request(20);
    expect(stepsOf(await run.result())).toEqual([
      [1, 20],
      [30, 20],
    ]);
  });
});

describe('another writer who sets more before the newest request', () => {
  it.concurrent('is undone, because the request comes later', async () => {
    const pool = poolOf(1);
    const run = await begin(pool, { cooldownMs: { up: 0, down: 4000 } });
    await run.request(3);
    await run.until(({ phase }) => phase === 'settled');
    pool.size = 7;
    await run.request(3);
    expect(stepsOf(await run.result())).toEqual([
      [1, 3],
      [7, 3],
    ]);
  });
});

describe('reads that are refused', () => {
  it.concurrent('do not fail a run whose change was sent', async () => {
    const pool = poolOf(1);
    const run = await begin(pool, { waitForActive: { timeoutMs: 60_000, intervalMs: 500 } }, (written) => {
      written.refusesReads = 403;
    });
    await run.request(2);
    await run.until(({ phase }) => phase === 'changing');
    const sinceMs = Date.now();
    await run.until(() => Date.now() - sinceMs > 5000);
    pool.refusesReads = null;
    expect(stepsOf(await run.result())).toEqual([[1, 2]]);
  });

  it.concurrent('fail no run before they have lasted', async () => {
    const pool = poolOf(1, { refusesReads: 401 });
    const run = await begin(pool);
    await run.request(2);
    const sinceMs = Date.now();
    await run.until(() => Date.now() - sinceMs > 5000);
    pool.refusesReads = null;
    expect(stepsOf(await run.result())).toEqual([[1, 2]]);
  });
});

describe('a quota', () => {
  it.concurrent(
    'is approached by halves, down to one unit, and then ends the run with the words of the platform',
    async () => {
      const pool = poolOf(1, { quota: 5 });
      const run = await begin(pool);
      await run.request(10);
      expect(await run.failure()).toBe('ChangeFailed');
      expect(pool.size).toBe(5);
      expect(pool.sets.map(({ to }) => to)).toEqual([10, 5, 9, 7, 6]);
    },
  );
});
