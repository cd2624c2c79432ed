/** The instances behind one name. Names with several addresses are in test/services: they need a hosts file. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NameResponse, startNameServer } from '../../support/name-server.js';
import { failureOf, make, plantedSecret } from '../conformance.js';
import { closedPort, LocalHttpServer } from '../local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const servers = [1, 2].map((value) => new LocalHttpServer(() => ({ type: 'text/plain', body: `jobs ${value}\n` })));
const [one, two] = servers as [LocalHttpServer, LocalHttpServer];
let response: NameResponse = 3;
const names: string[] = [];
let nameServer: { stop(): Promise<void> };
beforeAll(async () => {
  await Promise.all(servers.map((server) => server.start()));
  nameServer = await startNameServer((name) => {
    names.push(name);
    return response;
  });
});
afterAll(async () => {
  await nameServer.stop();
  await Promise.all(servers.map((server) => server.stop()));
});

const at = (...ports: number[]) => ports.map((port) => ({ host: 'localhost', port }));
const source = (settings: Record<string, unknown> = {}) =>
  make(
    { type: 'exposition' },
    { url: 'http://_metrics._tcp.workers.example/m', metric: 'jobs', series: 'sum', discover: 'srv', ...settings },
  );

describe('SRV records', () => {
  it('are resolved at each sample: instances come and go', async () => {
    const read = source();
    for (const [records, value] of [
      [at(one.port), 1],
      [at(one.port, two.port), 3],
      [at(two.port), 2],
      [at(two.port, two.port), 2],
    ] as const) {
      response = records;
      expect((await read.sample(never())).value).toBe(value);
    }
    await read.close?.();
    expect(new Set(names)).toEqual(new Set(['_metrics._tcp.workers.example']));
    expect(one.asked.every(({ url }) => url === '/m')).toBe(true);
  });

  it('keep the connection to an instance that stays, and not one to an instance that left', async () => {
    const read = source();
    response = at(one.port, two.port);
    await read.sample(never());
    const before = [one.connections, two.connections];
    await read.sample(never());
    expect([one.connections, two.connections]).toEqual(before);
    response = at(one.port);
    await read.sample(never());
    response = at(one.port, two.port);
    await read.sample(never());
    expect([one.connections, two.connections]).toEqual([before[0], before[1]! + 1]);
    await read.close?.();
  });

  it('lead to the user name and password of the address', async () => {
    response = at(one.port);
    await source({ url: 'http://reader:pass@_metrics._tcp.workers.example' }).sample(never());
    const authorization = `Basic ${Buffer.from('reader:pass').toString('base64')}`;
    expect(one.asked.at(-1)?.headers).toMatchObject({ authorization });
  });

  it('that lead to nothing are a missing instance', async () => {
    const port = await closedPort();
    response = at(one.port, port);
    expect((await failureOf(source({ password: plantedSecret }))).message).toContain('1 of 2 instances failed');
    expect(await source({ missing: 'scale' }).sample(never())).toMatchObject({
      value: 2,
      note: `1 of 2 instances could be read, without http://localhost:${port}/m, so the sum is multiplied by 2/1`,
    });
  });

  it.each([
    ['no such name', 3 as const],
    ['a name without records', []],
  ])('%s is no data, and zero only with emptyAs', async (_name, given) => {
    response = given;
    const error = await failureOf(source());
    expect(error.code).toBe('noData');
    expect(error.message).toContain('no addresses');
    expect((await source({ emptyAs: 0 }).sample(never())).value).toBe(0);
  });

  it('a failure of the name server is never zero', async () => {
    response = 2;
    const error = await failureOf(source({ emptyAs: 0 }));
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain('ESERVFAIL');
  });
});

it('a name that the system does not know is no data, and zero only with emptyAs', async () => {
  // A part of a name has at most 63 characters, so no name server is needed to know that there is none.
  const unknown = { url: `http://${'a'.repeat(64)}.example`, discover: 'dns' };
  const error = await failureOf(source(unknown));
  expect(error.code).toBe('noData');
  expect(error.message).toContain('no addresses');
  expect((await source({ ...unknown, emptyAs: 0 }).sample(never())).value).toBe(0);
});
