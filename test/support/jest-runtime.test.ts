/** What an adapter loads on first use can be loaded while other tests of the file begin and end. */
import { expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

let hasEnded = false;

it.concurrent('a concurrent test ends', async () => {
  await Promise.resolve();
  hasEnded = true;
});

it.concurrent('another loads a module after that', async () => {
  await eventually('the other one has ended', () => hasEnded);
  await expect(import('node:os')).resolves.toHaveProperty('hostname');
});
