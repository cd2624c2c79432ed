import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { natsService, natsUsers, type NatsService } from '../../scripts/services/nats.js';
import { natsOperator } from './nats-operator.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const never = (): AbortSignal => new AbortController().signal;

// The minimum permissions on the page of the source.
const reader = (user: string, consumers: string) =>
  `{ user: ${user}, password: "${plantedSecret}", permissions: { publish: "$JS.API.CONSUMER.INFO.${consumers}", subscribe: "_INBOX.>" } }`;
const users = natsUsers([reader('reader', '*.*'), reader('lesser', 'ORDERS.other')]);

const server = await natsService(users);
const settingsFor = (port: number) => ({
  url: `nats://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
  stream: 'ORDERS',
  consumer: 'worker',
});
const subject = { type: 'nats', settingsFor };

beforeAll(async () => {
  await server.start();
  await fill(server);
});
afterAll(() => server.stop());

/** Five messages, of which one was acknowledged and two are being processed. */
async function fill({ administer }: NatsService): Promise<void> {
  await administer(async (connection) => {
    const ask = async (api: string, body?: object) =>
      (await connection.request(`$JS.API.${api}`, body && JSON.stringify(body))).json<{ error?: unknown }>();
    const create = async (api: string, body: object) => {
      expect((await ask(api, body)).error).toBeUndefined();
    };
    await create('STREAM.CREATE.ORDERS', { name: 'ORDERS', subjects: ['orders.*'], storage: 'memory' });
    for (const [name, filter] of [
      ['worker', 'orders.new'],
      ['idle', 'orders.none'],
    ]) {
      const config = { durable_name: name, ack_policy: 'explicit', ack_wait: 3_600e9, filter_subject: filter };
      await create(`CONSUMER.DURABLE.CREATE.ORDERS.${name}`, { stream_name: 'ORDERS', config });
    }
    for (let order = 0; order < 5; order += 1) await connection.request('orders.new', String(order));
    await connection.request('orders.old', 'of another subject');
    for (const isDone of [true, false, false]) {
      // A message keeps its subject, so the client cannot find its request by the subject of the reply.
      const alone = { noMux: true, timeout: 5_000 };
      const message = await connection.request('$JS.API.CONSUMER.MSG.NEXT.ORDERS.worker', '1', alone);
      if (isDone) await connection.request(message.reply ?? '', '+ACK');
    }
  });
}

describe('nats', () => {
  const source = (settings: Record<string, unknown>) => make(subject, { ...settingsFor(server.port), ...settings });

  it.each([
    ['what has still to be processed', {}, 4],
    ['what was not yet delivered', { count: 'pending' }, 2],
    ['what was delivered and not acknowledged', { count: 'unacknowledged' }, 2],
    ['each of a list once', { count: ['pending', 'pending'] }, 2],
    ['nothing for a subject without messages', { consumer: 'idle' }, 0],
  ])('counts %s', async (_name, settings, value) => {
    const counting = source(settings);
    expect((await counting.sample(never())).value).toBe(value);
    await counting.close?.();
  });

  it.each([
    ['a stream that does not exist', { stream: 'NONE' }, 'missing', 'no stream NONE'],
    ['a consumer that does not exist', { consumer: 'none' }, 'missing', 'no consumer none'],
    ['a domain that does not exist', { domain: 'leaf' }, 'denied', 'publish to $JS.leaf.API'],
    ['a consumer without permission', { username: 'lesser' }, 'denied', '$JS.API.CONSUMER.INFO.ORDERS.worker'],
    ['no login', { username: undefined, password: undefined }, 'denied', 'refused the login'],
    ['a server without TLS', { tls: {} }, 'unreachable', 'TLS'],
  ])('reports %s', async (_name, settings, code, said) => {
    const counting = source(settings);
    expect(await failureOf(counting)).toMatchObject({ code, message: expect.stringContaining(said) });
    await counting.close?.();
  });

  it('holds one connection, and closes it', async () => {
    const connections = async () => {
      let open = 0;
      await server.administer(async (connection) => {
        open = Number(connection.info?.client_id);
      });
      return open;
    };
    // Clients are numbered: each call above makes one.
    const before = await connections();
    const counting = source({});
    for (let sample = 0; sample < 5; sample += 1) await counting.sample(never());
    expect(await connections()).toBe(before + 2);
    await counting.close?.();
  });

  it('uses TLS, with a client certificate if the server requires one', async () => {
    const { ca, cert, key, files } = await makeCertificates();
    const tls = `tls { cert_file: "${files.cert}", key_file: "${files.key}", ca_file: "${files.ca}" }`;
    const encrypted = await natsService(users, [tls]);
    await encrypted.during(async () => {
      await fill(encrypted);
      const settings = { ...settingsFor(encrypted.port), url: `tls://127.0.0.1:${encrypted.port}` };
      const trusting = make(subject, { ...settings, tls: { ca, cert, key } });
      await eventually('it is read', async () => (await trusting.sample(never())).value === 4);
      await trusting.close?.();
      const refusing = make(subject, settings);
      expect(await failureOf(refusing)).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('tls.ca'),
      });
      await refusing.close?.();
    });
  });
});

describe('nats with other logins', () => {
  it('accepts the text of a credentials file', async () => {
    const operator = natsOperator();
    const own = operator.credentialsFor('$JS.API.CONSUMER.INFO.*.*', '_INBOX.>');
    const hosted = await natsService(operator);
    await hosted.during(async () => {
      await fill(hosted);
      const settings = { url: `nats://127.0.0.1:${hosted.port}`, stream: 'ORDERS', consumer: 'worker' };
      const trusted = make(subject, { ...settings, credentials: own });
      expect((await trusted.sample(never())).value).toBe(4);
      await trusted.close?.();
      for (const credentials of [operator.foreignCredentials, 'no file']) {
        const refused = make(subject, { ...settings, credentials });
        expect((await failureOf(refused)).code).toBe('denied');
        await refused.close?.();
      }
    });
  });

  it('accepts a token', async () => {
    const token = plantedSecret;
    const server = await natsService({ config: [`authorization { token: "${token}" }`], administrator: { token } });
    await server.during(async () => {
      await fill(server);
      const settings = { url: `nats://127.0.0.1:${server.port}`, stream: 'ORDERS', consumer: 'worker' };
      const trusted = make(subject, { ...settings, token });
      expect((await trusted.sample(never())).value).toBe(4);
      await trusted.close?.();
      const refused = make(subject, { ...settings, token: 'another-token' });
      expect((await failureOf(refused)).code).toBe('denied');
      await refused.close?.();
    });
  });
});

describeConformance(subject, {
  server,
  value: 4,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), consumer: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...settingsFor(server.port), consumer: 'idle' }, outcome: 0 }),
  afterRestart: () => fill(server),
});
