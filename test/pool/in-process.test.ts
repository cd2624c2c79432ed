import { AdapterError } from '../../src/adapters/net/errors.js';
import { InProcessPool, InProcessQueue } from '../../src/pool/in-process.js';
import { never, permitted } from '../platforms/fixtures/sidecar-client.js';

const to = (size: number) => ({ from: 2, to: size, idempotencyKey: `run/${size}` });

describe('the pool of a process', () => {
  it('a resize is called once, and its size is read', async () => {
    const called: number[] = [];
    const pool = new InProcessPool({ size: () => called.at(-1) ?? 2, resize: (size) => called.push(size) });
    expect(await pool.observe(never)).toMatchObject({ capacity: 2, status: 'ACTIVE' });
    expect(await pool.change(to(4), permitted, never)).toEqual({ outcome: 'accepted' });
    expect(await pool.observe(never)).toMatchObject({ capacity: 4 });
    expect(called).toEqual([4]);
  });

  it('a resize that throws may have been made', async () => {
    const resize = () => {
      throw new Error('no memory');
    };
    const pool = new InProcessPool({ size: () => 3, resize });
    expect(await pool.change(to(4), permitted, never)).toEqual({
      outcome: 'unknown',
      reason: 'pool.resize(4) threw: no memory',
    });
  });

  it('while a resize has not settled, no other one is called', async () => {
    const called: number[] = [];
    let settle = () => {};
    const resize = (size: number) => {
      called.push(size);
      return new Promise<void>((resolve) => (settle = resolve));
    };
    const pool = new InProcessPool({ size: () => 2, resize });
    const stopped = new AbortController();
    const first = pool.change(to(4), permitted, stopped.signal);
    stopped.abort();
    expect(await first).toMatchObject({ outcome: 'unknown' });
    expect(await pool.change(to(6), permitted, never)).toEqual({
      outcome: 'rejected',
      final: false,
      reason: 'pool.resize(6) was not called: pool.resize(4) has not settled yet',
    });
    expect(called).toEqual([4]);
    settle();
    await Promise.resolve();
    const third = pool.change(to(6), permitted, never);
    settle();
    expect(await third).toEqual({ outcome: 'accepted' });
    expect(called).toEqual([4, 6]);
  });

  it('an expired permit calls nothing', async () => {
    const called: number[] = [];
    const pool = new InProcessPool({ size: () => 2, resize: (size) => called.push(size) });
    expect(await pool.change(to(4), { isValid: () => false }, never)).toMatchObject({ outcome: 'rejected' });
    expect([called, pool.resizedAtMs]).toEqual([[], null]);
  });

  it.each([[-1], [1.5], [Number.NaN]])('%p is no size', async (size) => {
    const pool = new InProcessPool({ size: () => size, resize: () => undefined });
    await expect(pool.observe(never)).rejects.toThrow('not a whole number of units');
  });
});

describe('the queue of a process', () => {
  it('a length that cannot be read is not zero', async () => {
    const lengths = [() => 7, () => Promise.reject(new Error('no connection')), () => -1];
    const queue = new InProcessQueue({ length: () => lengths.shift()!() });
    expect(await queue.sample(never)).toMatchObject({ value: 7 });
    expect(queue.length).toBe(7);
    await expect(queue.sample(never)).rejects.toEqual(
      new AdapterError('failed', 'queue.length() threw: no connection'),
    );
    expect(queue.length).toBeNull();
    await expect(queue.sample(never)).rejects.toThrow('at least 0');
  });
});
