import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { kafkaService } from '../../scripts/services/kafka.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';
import { closedPort, startHangingServer } from '../sources/local-servers.js';

const administrator = { username: 'administrator', password: 'administrator-password' };
const reader = { username: 'reader', password: plantedSecret };
const certificates = await makeCertificates();
const { ca, cert, key } = certificates;
const server = await kafkaService({ administrator, reader, certificates: certificates.files });
const never = (): AbortSignal => new AbortController().signal;

const settingsFor = (port: number) => ({
  brokers: `127.0.0.1:${port}`,
  topics: 'jobs',
  group: 'workers',
  sasl: reader,
});
const subject = { type: 'kafka', settingsFor, timeoutMs: 2_000 };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(server.port), ...more });

/** Ten messages in two partitions, of which the group committed four and one; another topic with three; an empty one. */
const fill = async (): Promise<void> => administrate(makeTopics);

async function administrate(work: (client: Kafka) => Promise<void>): Promise<void> {
  await work(
    new Kafka({
      brokers: [`127.0.0.1:${server.port}`],
      sasl: { mechanism: 'plain', ...administrator },
      logLevel: logLevel.NOTHING,
    }),
  );
}

async function makeTopics(client: Kafka): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: 'jobs', numPartitions: 2 },
      { topic: 'mails', numPartitions: 1 },
      { topic: 'quiet', numPartitions: 3 },
      { topic: 'secret', numPartitions: 1 },
    ],
  });
  const producer = client.producer();
  await producer.connect();
  const messages = (count: number, partition: number) =>
    Array.from({ length: count }, () => ({ value: 'job', partition }));
  await producer.send({ topic: 'jobs', messages: [...messages(7, 0), ...messages(3, 1)] });
  await producer.send({ topic: 'mails', messages: messages(3, 0) });
  await producer.disconnect();
  const commit = [
    { partition: 0, offset: '4' },
    { partition: 1, offset: '1' },
  ];
  await admin.setOffsets({ groupId: 'workers', topic: 'jobs', partitions: commit });
  await admin.createAcls({
    acl: [
      ...['jobs', 'mails', 'quiet'].map(mayDescribe(AclResourceTypes.TOPIC)),
      ...['workers', 'new'].map(mayDescribe(AclResourceTypes.GROUP)),
    ],
  });
  await admin.disconnect();
}

const mayDescribe = (resourceType: AclResourceTypes) => (resourceName: string) => ({
  resourceType,
  resourceName,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: 'User:reader',
  host: '*',
  operation: AclOperationTypes.DESCRIBE,
  permissionType: AclPermissionTypes.ALLOW,
});

async function counts(): Promise<void> {
  const source = make(subject, settings());
  await eventually('the broker has loaded the group', async () => {
    const sample = await source.sample(never()).catch(() => undefined);
    return sample !== undefined;
  });
  await source.close?.();
}

beforeAll(async () => {
  await server.start();
  await fill();
  await counts();
});
afterAll(() => server.stop());

describe('kafka', () => {
  it.each([
    ['what is not committed', {}, 5],
    ['a partition that was never committed, by the latest', { topics: 'mails' }, 1],
    ['a partition that was never committed, by the earliest', { topics: 'mails', autoOffsetReset: 'earliest' }, 3],
    ['a partition that was never committed, by none', { topics: 'mails', autoOffsetReset: 'none' }, 0],
    ['several topics together', { topics: ['jobs', 'mails', 'quiet'] }, 6],
    ['a group that does not exist yet, by the latest', { group: 'new' }, 2],
    ['a group that does not exist yet, by the earliest', { group: 'new', autoOffsetReset: 'earliest' }, 10],
    ['partitions with lag', { topics: ['jobs', 'mails', 'quiet'], measure: 'partitionsWithLag' }, 3],
    ['no partitions with lag', { topics: 'quiet', measure: 'partitionsWithLag' }, 0],
    ['partitions', { topics: ['jobs', 'quiet'], measure: 'partitions', group: undefined }, 5],
  ])('counts %s', async (_name, more, value) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).value).toBe(value);
    await source.close?.();
  });

  it.each([
    ['a group that commits', {}, undefined],
    [
      'a group that never committed',
      { group: 'new' },
      'group new has never committed an offset here: what counts is by autoOffsetReset: latest',
    ],
    [
      'a group that committed in some partitions',
      { topics: ['jobs', 'mails'] },
      '1 partition with messages has no commit of group workers: what counts of them is by autoOffsetReset: latest',
    ],
  ])('says in the sample of %s what counts without a commit', async (_name, more, note) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).note).toBe(note);
    await source.close?.();
  });

  it.each(['lag', 'partitionsWithLag', 'partitions'])(
    'says with the %s how many consumers can share it',
    async (measure) => {
      const source = make(subject, settings({ measure }));
      expect((await source.sample(never())).mostUnits).toBe(2);
      await source.close?.();
    },
  );

  it('is woken by one message, in a group that never committed', async () => {
    await administrate(async (client) => {
      const admin = client.admin();
      await admin.connect();
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'late', numPartitions: 3 }] });
      await admin.createAcls({ acl: [mayDescribe(AclResourceTypes.TOPIC)('late')] });
      await admin.disconnect();
      const source = make(subject, settings({ topics: 'late', group: 'new' }));
      expect((await source.sample(never())).value).toBe(0);
      const producer = client.producer();
      await producer.connect();
      await producer.send({ topic: 'late', messages: [{ value: 'job' }] });
      await producer.disconnect();
      expect((await source.sample(never())).value).toBe(1);
      await source.close?.();
    });
  });

  it.each([
    ['a topic it has no right to', { topics: 'secret' }, 'denied'],
    ['a group it has no right to', { group: 'others' }, 'failed'],
  ])('says so of %s', async (_name, more, outcome) => {
    const source = make(subject, settings(more));
    const { code, message } = await failureOf(source);
    expect({ code, message }).toEqual({ code: outcome, message: expect.stringContaining('Describe') });
    await source.close?.();
  });
});

