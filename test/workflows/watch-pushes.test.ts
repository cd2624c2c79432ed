import { describe, expect, it } from '@jest/globals';
import { Pushes } from '../../activities/watch/pushes.js';

/** Pauses in a time of its own. A push may come in the middle of the first one. */
function virtualTime(sinceLookMs: number, push?: { readonly afterMs: number; readonly to: Pushes }) {
  let nowMs = sinceLookMs;
  const sleep = async (ms: number, early?: AbortSignal) => {
    if (early?.aborted) return;
    const isPushed = push !== undefined && early !== undefined;
    nowMs += isPushed ? push.afterMs : ms;
    if (isPushed) push.to.notify();
  };
  return { interruption: { sleep }, sinceLookMs: () => nowMs };
}

describe('the pause between two looks of a watch', () => {
  it('lasts for the interval without a push', async () => {
    const { interruption, sinceLookMs } = virtualTime(200);
    await new Pushes().pause(interruption, 14_800, sinceLookMs);
    expect(sinceLookMs()).toBe(15_000);
  });

  it.each([
    ['at once', 9_000, 9_200],
    ['a second after the last look', 300, 1_000],
  ])('ends with a push %s', async (_when, afterMs, endsAtMs) => {
    const pushes = new Pushes();
    const { interruption, sinceLookMs } = virtualTime(200, { afterMs, to: pushes });
    await pushes.pause(interruption, 14_800, sinceLookMs);
    expect(sinceLookMs()).toBe(endsAtMs);
  });

  it.each([
    ['during the last look', 15_000, 200, 1_000],
    ['during the last look, which took long', 15_000, 4_000, 4_000],
    ['before the first look', 15_000, Infinity, Infinity],
    ['during the last look, with an interval of half a second', 500, 200, 500],
  ])('has ended with a push %s', async (_when, intervalMs, lookMs, endsAtMs) => {
    const pushes = new Pushes();
    pushes.notify();
    const { interruption, sinceLookMs } = virtualTime(lookMs);
    await pushes.pause(interruption, Math.max(0, intervalMs - lookMs), sinceLookMs);
    expect(sinceLookMs()).toBe(endsAtMs);
  });

  it('ends once for several pushes', async () => {
    const pushes = new Pushes();
    pushes.notify();
    pushes.notify();
    const first = virtualTime(5_000);
    await pushes.pause(first.interruption, 10_000, first.sinceLookMs);
    const second = virtualTime(200);
    await pushes.pause(second.interruption, 14_800, second.sinceLookMs);
    expect([first.sinceLookMs(), second.sinceLookMs()]).toEqual([5_000, 15_000]);
  });
});
