/** Zero that means "no data", and "no data" that means zero: only where a person says so. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { makeSampler, type Look } from '../../src/adapters/sources/sampler.js';
import { sources } from '../../src/adapters/sources/registry.js';
import { AdapterError } from '../../src/adapters/net/errors.js';

function empty(): never {
  throw new AdapterError('noData', 'there is nothing.');
}

async function outcomeOf(emptyAs: Look['emptyAs'], look: () => number): Promise<unknown> {
  const source = makeSampler(
    { signal: 'waiting', timeoutMs: 1000 },
    { server: 'a queue', secrets: [], emptyAs, look: async () => ({ value: look() }) },
  );
  try {
    return (await source.sample(new AbortController().signal)).value;
  } catch (error) {
    if (error instanceof AdapterError) return error;
    throw error;
  }
}

describe('emptyAs', () => {
  it.each<[string, Look['emptyAs'], () => number, number]>([
    ['nothing', undefined, () => 0, 0],
    ['nothing', undefined, () => 5, 5],
    ['a number', 3, empty, 3],
    ['zero', 0, empty, 0],
    ['zero', 0, () => 0, 0],
    ['noData', 'noData', () => 5, 5],
  ])('%s: %s over %p is %p', async (_, emptyAs, look, expected) => {
    expect(await outcomeOf(emptyAs, look)).toBe(expected);
  });

  it('with noData a value of 0 is no data', async () => {
    expect(await outcomeOf('noData', () => 0)).toMatchObject({
      code: 'noData',
      message: 'signal "waiting", a queue: the value is 0, which is no data with emptyAs: noData.',
    });
  });

  it('an error for an empty response names the signal and the effect of emptyAs', async () => {
    expect(await outcomeOf(undefined, empty)).toMatchObject({
      code: 'noData',
      message:
        'signal "waiting", a queue: there is nothing. With emptyAs: 0 this counts as 0 and capacity may go down; without it, scaling in is blocked.',
      hint: 'with emptyAs: 0 it would count as 0',
    });
  });

  it('the advice is absent with emptyAs: noData, and for an unreachable server', async () => {
    expect(await outcomeOf('noData', empty)).toMatchObject({ message: 'signal "waiting", a queue: there is nothing.' });
    const down = () => {
      throw new AdapterError('unreachable', 'is down.');
    };
    expect(await outcomeOf(undefined, down)).toMatchObject({
      message: 'signal "waiting", a queue: is down.',
      hint: undefined,
    });
  });
});

describe('every source that measures anything', () => {
  const measuring = sources.all.filter(({ type }) => type !== 'constant');

  it.each(measuring.map((definition) => [definition.type, definition] as const))(
    '%s takes emptyAs: noData, for one that answers 0 when it knows nothing',
    (_, { settings }) => {
      expect(settings).toBeInstanceOf(z.ZodObject);
      const { emptyAs } = (settings as z.ZodObject).shape;
      expect((emptyAs as z.ZodType).safeParse('noData').success).toBe(true);
      expect((emptyAs as z.ZodType).safeParse('nodata').success).toBe(false);
    },
  );
});
