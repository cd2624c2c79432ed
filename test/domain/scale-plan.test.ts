import { describe, expect, it } from '@jest/globals';
import { planOf } from '../../src/domain/scale/plan.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';

const minuteMs = 60_000;
const settings: ScaleSettings = {
  min: 1,
  max: 500,
  step: { up: 2, down: 1 },
  cooldownMs: { up: 5 * minuteMs, down: 10 * minuteMs },
  settleMs: minuteMs,
  waitForActive: { timeoutMs: 1000, intervalMs: 100 },
  requestTimeoutMs: 1000,
  dryRun: false,
};
const begin = { nowMs: 0, lastChange: null };

describe('the plan of a run', () => {
  it('has each change at the end of the cooldown of the one before', () => {
    expect(planOf({ ...begin, from: 8, target: 13 }, settings)).toEqual({
      changes: [
        { from: 8, to: 10, atMs: 0 },
        { from: 10, to: 12, atMs: 5 * minuteMs },
        { from: 12, to: 13, atMs: 10 * minuteMs },
      ],
      count: 3,
      finishedAtMs: 10 * minuteMs,
    });
  });

  it('begins when the last change has cooled down in the direction of the first one', () => {
    const lastChange = { sentAtMs: -minuteMs, upSentAtMs: -minuteMs, confirmed: true };
    expect(planOf({ ...begin, lastChange, from: 3, target: 2 }, settings).finishedAtMs).toBe(9 * minuteMs);
    expect(planOf({ ...begin, lastChange, from: 3, target: 4 }, settings).finishedAtMs).toBe(4 * minuteMs);
  });

  it('waits for nothing else when the cooldown has expired', () => {
    const lastChange = { sentAtMs: -60 * minuteMs, upSentAtMs: null, confirmed: true };
    expect(planOf({ ...begin, lastChange, from: 3, target: 4 }, settings).finishedAtMs).toBe(0);
  });

  it('is empty at the target', () => {
    expect(planOf({ ...begin, from: 3, target: 3 }, settings)).toEqual({ changes: [], count: 0, finishedAtMs: null });
  });

  it('counts all changes, and lists the first 100', () => {
    const plan = planOf({ ...begin, from: 1, target: 500 }, settings);
    expect(plan.changes).toHaveLength(100);
    expect(plan).toMatchObject({ count: 250, finishedAtMs: 249 * 5 * minuteMs });
  });
});
