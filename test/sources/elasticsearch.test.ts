import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressIn } from '../../src/adapters/sources/elasticsearch/cloud-id.js';
import { describeFailures, failureOf, make, plantedSecret } from './conformance.js';
import { LocalHttpServer } from './local-servers.js';

const settingsFor = (port: number) => ({ url: `http://127.0.0.1:${port}`, index: 'jobs', apiKey: plantedSecret });
const subject = { type: 'elasticsearch', settingsFor };

describeFailures(subject);

describe('a cloud ID', () => {
  const id = (text: string) => `shop:${Buffer.from(text).toString('base64')}`;

  it.each([
    ['of a region', id('eu-central-1.aws.cloud.es.io$1234$5678'), 'https://1234.eu-central-1.aws.cloud.es.io'],
    ['with a port', id('eu.cloud.es.io:9243$1234$5678'), 'https://1234.eu.cloud.es.io:9243'],
    ['with a port of the cluster', id('eu.cloud.es.io$1234:9244$5678'), 'https://1234.eu.cloud.es.io:9244'],
    ['whose name has a colon', `a:${id('eu.cloud.es.io$1234$')}`, 'https://1234.eu.cloud.es.io'],
    ['without a cluster', id('eu.cloud.es.io'), undefined],
    ['with a path in it', id('eu.cloud.es.io/x$1234$'), undefined],
    ['that is an address', 'https://1234.eu.cloud.es.io', undefined],
  ])('%s', (_name, cloudId, address) => {
    expect(addressIn(cloudId)).toBe(address);
  });
});

describe('elasticsearch settings', () => {
  it.each([
    ['no address', { url: undefined }, 'url: is missing'],
    ['two addresses', { cloudId: `a:${Buffer.from('b.io$c').toString('base64')}` }, 'cloudId: cannot be combined'],
    ['a cloud ID that is none', { url: undefined, cloudId: 'shop' }, 'cloudId: is not a cloud ID'],
    ['a query and a search', { query: {}, search: {} }, 'search: cannot be combined with query'],
    ['a query and a template', { query: {}, template: { id: 'a' } }, 'template: cannot be combined with query'],
    ['no index', { index: [] }, 'index'],
  ])('refuse %s', (_name, more, said) => {
    expect(() => make(subject, { ...settingsFor(9200), ...more })).toThrow(said);
  });
});

describe('the request and the response of a search', () => {
  let body: unknown;
  const server = new LocalHttpServer(() => ({ body }));
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  const complete = {
    timed_out: false,
    _shards: { total: 1, failed: 0 },
    hits: { total: { value: 7, relation: 'eq' } },
  };

  it('asks one index of any name for the number of documents, with the time limit of the signal', async () => {
    body = complete;
    const source = make(subject, { ...settingsFor(server.port), index: ['a/b', '<jobs-{now/d}>'] }, 2_000);
    expect((await source.sample(new AbortController().signal)).value).toBe(7);
    await source.close?.();
    const asked = server.asked.at(-1);
    expect(asked?.url).toBe('/a%2Fb,%3Cjobs-%7Bnow%2Fd%7D%3E/_search');
    expect(asked?.headers['authorization']).toBe(`ApiKey ${plantedSecret}`);
    expect(JSON.parse(asked?.body ?? '')).toEqual({ size: 0, track_total_hits: true, timeout: '2000ms' });
  });

  it.each([
    ['a search that the server has ended', { ...complete, timed_out: true }, 'timeout', 'at its time limit'],
    ['a response of another server', { hits: { total: 7 } }, 'malformed', 'not of Elasticsearch or OpenSearch'],
    ['a null', { ...complete, aggregations: { most: { value: null } } }, 'noData', 'aggregations.most.value is null'],
  ])('takes no number from %s', async (_name, answer, code, said) => {
    body = answer;
    const source = make(subject, {
      ...settingsFor(server.port),
      ...(code === 'noData' && { path: 'aggregations.most.value' }),
    });
    expect(await failureOf(source)).toMatchObject({ code, message: expect.stringContaining(said) });
    await source.close?.();
  });
});
