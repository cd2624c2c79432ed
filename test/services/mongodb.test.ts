import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Long, ObjectId } from 'mongodb';
import { ferretdbService } from '../../scripts/services/ferretdb.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';
import { makeCertificates } from '../support/certificates.js';

const never = (): AbortSignal => new AbortController().signal;
const certificates = await makeCertificates();
const other = await makeCertificates();
const server = await ferretdbService({ username: 'reader', password: plantedSecret }, certificates.files);
const settingsFor = (port: number) => ({
  url: `mongodb://127.0.0.1:${port}`,
  database: 'shop',
  collection: 'jobs',
  username: 'reader',
  password: plantedSecret,
  filter: { status: 'waiting' },
});
const subject = { type: 'mongodb', label: 'mongodb (FerretDB)', settingsFor };
const source = (more: Record<string, unknown> = {}) => make(subject, { ...settingsFor(server.port), ...more });

const sampled = async (more: Record<string, unknown>) => {
  const reading = source(more);
  try {
    return (await reading.sample(never())).value;
  } finally {
    await reading.close?.();
  }
};

const id = new ObjectId();

beforeAll(async () => {
  await server.start();
  await server.administer(async (client) => {
    const shop = client.db('shop');
    await shop.collection('jobs').insertMany([
      { _id: id, status: 'waiting', pages: 2, at: new Date('2026-01-01') },
      { status: 'waiting', pages: 3.5, at: new Date('2026-03-01') },
      { status: 'done', pages: 10, note: 'hunter2' },
    ]);
    await shop.collection('numbers').insertOne({ value: Long.fromString('9007199254740993') });
    await shop.createCollection('done');
  });
});
afterAll(() => server.stop());

const pagesOf = (status: string) => [{ $match: { status } }, { $group: { _id: null, pages: { $sum: '$pages' } } }];

describe('mongodb', () => {
  it.each([
    ['the documents that match', {}, 2],
    ['all documents', { filter: undefined }, 3],
    ['an operator', { filter: { pages: { $gt: 3 } } }, 2],
    ['a date in extended JSON', { filter: { at: { $gt: { $date: '2026-02-01T00:00:00Z' } } } }, 1],
    ['an ID in extended JSON', { filter: { _id: { $oid: id.toHexString() } } }, 1],
    ['an aggregation', { filter: undefined, pipeline: pagesOf('waiting') }, 5.5],
    ['an aggregation that counts', { filter: undefined, pipeline: [{ $count: 'total' }] }, 3],
    ['a whole number beyond 2^53', { filter: undefined, collection: 'numbers', pipeline: [{ $match: {} }] }, 2 ** 53],
  ])('reads %s', async (_name, more, value) => {
    expect(await sampled(more)).toBe(value);
  });

  it.each([
    ['a collection that does not exist', { collection: 'nothing' }, 'noData', 'there is no collection nothing'],
    ['a database that does not exist', { database: 'nothing' }, 'noData', 'in database nothing'],
    ['no document', { filter: undefined, pipeline: pagesOf('none') }, 'noData', 'returned no document'],
    ['several documents', { filter: undefined, pipeline: [{ $match: {} }] }, 'malformed', 'several documents'],
    [
      'several fields',
      { filter: undefined, pipeline: [{ $match: { status: 'done' } }] },
      'malformed',
      'a document with 3 fields beside _id',
    ],
    [
      'a text',
      { filter: undefined, pipeline: [{ $match: { status: 'done' } }, { $project: { note: 1 } }] },
      'malformed',
      'a text of 7 characters, not a number',
    ],
    ['an unknown operator', { filter: { pages: { $nothing: 1 } } }, 'failed', 'Check filter, or pipeline'],
    ['no login', { username: undefined, password: undefined }, 'denied', 'Set username'],
    ['a login in another database', { authSource: 'shop' }, 'denied', 'Check username, password, authSource'],
    ['another replica set', { replicaSet: 'rs0' }, 'unreachable', 'replicaSet'],
  ])('reports %s', async (_name, more, code, said) => {
    const reading = make(subject, { ...settingsFor(server.port), ...more }, 2_000);
    const error = await failureOf(reading);
    expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
    expect(error.message).not.toContain('hunter2');
    await reading.close?.();
  });

  it('has a value for what does not exist if a person sets one', async () => {
    expect(await sampled({ collection: 'nothing', emptyAs: 0 })).toBe(0);
    expect(await sampled({ filter: undefined, pipeline: pagesOf('none'), emptyAs: 5 })).toBe(5);
  });

  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'])('logs in with %s', async (authMechanism) => {
    expect(await sampled({ authMechanism })).toBe(2);
    const reading = source({ authMechanism, password: 'wrong' });
    expect((await failureOf(reading)).code).toBe('denied');
    await reading.close?.();
  });

  it('uses TLS with a client certificate, and verifies the certificate of the server', async () => {
    const { ca, cert, key } = certificates;
    const url = `mongodb://127.0.0.1:${server.tlsPort}`;
    const tls = { ca, cert, key, serverName: 'queue.example' };
    expect(await sampled({ url, tls })).toBe(2);
    expect(await sampled({ url, tls: { cert, key, verify: false } })).toBe(2);
    for (const untrusted of [
      { ...tls, ca: other.ca },
      { ...tls, serverName: 'other.example' },
    ]) {
      const reading = source({ url, tls: untrusted });
      const expected = { code: 'unreachable', message: expect.stringContaining('certificate') };
      expect(await failureOf(reading)).toMatchObject(expected);
      await reading.close?.();
    }
    const without = source({ url });
    expect((await failureOf(without)).code).toBe('unreachable');
    await without.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 2,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), collection: 'nothing' }, outcome: 'noData' }),
  empty: () => ({ settings: { ...settingsFor(server.port), collection: 'done' }, outcome: 0 }),
});
