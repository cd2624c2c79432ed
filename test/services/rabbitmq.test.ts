import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel } from 'amqplib';
import { rabbitmqService } from '../../scripts/services/rabbitmq.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const certificates = await makeCertificates();
const rabbit = await rabbitmqService(certificates.files);
const never = (): AbortSignal => new AbortController().signal;
// A user and names that break every address they are put into without care.
const username = 'corp\\svc';
const oddVhost = 'a/b %2F c';
const oddQueue = 'jobs/urgent #1 100%';

const login = { username, password: plantedSecret };
const overHttp = (port: number) => ({ url: `http://127.0.0.1:${port}`, queue: 'jobs', ...login });
const overAmqp = (port: number) => ({ url: `amqp://127.0.0.1:${port}`, queue: 'jobs', ...login });
const management = { type: 'rabbitmq', label: 'rabbitmq (management API)', settingsFor: overHttp };
const amqp = { type: 'rabbitmq', label: 'rabbitmq (AMQP)', settingsFor: overAmqp };

let consumer: ChannelModel | undefined;

/** Two ready messages and one that a consumer holds; an empty queue; and the odd names. */
async function fill(): Promise<void> {
  const user = encodeURIComponent(username);
  const vhost = encodeURIComponent(oddVhost);
  await rabbit.manage('PUT', `/vhosts/${vhost}`, {});
  // `monitoring` would let it see every queue: `management` sees those of its permissions.
  await rabbit.manage('PUT', `/users/${user}`, { password: plantedSecret, tags: 'management' });
  for (const each of ['%2F', vhost]) {
    // A passive declaration needs any right on the queue; this one is to read nothing but names.
    await rabbit.manage('PUT', `/permissions/${each}/${user}`, { configure: '^$', write: '^$', read: '.*' });
    await rabbit.manage('PUT', `/permissions/${each}/administrator`, { configure: '.*', write: '.*', read: '.*' });
  }
  for (const [where, name, messages] of [
    ['%2F', 'jobs', 3],
    ['%2F', 'done', 0],
    [vhost, oddQueue, 1],
  ] as const) {
    await rabbit.manage('PUT', `/queues/${where}/${encodeURIComponent(name)}`, { durable: true });
    await rabbit.manage('DELETE', `/queues/${where}/${encodeURIComponent(name)}/contents`);
    const message = { properties: {}, routing_key: name, payload: 'job', payload_encoding: 'string' };
    for (let sent = 0; sent < messages; sent += 1) {
      await rabbit.manage('POST', `/exchanges/${where}/amq.default/publish`, message);
    }
  }
  await holdOne();
  await eventually('the management API knows the messages', async () => {
    const source = make(management, { ...overHttp(rabbit.managementPort), count: 'unacknowledged' });
    const held = await source.sample(never()).catch(() => undefined);
    await source.close?.();
    return held?.value === 1;
  });
}

async function holdOne(): Promise<void> {
  consumer = await connect({ hostname: '127.0.0.1', port: rabbit.amqpPort, ...rabbit.administrator });
  // The server will be killed under it.
  consumer.on('error', () => undefined);
  const channel = await consumer.createChannel();
  channel.on('error', () => undefined);
  await channel.prefetch(1);
  await channel.consume('jobs', () => undefined);
}

beforeAll(async () => {
  await rabbit.start();
  await fill();
});
afterAll(() => rabbit.stop());

const onPort = (port: number) => ({
  port,
  start: () => rabbit.start(),
  stop: () => rabbit.stop(),
  pause: () => rabbit.pause(),
  resume: () => rabbit.resume(),
});

