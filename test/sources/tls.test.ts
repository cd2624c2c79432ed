import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificates } from '../support/certificates.js';
import { failureOf, make, plantedSecret } from './conformance.js';
import { LocalHttpServer, type Asked, type Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const { ca, cert, key } = await makeCertificates();
const other = await makeCertificates();

/** Prometheus' API, a page of metrics and a plain document in one. */
const answer = ({ url }: Asked): Reply => {
  if (url.startsWith('/metrics')) return { type: 'text/plain; version=0.0.4', body: 'waiting 42\n' };
  return url.startsWith('/api/v1/query')
    ? { body: { status: 'success', data: { resultType: 'scalar', result: [1_719_685_000, '42'] } } }
    : { body: { waiting: 42 } };
};
const server = new LocalHttpServer(answer, { cert, key });
/** Lets in only those whose certificate the authority signed. */
const guarded = new LocalHttpServer(answer, { cert, key, ca, requestCert: true, rejectUnauthorized: true });
const plain = new LocalHttpServer(answer);
const servers = [server, guarded, plain];

beforeAll(() => Promise.all(servers.map((each) => each.start())));
afterAll(() => Promise.all(servers.map((each) => each.stop())));

const login = { username: 'reader', password: plantedSecret };
const subjects: [string, (origin: string) => Record<string, unknown>][] = [
  ['prometheus', (origin) => ({ ...login, server: origin, query: 'sum(jobs)' })],
  ['exposition', (origin) => ({ ...login, url: `${origin}/metrics`, metric: 'waiting' })],
  ['http-json', (origin) => ({ ...login, url: `${origin}/stats`, path: 'waiting' })],
];

describe.each(subjects)('%s over TLS', (type, settingsFor) => {
  const source = (origin: string, tls?: Record<string, unknown>) =>
    make({ type }, { ...settingsFor(origin), ...(tls && { tls }) });
  const at = ({ port }: LocalHttpServer, host = '127.0.0.1') => `https://${host}:${port}`;

  it.each([
    ['whose authority is trusted', () => source(at(server), { ca })],
    ['under another name, which is given', () => source(at(server, 'localhost'), { ca, serverName: 'queue.example' })],
    ['that asks for a certificate of ours', () => source(at(guarded), { ca, cert, key })],
    ['that is not checked at all', () => source(at(server, 'localhost'), { verify: false })],
  ])('reads from a server %s', async (_name, create) => {
    const trusting = create();
    expect((await trusting.sample(never())).value).toBe(42);
    await trusting.close?.();
  });

  it.each([
    ['an authority nobody knows', () => source(at(server)), 'unreachable', ['not trusted', 'tls.ca']],
    ['another authority than the trusted one', () => source(at(server), { ca: other.ca }), 'unreachable', ['tls.ca']],
    ['a certificate for another host', () => source(at(server, 'localhost'), { ca }), 'unreachable', ['ALTNAME']],
    ['a server that hangs up on those without a certificate', () => source(at(guarded), { ca }), 'unreachable', []],
    ['a server that does not speak it', () => source(at(plain), { ca }), 'unreachable', ['not use TLS']],
  ])('reports %s, and sends no password to it', async (_name, create, code, said) => {
    for (const each of servers) each.asked.length = 0;
    const refusing = create();
    const error = await failureOf(refusing);
    expect(error.code).toBe(code);
    for (const part of said) expect(error.message).toContain(part);
    expect(servers.flatMap(({ asked }) => asked)).toEqual([]);
    await refusing.close?.();
  });
});
