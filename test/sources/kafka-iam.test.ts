import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificates } from '../support/certificates.js';
import { failureOf, make, plantedSecret } from './conformance.js';
import { startRecordingBroker, type RecordingBroker } from './recording-broker.js';

const { ca, cert, key } = await makeCertificates();
const environment = process.env;

let broker: RecordingBroker;
beforeAll(async () => {
  broker = await startRecordingBroker({ cert, key });
});
beforeEach(() => {
  // Only the keys of the test are available. The role of an instance is not searched for, because there is none.
  process.env = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  broker.logins.length = 0;
  broker.hangsUp = false;
});
afterAll(async () => {
  process.env = environment;
  await broker.stop();
});

const settings = (more: Record<string, unknown> = {}) => ({
  brokers: `127.0.0.1:${broker.port}`,
  topics: 'jobs',
  group: 'workers',
  sasl: { mechanism: 'aws-msk-iam', region: 'eu-central-1' },
  tls: { ca },
  ...more,
});

/** The characters before the token in an OAUTHBEARER login (RFC 7628). Two separators follow the token. */
const opening = 'n,,\u0001auth=Bearer ';
const tokenIn = (login: string) => login.slice(opening.length, -2);

describe('kafka with aws-msk-iam', () => {
  it('sends a token that is signed for the region with the keys of the environment, and reports a refused token', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = plantedSecret;
    const source = make({ type: 'kafka' }, settings());
    const { code, message } = await failureOf(source);
    await source.close?.();
    expect({ code, message }).toEqual({ code: 'denied', message: expect.stringContaining('permissions of the role') });

    const [mechanism, login = ''] = broker.logins;
    expect(mechanism).toBe('OAUTHBEARER');
    expect(login).toBe(`${opening}${tokenIn(login)}\u0001\u0001`);
    const token = tokenIn(login);
    const signed = new URL(Buffer.from(token, 'base64url').toString());
    expect(signed.host).toBe('kafka.eu-central-1.amazonaws.com');
    expect(signed.searchParams.get('Action')).toBe('kafka-cluster:Connect');
    expect(signed.searchParams.get('X-Amz-Credential')).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka-cluster\//);
    expect(signed.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(message).not.toContain(token);
  });

  it('signs a new token for every connection', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = plantedSecret;
    const source = make({ type: 'kafka' }, settings());
    await failureOf(source);
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDROTATED';
    await failureOf(source);
    await source.close?.();
    const keys = broker.logins
      .filter((sent) => sent.startsWith('n,,'))
      .map((sent) => Buffer.from(tokenIn(sent), 'base64url').toString())
      .map((url) => new URL(url).searchParams.get('X-Amz-Credential')?.split('/')[0]);
    expect(keys).toEqual(['AKIDEXAMPLE', 'AKIDROTATED']);
  });

  it('reports a connection that the broker closes during the login as unreachable, not as denied', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = plantedSecret;
    broker.hangsUp = true;
    const source = make({ type: 'kafka' }, settings());
    expect((await failureOf(source)).code).toBe('unreachable');
    await source.close?.();
  });

  it.each([
    ['a login without a region', { sasl: { mechanism: 'aws-msk-iam' } }, 'region: is missing'],
    [
      'a password with aws-msk-iam',
      { sasl: { mechanism: 'aws-msk-iam', region: 'r', password: 'p' } },
      'password: is not supported',
    ],
    ['no TLS', { tls: undefined }, 'tls: is missing'],
    ['a user name without a password', { sasl: { username: 'u' } }, 'password: is missing'],
  ])('refuses %s', (_name, more, message) => {
    expect(() => make({ type: 'kafka' }, settings(more))).toThrow(message);
  });
});