describe('kafka at a login', () => {
  const scram = (mechanism: string, password = reader.password) => ({ sasl: { ...reader, mechanism, password } });
  const encrypted = { brokers: `127.0.0.1:${server.tlsPort}`, tls: { ca } };
  const certificate = { brokers: `127.0.0.1:${server.certificatePort}`, sasl: undefined };

  it.each([
    ['SCRAM-SHA-256', scram('scram-sha-256')],
    ['SCRAM-SHA-512', scram('scram-sha-512')],
    ['TLS with the authority that is set', encrypted],
    ['TLS and SCRAM-SHA-512', { ...encrypted, ...scram('scram-sha-512') }],
    ['TLS for the name that is set', { ...encrypted, tls: { ca, serverName: 'queue.example' } }],
    ['TLS that is not checked', { ...encrypted, tls: { verify: false } }],
    ['a client certificate', { ...certificate, tls: { ca, cert, key } }],
  ])('reads by %s', async (_name, more) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
  });

  it.each([
    ['a wrong password of SCRAM-SHA-256', scram('scram-sha-256', 'wrong'), 'denied', 'refused the login'],
    ['a wrong password of SCRAM-SHA-512', scram('scram-sha-512', 'wrong'), 'denied', 'refused the login'],
    ['a wrong password over TLS', { ...encrypted, sasl: { ...reader, password: 'wrong' } }, 'denied', 'the login'],
    ['an authority that is not trusted', { ...encrypted, tls: {} }, 'unreachable', 'tls.ca'],
    ['a missing client certificate', { ...certificate, tls: { ca } }, 'denied', 'tls.cert'],
    ['no login where one is needed', { sasl: undefined }, 'unreachable', 'whether sasl or tls is needed'],
    ['TLS where there is none', { tls: { ca } }, 'unreachable', 'whether sasl or tls is needed'],
    ['no TLS where it is needed', { brokers: encrypted.brokers }, 'unreachable', 'whether sasl or tls is needed'],
  ])('says so of %s', async (_name, more, code, said) => {
    const source = make(subject, settings(more));
    expect(await failureOf(source)).toMatchObject({ code, message: expect.stringContaining(said) });
    await source.close?.();
  });

  it('says that a broker does not accept the token of aws-msk-iam', async () => {
    const environment = process.env;
    process.env = { HOME: '/nonexistent', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: plantedSecret };
    try {
      const source = make(
        subject,
        settings({ ...encrypted, sasl: { mechanism: 'aws-msk-iam', region: 'eu-central-1' } }),
      );
      expect(await failureOf(source)).toMatchObject({
        code: 'denied',
        message: expect.stringContaining('of the role'),
      });
      await source.close?.();
    } finally {
      process.env = environment;
    }
  });
});

describe('kafka with a list of brokers', () => {
  it('reads by the second one where nothing listens at the first', async () => {
    const source = make(subject, settings({ brokers: [`127.0.0.1:${await closedPort()}`, settings().brokers] }));
    expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
  });

  it('loses one sample to a first one that hangs', async () => {
    const hanging = await startHangingServer();
    const brokers = [`127.0.0.1:${hanging.port}`, settings().brokers];
    const source = make(subject, settings({ brokers }), 1_000);
    expect((await failureOf(source)).code).toBe('timeout');
    for (let sample = 0; sample < 3; sample += 1) expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
    await hanging.stop();
  });

  it('asks no second one after a login was refused', async () => {
    const hanging = await startHangingServer();
    const brokers = [settings().brokers, `127.0.0.1:${hanging.port}`];
    const source = make(subject, settings({ brokers, sasl: { ...reader, password: 'wrong' } }), 60_000);
    expect((await failureOf(source)).code).toBe('denied');
    await source.close?.();
    await hanging.stop();
  });
});

describe('kafka whose broker dies', () => {
  it('during a read says so at once, and is read again when the broker is back', async () => {
    const source = make(subject, settings());
    const reading = (async () => {
      for (;;) await source.sample(never());
    })();
    const failure = failureOf({ sample: async () => reading }, never());
    await source.sample(never());
    const killedAtMs = Date.now();
    await server.stop();
    expect((await failure).code).toBe('unreachable');
    expect(Date.now() - killedAtMs).toBeLessThan(5_000);
    await server.start();
    await counts();
    expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 5,
  wrongLogin: () => settings({ sasl: { ...reader, password: 'wrong' } }),
  missingName: () => ({
    settings: settings({ topics: 'none', sasl: administrator }),
    outcome: 'missing',
  }),
  empty: () => ({ settings: settings({ topics: 'quiet' }), outcome: 0 }),
  afterRestart: counts,
});
