/** The simulated resource: what is seen of it at a time, from what was done to it. */
import fc from 'fast-check';
import { SimulatedResource } from '../../src/simulator/resource.js';
import { seed } from '../properties/seed.js';

const start = { capacity: 3, atMs: 1000, startTimeMs: 500 };

describe('a resource that takes 500 ms to start', () => {
  it.each([
    [999, 3, 'ACTIVE'],
    [2000, 3, 'STARTING'],
    [2499, 3, 'STARTING'],
    [2500, 4, 'ACTIVE'],
  ])('that adds a unit at 2000 ms has, at %i ms, the capacity %i and the status %s', (atMs, capacity, status) => {
    const resource = new SimulatedResource('worker', start);
    resource.change(1, 2000, 'add 1');
    expect(resource.at(atMs)).toEqual({ capacity, status });
  });

  it('applies every change that arrives while another change is starting', () => {
    const resource = new SimulatedResource('worker', start);
    resource.change(2, 2000, 'add 2');
    resource.change(-1, 2100, 'remove 1');
    expect(resource.at(2550)).toEqual({ capacity: 5, status: 'STARTING' });
    expect(resource.at(2600)).toEqual({ capacity: 4, status: 'ACTIVE' });
  });

  it('applies a delayed change at its own time, independently of earlier changes', () => {
    const resource = new SimulatedResource('worker', start);
    resource.change(1, 9000, 'add 1, late');
    resource.change(1, 2000, 'add 1');
    resource.setCapacity(7, 3000);
    expect(resource.truth(10_000)).toEqual([
      { atMs: 1000, capacity: 3, cause: 'start' },
      { atMs: 2500, capacity: 4, cause: 'add 1' },
      { atMs: 3000, capacity: 7, cause: 'set by another writer' },
      { atMs: 9500, capacity: 8, cause: 'add 1, late' },
    ]);
    expect(resource.truth(2999)).toHaveLength(2);
  });

  it('refuses a change that would end below zero, counting changes in progress', () => {
    const resource = new SimulatedResource('worker', start);
    expect(resource.change(-2, 2000, 'remove 2')).toBe(true);
    expect(resource.change(-2, 2001, 'remove 2')).toBe(false);
    expect(resource.truth(10_000).at(-1)).toMatchObject({ capacity: 1 });
  });

  it('shows a status that was set until it is removed, also for a read of an earlier time', () => {
    const resource = new SimulatedResource('worker', start);
    resource.setStatus('FAILED', 2000);
    resource.setStatus(undefined, 3000);
    expect([1999, 2000, 2999, 3000].map((atMs) => resource.at(atMs).status)).toEqual([
      'ACTIVE',
      'FAILED',
      'FAILED',
      'ACTIVE',
    ]);
  });
});

it('its capacity is never below zero, its history is in order, and every read agrees with the history', () => {
  const happening = fc.record({
    atMs: fc.integer({ min: 1000, max: 5000 }),
    units: fc.integer({ min: -3, max: 3 }),
    set: fc.option(fc.integer({ min: 0, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(happening), (happenings) => {
      const resource = new SimulatedResource('worker', start);
      for (const { atMs, units, set } of happenings) {
        if (set === null) resource.change(units, atMs, 'change');
        else resource.setCapacity(set, atMs);
      }
      const truth = resource.truth(Infinity);
      truth.forEach(({ atMs, capacity }, index) => {
        const next = truth[index + 1];
        expect(capacity).toBeGreaterThanOrEqual(0);
        if (next === undefined || next.atMs > atMs) expect(resource.at(atMs).capacity).toBe(capacity);
        if (next !== undefined) expect(next.atMs).toBeGreaterThanOrEqual(atMs);
      });
    }),
    { seed },
  );
});
