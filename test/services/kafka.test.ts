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
import { closedPort, LocalHttpServer, startHangingServer } from '../sources/local-servers.js';

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
    ['messages that are not committed', {}, 5],
    ['a partition without a committed offset, for latest', { topics: 'mails' }, 1],
    ['a partition without a committed offset, for earliest', { topics: 'mails', autoOffsetReset: 'earliest' }, 3],
    ['a partition without a committed offset, for none', { topics: 'mails', autoOffsetReset: 'none' }, 0],
    ['several topics together', { topics: ['jobs', 'mails', 'quiet'] }, 6],
    ['a group that does not exist yet, for latest', { group: 'new' }, 2],
    ['a group that does not exist yet, for earliest', { group: 'new', autoOffsetReset: 'earliest' }, 10],
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
      'a group without a committed offset',
      { group: 'new' },
      'group new has not committed an offset of these topics: autoOffsetReset: latest determines the lag',
    ],
    [
      'a group that committed in some partitions',
      { topics: ['jobs', 'mails'] },
      '1 partition with messages has no committed offset of group workers: autoOffsetReset: latest determines the lag of these partitions',
    ],
  ])('notes in the sample of %s how the lag without a committed offset is determined', async (_name, more, note) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).note).toBe(note);
    await source.close?.();
  });

  it.each(['lag', 'partitionsWithLag', 'partitions'])(
    'reports with the %s how many consumers can share the work',
    async (measure) => {
      const source = make(subject, settings({ measure }));
      expect((await source.sample(never())).mostUnits).toBe(2);
      await source.close?.();
    },
  );

  it('counts the first message for a group without a committed offset', async () => {
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
    ['a topic without permission', { topics: 'secret' }, 'denied'],
    ['a group without permission', { group: 'others' }, 'failed'],
  ])('reports %s', async (_name, more, outcome) => {
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
    ['an invalid password of SCRAM-SHA-256', scram('scram-sha-256', 'wrong'), 'denied', 'refused the login'],
    ['an invalid password of SCRAM-SHA-512', scram('scram-sha-512', 'wrong'), 'denied', 'refused the login'],
    ['an invalid password over TLS', { ...encrypted, sasl: { ...reader, password: 'wrong' } }, 'denied', 'the login'],
    ['an authority that is not trusted', { ...encrypted, tls: {} }, 'unreachable', 'tls.ca'],
    ['a missing client certificate', { ...certificate, tls: { ca } }, 'denied', 'tls.cert'],
    ['a missing login', { sasl: undefined }, 'unreachable', 'whether the broker requires sasl or tls'],
    ['TLS for a listener without TLS', { tls: { ca } }, 'unreachable', 'whether the broker requires sasl or tls'],
    [
      'no TLS for a listener with TLS',
      { brokers: encrypted.brokers },
      'unreachable',
      'whether the broker requires sasl or tls',
    ],
  ])('reports %s', async (_name, more, code, text) => {
    const source = make(subject, settings(more));
    expect(await failureOf(source)).toMatchObject({ code, message: expect.stringContaining(text) });
    await source.close?.();
  });

  it('reports that a broker does not accept the token of aws-msk-iam', async () => {
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

/** MSK does not run here: the brokers are real, and a server answers as GetBootstrapBrokers is documented. */
describe('kafka with the brokers of an MSK cluster', () => {
  const api = new LocalHttpServer(() => ({
    body: {
      bootstrapBrokerString: `127.0.0.1:${server.certificatePort}`,
      bootstrapBrokerStringTls: `127.0.0.1:${server.certificatePort}`,
      bootstrapBrokerStringSaslScram: `127.0.0.1:${server.tlsPort}`,
    },
  }));
  beforeAll(() => api.start());
  afterAll(() => api.stop());
  const settingsOf = (more: Record<string, unknown>) => ({
    topics: 'jobs',
    group: 'workers',
    msk: {
      clusterArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/main/0123abcd',
      endpoint: `http://127.0.0.1:${api.port}`,
      credentials: { accessKeyId: 'reader', secretAccessKey: plantedSecret },
    },
    ...more,
  });
  const scram = { sasl: { ...reader, mechanism: 'scram-sha-512' } };

  it.each([
    ['SCRAM', { ...scram, tls: { ca } }],
    ['a client certificate', { tls: { ca, cert, key } }],
  ])('reads by %s, and asks for the brokers once', async (_name, login) => {
    api.asked.length = 0;
    const source = make(subject, settingsOf(login));
    for (let sample = 0; sample < 3; sample += 1) expect((await source.sample(never())).value).toBe(5);
    expect(api.asked).toHaveLength(1);
    await source.close?.();
  });

  it('uses TLS for SCRAM without a setting', async () => {
    const source = make(subject, settingsOf(scram));
    expect(await failureOf(source)).toMatchObject({ code: 'unreachable', message: expect.stringContaining('tls.ca') });
    await source.close?.();
  });

  it('continues with the known brokers while the API of MSK does not respond', async () => {
    const source = make(subject, settingsOf({ ...scram, tls: { ca } }));
    expect((await source.sample(never())).value).toBe(5);
    await api.stop();
    try {
      expect((await source.sample(never())).value).toBe(5);
    } finally {
      await api.start();
    }
    await source.close?.();
  });
});

describe('kafka with a list of brokers', () => {
  it('reads from the second broker if the first refuses the connection', async () => {
    const source = make(subject, settings({ brokers: [`127.0.0.1:${await closedPort()}`, settings().brokers] }));
    expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
  });

  it('loses one sample to a first broker that does not respond', async () => {
    const hanging = await startHangingServer();
    const brokers = [`127.0.0.1:${hanging.port}`, settings().brokers];
    const source = make(subject, settings({ brokers }), 1_000);
    expect((await failureOf(source)).code).toBe('timeout');
    for (let sample = 0; sample < 3; sample += 1) expect((await source.sample(never())).value).toBe(5);
    await source.close?.();
    await hanging.stop();
  });

  it('does not connect to another broker after a refused login', async () => {
    const hanging = await startHangingServer();
    const brokers = [settings().brokers, `127.0.0.1:${hanging.port}`];
    const source = make(subject, settings({ brokers, sasl: { ...reader, password: 'wrong' } }), 60_000);
    expect((await failureOf(source)).code).toBe('denied');
    await source.close?.();
    await hanging.stop();
  });
});

describe('kafka with a broker that stops', () => {
  it('reports the lost connection during a read immediately, and reads again after the broker has restarted', async () => {
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
