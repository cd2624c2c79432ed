import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { prometheusService } from '../../scripts/services/prometheus.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

// bcrypt of the planted secret, with the fewest rounds.
const server = await prometheusService(plantedSecret, '$2b$04$4ktmhKtX7UB5FcUXUGXEueRt9nn.l0dNFL28mZxPt.pcyxI1wSfs2');
const settingsFor = (port: number) => ({
  server: `http://127.0.0.1:${port}`,
  query: 'vector(41) + 1',
  username: 'reader',
  password: plantedSecret,
});
const subject = { type: 'prometheus', settingsFor };
const asking = (query: string) => ({ ...settingsFor(server.port), query });

beforeAll(() => server.start());
afterAll(() => server.stop());

describe('prometheus', () => {
  it.each([
    ['a scalar', '7 * 6', 42],
    ['a vector', 'vector(3.5)', 3.5],
    ['a large number', 'vector(1e15)', 1e15],
  ])('answers %s', async (_name, query, value) => {
    const source = make(subject, asking(query));
    expect((await source.sample(new AbortController().signal)).value).toBe(value);
    await source.close?.();
  });

  it.each([
    ['zero divided by zero', 'vector(0) / 0', 'noData'],
    ['one divided by zero', 'vector(1) / 0', 'malformed'],
    ['several series', 'label_replace(vector(1), "a", "b", "", "") or vector(2)', 'malformed'],
    ['a query with an error in it', 'sum(', 'failed'],
  ])('has no number for %s', async (_name, query, code) => {
    const source = make(subject, asking(query));
    expect((await failureOf(source)).code).toBe(code);
    await source.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 42,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: asking('no_such_metric'), outcome: 'noData' }),
  empty: () => ({ settings: asking('vector(0)'), outcome: 0 }),
});
