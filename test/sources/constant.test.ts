import { expect, it } from '@jest/globals';
import { createSource } from '../support/create-source.js';

const context = { signal: 'share', timeoutMs: 1000 };

it('returns the value in its settings', async () => {
  const sample = await createSource('constant', { value: 7 }, context).sample(new AbortController().signal);
  expect(sample.value).toBe(7);
});

it('refuses a value that is not a load', () => {
  expect(() => createSource('constant', { value: -1 }, context)).toThrow('signal "share", constant: value');
});
