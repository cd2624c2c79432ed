/** A source of a module has the guarantees of every source: no data is never zero, and every read ends. */
import { customSource } from '../../src/adapters/sources/custom.js';
import { z } from '../../src/extend/index.js';

const sampleWith = (sample: () => unknown) =>
  customSource({
    type: 'tickets',
    summary: 'Open tickets.',
    settings: z.object({}),
    // Of JavaScript, which no compiler has checked.
    create: () => ({ sample: sample as () => Promise<number> }),
  })
    .create({}, { signal: 'open', timeoutMs: 50 })
    .sample(new AbortController().signal);

it('a number is a sample of now, and a dated value one of its time', async () => {
  expect(await sampleWith(async () => 3)).toMatchObject({ value: 3, atMs: expect.any(Number) as number });
  expect(await sampleWith(async () => ({ value: 4, atMs: 1000 }))).toEqual({ value: 4, atMs: 1000, isDated: true });
});

it.each<[sample: string, () => unknown, words: string]>([
  ['null', async () => null, 'signal "open", tickets: there is no data.'],
  ['undefined', async () => undefined, 'returned neither a number'],
  ['a value without a time', async () => ({ value: 3 }), 'returned neither a number'],
  ['a negative number', async () => -1, 'the value is negative'],
  ['NaN', async () => NaN, 'the value is NaN'],
  ['an error', () => Promise.reject(new Error('no desk')), 'signal "open", tickets: no desk'],
  ['nothing in time', () => new Promise(() => undefined), 'within 50 ms'],
])('%s is no sample', async (_, sample, words) => {
  await expect(sampleWith(sample)).rejects.toThrow(words);
});
