/** A pool of workers in this process, and an autoscaler that follows its queue. */
import { setTimeout as pause } from 'node:timers/promises';
import { Autoscaler } from 'escapement';

type Job = () => Promise<unknown>;

class Pool {
  readonly jobs: Job[] = [];
  readonly #workers: { isRemoved: boolean }[] = [];

  get size(): number {
    return this.#workers.length;
  }

  /** Returns at once. A worker that is removed completes its job first. */
  resize(size: number): void {
    for (const worker of this.#workers.splice(size)) worker.isRemoved = true;
    while (this.size < size) {
      const worker = { isRemoved: false };
      this.#workers.push(worker);
      void this.#work(worker);
    }
  }

  async #work(worker: { readonly isRemoved: boolean }): Promise<void> {
    while (!worker.isRemoved) await (this.jobs.shift() ?? (() => pause(50)))();
  }
}

const [min, max] = [2, 6];
const pool = new Pool();
pool.resize(min);

const autoscaler = new Autoscaler({
  name: process.env['POOL_NAME'] ?? 'analyzers',
  pool: {
    size: () => pool.size,
    resize: (size) => {
      console.log(`resize(${size})`);
      pool.resize(size);
    },
  },
  queue: { length: () => pool.jobs.length },
  min,
  max,
  up: { at: 50, add: 2 },
  down: { at: 10, remove: 1 },
  interval: '1s',
  cooldown: '2s',
});
await autoscaler.start();
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

/** Jobs arrive until the pool has its largest size. Then the pool completes them, and shrinks again. */
let isRush = true;
let shown = '';
while (!stopping.signal.aborted) {
  if (pool.size === max) isRush = false;
  while (isRush && pool.jobs.length < 60) pool.jobs.push(() => pause(100));
  const { phase, capacity, decision, problem } = autoscaler.stats();
  const line = `${phase}, size ${capacity ?? 'not known'}: ${problem ?? decision ?? 'no decision yet'}`;
  if (line !== shown) console.log((shown = line));
  if (phase === 'takenOver' || (!isRush && pool.size === min && phase === 'steady')) break;
  await pause(100, undefined, { signal: stopping.signal }).catch(() => undefined);
}
await autoscaler.stop();
pool.resize(0);
console.log('stopped');
