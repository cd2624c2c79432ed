/** What docs/coming-from.md says of a negative metric. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { make } from '../../sources/conformance.js';
import { LocalHttpServer } from '../../sources/local-servers.js';
import { spec, WatchedResource } from './watched-resource.js';

const server = new LocalHttpServer(() => ({ body: { load: -500 } }));
beforeAll(() => server.start());
afterAll(() => server.stop());

test('a negative metric is no data, so that nothing is scaled in, nor out', async () => {
  const source = make({ type: 'http-json' }, { url: `http://127.0.0.1:${server.port}`, path: 'load' });
  const sampled = await source.sample(new AbortController().signal).catch((error: unknown) => error);
  await source.close?.();
  expect(sampled).toMatchObject({ code: 'malformed', message: expect.stringContaining('is negative') as unknown });
  const load = { failure: (sampled as Error).message };
  const resource = new WatchedResource(spec({ policies: [{ type: 'perUnit', value: 'load', target: 10 }] }), 4);
  for (let look = 0; look < 5; look += 1) {
    expect(resource.look({ readings: { load } })).toMatchObject({ target: 4, samples: [{ value: null }] });
  }
});

test.each(['perUnit', 'utilization'] as const)(
  'an expression below zero asks %s for none, and never for the maximum',
  (type) => {
    const policies = [{ type, value: 'load - 100', target: 10 }];
    const resource = new WatchedResource(spec({ policies }), 4);
    const { recommended, policies: reports } = resource.look({ load: 5 });
    expect(reports).toMatchObject([{ value: -95 }]);
    expect(recommended).toBe(0);
  },
);
