import { describe, expect, it } from '@jest/globals';
import { rememberRefusal, type RefusalMemory, type RefusedRun } from '../../../src/domain/autoscale/refusal.js';
import { minutes, seconds, start, WatchedResource, spec } from './watched-resource.js';

const refusedRun = (runId: string, atMs: number, to = 6): RefusedRun => ({
  runId,
  refused: { atMs, from: 5, to, reason: 'the quota is 5' },
});

function afterRuns(count: number): RefusalMemory | null {
  let memory: RefusalMemory | null = null;
  for (let run = 1; run <= count; run += 1)
    memory = rememberRefusal(memory, refusedRun(`run ${run}`, start), { nowMs: start, capacity: 5 });
  return memory;
}

describe('after a refusal the change is requested again', () => {
  it.each([
    [1, 15],
    [2, 30],
    [3, 60],
    [5, 240],
    [6, 300],
    [20, 300],
  ])('after %i refused runs in a row: %i s later', (runs, holdSeconds) => {
    expect(afterRuns(runs)).toMatchObject({ times: runs, untilMs: start + holdSeconds * seconds, direction: 'up' });
  });

  it('with no longer pause where the same run is looked at again', () => {
    const memory = afterRuns(1);
    const again = rememberRefusal(memory, refusedRun('run 1', start), { nowMs: start + 5 * seconds, capacity: 5 });
    expect(again).toEqual(memory);
  });

  it('at once when the capacity has come as far as was refused', () => {
    expect(rememberRefusal(afterRuns(3), null, { nowMs: start, capacity: 6 })).toBeNull();
    expect(rememberRefusal(afterRuns(3), refusedRun('run 3', start), { nowMs: start, capacity: 6 })).toBeNull();
  });

  it('as if for the first time when nothing was asked of it for an hour', () => {
    const laterMs = start + 70 * minutes;
    const memory = rememberRefusal(afterRuns(6), refusedRun('a late run', laterMs), { nowMs: laterMs, capacity: 5 });
    expect(memory).toMatchObject({ times: 1, untilMs: laterMs + 15 * seconds });
  });
});

describe('while it is not asked again, an evaluation', () => {
  const policies = [{ type: 'perUnit' as const, value: 'load', target: 10 }];
  const refusal = afterRuns(1);
  const look = (load: number, more: object = {}) => {
    const resource = new WatchedResource(spec({ policies }), 5);
    return resource.look({ load, refusal, ...more });
  };

  it('holds what would be refused, with the words of the platform', () => {
    const { target, limitedBy, reason } = look(100);
    expect({ target, limitedBy }).toEqual({ target: 5, limitedBy: ['refused'] });
    expect(reason).toContain('the quota is 5');
  });

  it('remembers the refusal for the next one', () => {
    const resource = new WatchedResource(spec({ policies }), 5);
    resource.look({ load: 100, refusal });
    expect(resource.state?.refusal).toEqual(refusal);
  });

  it('scales in all the same', () => {
    expect(look(20)).toMatchObject({ target: 2, limitedBy: [] });
  });

  it('does not change the run in progress, which requests less by itself', () => {
    expect(look(100, { run: { target: 10, isOwn: true } })).toMatchObject({ target: 10 });
  });

  it('carries out what a person says, once', () => {
    const override = { capacity: 8, untilMs: null };
    expect(look(20, { override: { ...override, sinceMs: start + 1 } })).toMatchObject({ target: 8 });
    expect(look(20, { override: { ...override, sinceMs: start - 1 } })).toMatchObject({ target: 5 });
  });
});
