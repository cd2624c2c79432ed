import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { opensearchService } from '../../scripts/services/opensearch.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const never = (): AbortSignal => new AbortController().signal;
const basic = `Basic ${Buffer.from(`reader:${plantedSecret}`).toString('base64')}`;
const server = await opensearchService([basic, `ApiKey ${plantedSecret}`, `Bearer ${plantedSecret}`]);
const settingsFor = (port: number) => ({
  url: `http://127.0.0.1:${port}`,
  index: 'jobs',
  username: 'reader',
  password: plantedSecret,
  query: { term: { status: 'waiting' } },
});
const subject = { type: 'elasticsearch', label: 'elasticsearch (OpenSearch)', settingsFor };
const source = (more: Record<string, unknown> = {}) => make(subject, { ...settingsFor(server.port), ...more });

const sampled = async (more: Record<string, unknown>) => {
  const reading = source(more);
  try {
    return (await reading.sample(never())).value;
  } finally {
    await reading.close?.();
  }
};

const documents = [
  { status: 'waiting', size: 2 },
  { status: 'waiting', size: 3.5 },
  { status: 'waiting', size: 0 },
  { status: 'done', size: 10 },
];

/** More documents than a search counts by default. */
const many = 10_001;

async function fill(): Promise<void> {
  const properties = { status: { type: 'keyword' }, size: { type: 'double' }, at: { type: 'date' } };
  for (const index of ['jobs', 'many', 'empty']) {
    await server.request('PUT', `/${index}`, { mappings: { properties }, settings: { number_of_replicas: 0 } });
  }
  for (const document of documents) await server.request('POST', '/jobs/_doc', document);
  await server.bulk(
    'many',
    Array.from({ length: many }, () => ({ status: 'waiting' })),
  );
  await server.request('POST', '/_refresh');
  await server.request('PUT', '/_scripts/count-jobs', {
    script: { lang: 'mustache', source: { size: 0, query: { term: { status: '{{status}}' } } } },
  });
}

beforeAll(async () => {
  await server.start();
  await fill();
});
afterAll(() => server.stop());

const totalSize = { aggs: { total: { sum: { field: 'size' } } } };
const biggest = { query: { term: { status: 'none' } }, aggs: { biggest: { max: { field: 'size' } } } };

describe('elasticsearch', () => {
  it.each([
    ['the documents that match', {}, 3],
    ['all documents of an index', { query: undefined }, 4],
    ['all documents of several indices', { index: ['jobs', 'empty', 'man*'], query: undefined }, 4 + many],
    ['more documents than a search counts by default', { index: 'many' }, many],
    ['an aggregation', { query: undefined, search: totalSize, path: 'aggregations.total.value' }, 15.5],
    ['a stored search template', { query: undefined, template: { id: 'count-jobs', params: { status: 'done' } } }, 1],
    ['documents by date', { query: { range: { at: { lt: 'now-5m' } } } }, 0],
  ])('reads %s', async (_name, more, value) => {
    expect(await sampled(more)).toBe(value);
  });

  it.each([
    ['an API key', { apiKey: plantedSecret }],
    ['a token', { bearerToken: plantedSecret }],
  ])('logs in with %s', async (_name, login) => {
    expect(await sampled({ username: undefined, password: undefined, ...login })).toBe(3);
  });

  it.each([
    ['no login', { username: undefined, password: undefined }, 'denied', 'Check the credentials'],
    ['a wrong API key', { username: undefined, password: undefined, apiKey: 'wrong' }, 'denied', 'read'],
    ['an index that does not exist', { index: 'nothing' }, 'missing', 'no such index [nothing]. Check index.'],
    ['a template that does not exist', { query: undefined, template: { id: 'none' } }, 'missing', 'index and template'],
    ['a pattern that no index matches', { index: 'nothing-*' }, 'noData', 'no index matches nothing-*'],
    ['an invalid query', { query: { nothing: {} } }, 'refused', 'unknown query [nothing]. Check query'],
    ['a path that leads nowhere', { path: 'aggregations.total.value' }, 'missing', 'Check path'],
    [
      'an aggregation without a value',
      { query: undefined, search: biggest, path: 'aggregations.biggest.value' },
      'noData',
      'is null',
    ],
    ['a text', { path: 'hits.total.relation' }, 'malformed', 'not a number'],
    [
      'a template that stops counting',
      { query: undefined, index: 'many', template: { id: 'count-jobs', params: { status: 'waiting' } } },
      'malformed',
      'Set track_total_hits to true',
    ],
  ])('reports %s', async (_name, more, code, said) => {
    const reading = source(more);
    const error = await failureOf(reading);
    expect(error).toMatchObject({ code: code === 'refused' ? 'failed' : code, message: expect.stringContaining(said) });
    await reading.close?.();
  });

  it('has a value for no index and for no value if a person sets one', async () => {
    expect(await sampled({ index: 'nothing-*', emptyAs: 0 })).toBe(0);
    const nothing = { query: undefined, search: biggest, path: 'aggregations.biggest.value' };
    expect(await sampled({ ...nothing, emptyAs: 5 })).toBe(5);
  });

  it('never takes the number of some shards for the number of all', async () => {
    // The field is a text there, which cannot be added up.
    await server.request('PUT', '/texts', { mappings: { properties: { size: { type: 'text' } } } });
    const partly = { query: undefined, index: ['jobs', 'texts'], search: totalSize, path: 'aggregations.total.value' };
    const error = await failureOf(source(partly));
    expect(error).toMatchObject({ code: 'failed', message: expect.stringContaining('1 of 2 shards failed') });
  });
});

describeConformance(subject, {
  server,
  value: 3,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), index: 'nothing' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...settingsFor(server.port), index: 'empty' }, outcome: 0 }),
});
