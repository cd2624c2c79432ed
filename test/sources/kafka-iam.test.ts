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
  // No keys but those of the test, and no look for the role of an instance: there is none here.
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

/** What goes before the token in a login by OAUTHBEARER (RFC 7628); two separators end it. */
const opening = 'n,,\u0001auth=Bearer ';
const tokenIn = (login: string) => login.slice(opening.length, -2);

describe('kafka with aws-msk-iam', () => {
  it('sends a token that the keys of the environment have signed for the region, and says so when it is refused', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = plantedSecret;
    const source = make({ type: 'kafka' }, settings());
    const { code, message } = await failureOf(source);
    await source.close?.();
    expect({ code, message }).toEqual({ code: 'denied', message: expect.stringContaining('rights of the role') });

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

  it('makes a token of its own for every connection', async () => {
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

  it('does not call a login refused that a broker ends by closing the connection', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = plantedSecret;
    broker.hangsUp = true;
    const source = make({ type: 'kafka' }, settings());
    expect((await failureOf(source)).code).toBe('unreachable');
    await source.close?.();
  });

  it.each([
    ['a login without a region', { sasl: { mechanism: 'aws-msk-iam' } }, 'region: is needed'],
    [
      'a password beside it',
      { sasl: { mechanism: 'aws-msk-iam', region: 'r', password: 'p' } },
      'password: has no meaning',
    ],
    ['no TLS', { tls: undefined }, 'tls: is needed'],
    ['a user name without a password', { sasl: { username: 'u' } }, 'password: is needed'],
  ])('refuses %s', (_name, more, said) => {
    expect(() => make({ type: 'kafka' }, settings(more))).toThrow(said);
  });
});
