/** Which fault a call meets. */
import { FaultPlan } from '../../src/simulator/fault-plan.js';

const read = { kind: 'read', resource: 'worker' } as const;
const change = { kind: 'change', resource: 'worker' } as const;

describe('a queue of faults', () => {
  it('applies the first remaining fault to each matching call', () => {
    const plan = new FaultPlan();
    plan.set({
      faults: [
        { type: 'reject', on: 'change', status: 503, times: 2 },
        { type: 'none', on: 'change' },
        { type: 'drop', on: 'any' },
      ],
    });
    expect(plan.next(change)).toMatchObject({ type: 'reject' });
    expect(plan.pending()).toMatchObject([{ type: 'reject', times: 1 }, { type: 'none' }, { type: 'drop' }]);
    expect(plan.next(read)).toMatchObject({ type: 'drop' });
    expect(plan.next(change)).toMatchObject({ type: 'reject' });
    expect(plan.next(change)).toMatchObject({ type: 'none' });
    expect(plan.next(change)).toBeUndefined();
    expect(plan.pending()).toEqual([]);
  });

  it('does not affect calls of other resources', () => {
    const plan = new FaultPlan();
    plan.set({ faults: [{ type: 'hang', on: 'any', resource: 'worker' }] });
    expect(plan.next({ kind: 'read', resource: 'other' })).toBeUndefined();
    expect(plan.next(read)).toMatchObject({ type: 'hang' });
  });

  it('supports faults that only affect reads', () => {
    const plan = new FaultPlan();
    plan.set({ faults: [{ type: 'staleReading', ageMs: 1000 }] });
    expect(plan.next(change)).toBeUndefined();
    expect(plan.next(read)).toMatchObject({ type: 'staleReading' });
  });

  it('can be replaced and cleared', () => {
    const plan = new FaultPlan();
    plan.set({ faults: [{ type: 'hang', on: 'any' }] });
    plan.set({ faults: [{ type: 'drop', on: 'any' }] });
    expect(plan.pending()).toMatchObject([{ type: 'drop' }]);
    plan.clear();
    expect(plan.next(read)).toBeUndefined();
  });
});

describe('a fault with a probability', () => {
  const drawn = (seed: number, probability: number) => {
    const plan = new FaultPlan();
    plan.set({ seed, faults: [{ type: 'drop', on: 'any', probability }] });
    return Array.from({ length: 2000 }, () => (plan.next(read) ? 'x' : '.')).join('');
  };

  it('affects about its share of the calls, and the same calls for the same seed', () => {
    const hits = drawn(7, 0.1).replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(140);
    expect(hits).toBeLessThan(260);
    expect(drawn(7, 0.1)).toBe(drawn(7, 0.1));
    expect(drawn(8, 0.1)).not.toBe(drawn(7, 0.1));
  });

  it.each([
    [0, 0],
    [1, 2000],
  ])('of %d affects %i of 2000 calls', (probability, hits) => {
    expect(drawn(1, probability).replaceAll('.', '')).toHaveLength(hits);
  });

  it('can be limited to a number of calls', () => {
    const plan = new FaultPlan();
    plan.set({ faults: [{ type: 'drop', on: 'any', probability: 0.5, times: 3 }] });
    expect(Array.from({ length: 100 }, () => plan.next(read)).filter(Boolean)).toHaveLength(3);
  });
});
