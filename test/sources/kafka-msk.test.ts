/** The brokers of an MSK cluster, against a server that answers as GetBootstrapBrokers is documented. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificates } from '../support/certificates.js';
import { failureOf, make, plantedSecret } from './conformance.js';
import { closedPort, LocalHttpServer, type Reply } from './local-servers.js';
import { startRecordingBroker, type RecordingBroker } from './recording-broker.js';

const { ca, cert, key } = await makeCertificates();
const clusterArn = 'arn:aws:kafka:eu-central-1:123456789012:cluster/main/abcdefgh-1234-5678-9ijk-lmno';
let reply: Reply;
let broker: RecordingBroker;
const api = new LocalHttpServer(() => reply);
beforeAll(async () => {
  await api.start();
  broker = await startRecordingBroker({ cert, key });
});
beforeEach(() => {
  api.asked.length = 0;
  broker.logins.length = 0;
});
afterAll(async () => {
  await api.stop();
  await broker.stop();
});

const msk = (more: Record<string, unknown> = {}) => ({
  clusterArn,
  endpoint: `http://127.0.0.1:${api.port}`,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: plantedSecret },
  ...more,
});
const source = (more: Record<string, unknown> = {}) =>
  make({ type: 'kafka' }, { topics: 'jobs', group: 'workers', msk: msk(), ...more }, 3_000);
const failure = async (more: Record<string, unknown> = {}) => {
  const made = source(more);
  const error = await failureOf(made);
  await made.close?.();
  return error;
};
const iam = { mechanism: 'aws-msk-iam' };
const scram = { mechanism: 'scram-sha-512', username: 'escapement', password: plantedSecret };

/** Every field that a cluster can return, with a port of its own where nothing listens. */
async function everyAddress(): Promise<Record<string, number>> {
  const names = [
    'bootstrapBrokerString',
    ...['', 'Public', 'VpcConnectivity'].flatMap((network) =>
      ['Tls', 'SaslScram', 'SaslIam'].map((login) => `bootstrapBrokerString${network}${login}`),
    ),
  ];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await closedPort()] as const)));
}