describe('rabbitmq', () => {
  it.each([
    ['waiting messages by the management API', management, { count: 'ready' }, 2],
    ['those that consumers hold', management, { count: 'unacknowledged' }, 1],
    ['both', management, { count: 'all' }, 3],
    ['both, where nothing else is said', management, {}, 3],
    ['all queues whose names match', management, { queue: undefined, queues: '^(jobs|done)$' }, 3],
    ['the one with the most of them', management, { queue: undefined, queues: '.', combine: 'max' }, 3],
    ['those of every vhost that matches', management, { queue: undefined, queues: '^jobs', vhosts: '.' }, 4],
    ['those of one vhost', management, { queue: undefined, queues: '^jobs/urgent #1', vhost: oddVhost }, 1],
    ['waiting messages over AMQP', amqp, {}, 2],
    ['a queue and vhost of any name by the management API', management, { vhost: oddVhost, queue: oddQueue }, 1],
    ['a queue and vhost of any name over AMQP', amqp, { vhost: oddVhost, queue: oddQueue }, 1],
  ])('counts %s', async (_name, subject, more, value) => {
    const port = subject === amqp ? rabbit.amqpPort : rabbit.managementPort;
    const source = make(subject, { ...subject.settingsFor(port), ...more });
    await eventually(`${value} messages are counted`, async () => (await source.sample(never())).value === value);
    await source.close?.();
  });

  it.each([
    ['over AMQP', amqp, () => `amqps://127.0.0.1:${rabbit.amqpsPort}`, 2],
    ['by the management API', management, () => `https://127.0.0.1:${rabbit.managementTlsPort}`, 3],
  ])('counts %s with TLS, by its authority only', async (_name, subject, url, value) => {
    const settings = { ...subject.settingsFor(0), url: url() };
    const source = make(subject, { ...settings, tls: { ca: certificates.ca } });
    await eventually(`${value} messages are counted`, async () => (await source.sample(never())).value === value);
    await source.close?.();
    const stranger = make(subject, settings);
    expect((await failureOf(stranger)).message).toMatch(/certificate/);
    await stranger.close?.();
  });

  it('finds the vhost in the path of an AMQP address', async () => {
    const url = `amqp://127.0.0.1:${rabbit.amqpPort}/${encodeURIComponent(oddVhost)}`;
    const source = make(amqp, { ...overAmqp(0), url, queue: oddQueue });
    expect((await source.sample(never())).value).toBe(1);
    await source.close?.();
  });

  it('finds the vhost in the path of an address of the management API that was pasted with it', async () => {
    const url = `http://127.0.0.1:${rabbit.managementPort}/${encodeURIComponent(oddVhost)}`;
    const source = make(management, { ...overHttp(0), url, queue: oddQueue });
    expect((await source.sample(never())).value).toBe(1);
    await source.close?.();
    const wrong = make(management, { ...overHttp(0), url, queue: 'none' });
    expect((await failureOf(wrong)).message).toContain('Without vhost, the path of url is the vhost');
    await wrong.close?.();
  });

  it('has no data where no queue matches', async () => {
    const source = make(management, { ...overHttp(rabbit.managementPort), queue: undefined, queues: '^nothing' });
    expect(await failureOf(source)).toMatchObject({ code: 'noData' });
    await source.close?.();
  });

  it.each([
    ['a queue that is not there, over AMQP', { queue: 'none' }, 'missing', 'no queue none in vhost /'],
    ['a vhost that is not there', { vhost: 'none' }, 'denied', 'vhost none'],
  ])('says so of %s', async (_name, more, code, said) => {
    const source = make(amqp, { ...overAmqp(rabbit.amqpPort), ...more });
    const { code: given, message } = await failureOf(source);
    expect({ given, message }).toEqual({ given: code, message: expect.stringContaining(said) });
    await source.close?.();
  });

  it('goes on counting on one connection after it asked for a queue that is not there', async () => {
    const source = make(amqp, { ...overAmqp(rabbit.amqpPort), queue: 'late' });
    await failureOf(source);
    await rabbit.manage('PUT', '/queues/%2F/late', {});
    expect((await source.sample(never())).value).toBe(0);
    await source.close?.();
  });
});

describeConformance(management, {
  server: onPort(rabbit.managementPort),
  value: 3,
  wrongLogin: () => ({ ...overHttp(rabbit.managementPort), password: 'wrong' }),
  missingName: () => ({ settings: { ...overHttp(rabbit.managementPort), queue: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...overHttp(rabbit.managementPort), queue: 'done' }, outcome: 0 }),
  afterRestart: fill,
});

describeConformance(amqp, {
  server: onPort(rabbit.amqpPort),
  value: 2,
  wrongLogin: () => ({ ...overAmqp(rabbit.amqpPort), password: 'wrong' }),
  missingName: () => ({ settings: { ...overAmqp(rabbit.amqpPort), queue: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...overAmqp(rabbit.amqpPort), queue: 'done' }, outcome: 0 }),
  afterRestart: fill,
});