describe('kafka with msk', () => {
  it('asks for the brokers of the cluster, in the region of its ARN', async () => {
    reply = { body: {} };
    await failure();
    expect(api.asked).toHaveLength(1);
    const { method, url, headers } = api.asked[0]!;
    expect([method, url]).toEqual(['GET', `/v1/clusters/${encodeURIComponent(clusterArn)}/bootstrap-brokers`]);
    expect(headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka\/aws4_request/);
  });

  it.each([
    ['no tls and no sasl', {}, 'bootstrapBrokerString'],
    ['tls', { tls: {} }, 'bootstrapBrokerStringTls'],
    ['a client certificate', { tls: { cert, key } }, 'bootstrapBrokerStringTls'],
    ['SCRAM', { sasl: scram }, 'bootstrapBrokerStringSaslScram'],
    ['IAM', { sasl: iam }, 'bootstrapBrokerStringSaslIam'],
    ['public TLS', { tls: {}, msk: { network: 'public' } }, 'bootstrapBrokerStringPublicTls'],
    ['public SCRAM', { sasl: scram, msk: { network: 'public' } }, 'bootstrapBrokerStringPublicSaslScram'],
    ['public IAM', { sasl: iam, msk: { network: 'public' } }, 'bootstrapBrokerStringPublicSaslIam'],
    ['public and nothing else: TLS', { msk: { network: 'public' } }, 'bootstrapBrokerStringPublicTls'],
    ['TLS of another VPC', { tls: {}, msk: { network: 'multiVpc' } }, 'bootstrapBrokerStringVpcConnectivityTls'],
    [
      'SCRAM of another VPC',
      { sasl: scram, msk: { network: 'multiVpc' } },
      'bootstrapBrokerStringVpcConnectivitySaslScram',
    ],
    ['IAM of another VPC', { sasl: iam, msk: { network: 'multiVpc' } }, 'bootstrapBrokerStringVpcConnectivitySaslIam'],
  ])('connects with %s to the brokers for it', async (_name, given: Record<string, unknown>, field) => {
    const { msk: place, ...settings } = given;
    const ports = await everyAddress();
    reply = {
      body: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `127.0.0.1:${port}`])),
    };
    const { code, message } = await failure({ ...settings, msk: msk(place as Record<string, unknown> | undefined) });
    expect(code).toBe('unreachable');
    expect(message).toContain(`127.0.0.1:${ports[field]!}`);
  });

  it('logs in with IAM where the cluster offers nothing else, with the credentials and the region of msk', async () => {
    reply = { body: { bootstrapBrokerStringSaslIam: `127.0.0.1:${broker.port}` } };
    const { code } = await failure({ tls: undefined });
    // The certificate of the broker is not known to Node: the connection uses TLS without a setting.
    expect(code).toBe('unreachable');
    const { code: refused } = await failure({ sasl: iam, tls: { ca } });
    expect(refused).toBe('denied');
    const token = broker.logins[1]!.slice('n,,\u0001auth=Bearer '.length, -2);
    const signed = new URL(Buffer.from(token, 'base64url').toString());
    expect(signed.host).toBe('kafka.eu-central-1.amazonaws.com');
    expect(signed.searchParams.get('X-Amz-Credential')).toMatch(/^AKIDEXAMPLE\//);
  });

  it('uses the next broker of the list, and asks for the brokers again after none accepted a connection', async () => {
    const closed = [await closedPort(), await closedPort()];
    reply = { body: { bootstrapBrokerString: closed.map((port) => `127.0.0.1:${port}`).join(',') } };
    const made = source();
    expect((await failureOf(made)).message).toContain(`127.0.0.1:${closed[1]!}`);
    const next = await closedPort();
    reply = { body: { bootstrapBrokerString: `127.0.0.1:${next}` } };
    expect((await failureOf(made)).message).toContain(`127.0.0.1:${next}`);
    expect(api.asked).toHaveLength(2);
    await made.close?.();
  });

  it.each([
    [
      { sasl: scram },
      'offers no brokers for network: private with sasl: { mechanism: scram-sha-512, ... }. It offers network: private with tls without sasl; network: public with sasl: { mechanism: aws-msk-iam }.',
    ],
    [{ sasl: iam }, 'offers no brokers for network: private with sasl: { mechanism: aws-msk-iam }.'],
  ])('says what the cluster offers, where it does not offer %j', async (settings, said) => {
    reply = { body: { bootstrapBrokerStringTls: 'b-1:9094', bootstrapBrokerStringPublicSaslIam: 'b-1:9198' } };
    const { code, message } = await failure(settings);
    expect(code).toBe('missing');
    expect(message).toContain(said);
  });

  it.each([
    [
      404,
      { __type: 'NotFoundException', message: 'The requested resource does not exist.' },
      'missing',
      'there is no MSK cluster main',
    ],
    [
      403,
      { __type: 'ForbiddenException', message: 'Access denied.' },
      'denied',
      'the permission kafka:GetBootstrapBrokers on MSK cluster main',
    ],
    [429, { __type: 'TooManyRequestsException', message: '429' }, 'throttled', 'Raise interval'],
    [503, { __type: 'ServiceUnavailableException', message: '503' }, 'failed', '503'],
  ])('a response of %i is reported', async (status, body, code, said) => {
    reply = { status, headers: { 'x-amzn-errortype': body.__type }, body };
    const error = await failure();
    expect(error.code).toBe(code);
    expect(error.message).toContain('Kafka on MSK cluster main');
    expect(error.message).toContain(said);
    expect(error.message).not.toContain(plantedSecret);
  });

  it.each([
    ['neither brokers nor msk', { msk: undefined }, 'brokers: is missing'],
    ['both', { brokers: 'b:9092' }, 'brokers: is not supported with msk'],
    [
      'another ARN',
      { msk: { clusterArn: 'arn:aws:kafka:eu-central-1:1:topic/main/a' } },
      'is not the ARN of an MSK cluster',
    ],
    ['a login that MSK does not have', { sasl: { username: 'u', password: 'p' } }, 'which Amazon MSK does not support'],
  ])('refuses %s', (_name, settings, said) => {
    expect(() => source(settings)).toThrow(said);
  });
});

describe('kafka with aws-msk-iam and brokers', () => {
  const settings = (host: string) => ({ msk: undefined, brokers: `${host}:9098`, sasl: iam, tls: {} });

  it('takes the region from the host names of MSK', () => {
    const host = 'b-1.main.abcdef.c2.kafka.eu-central-1.amazonaws.com';
    expect(source(settings(host))).toHaveProperty('sample');
    expect(source(settings('boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com'))).toHaveProperty('sample');
  });

  it('requires the region with other names', () => {
    expect(() => source(settings('kafka.internal'))).toThrow('sasl.region: is missing');
  });
});
