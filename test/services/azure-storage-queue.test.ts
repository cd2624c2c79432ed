import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { azuriteService } from '../../scripts/services/azurite.js';
import { describeConformance, expectNoSecret, failureOf, make, plantedSecret } from '../sources/conformance.js';
import { makeCertificates } from '../support/certificates.js';
import { startIdentityEndpoint } from '../support/identity-endpoint.js';

const never = (): AbortSignal => new AbortController().signal;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const account = { name: 'shop', key: base64(plantedSecret) };
const azurite = await azuriteService(account);

const connectionString = (port: number, login: string) => `QueueEndpoint=http://127.0.0.1:${port}/shop;${login}`;
const byKey = (key = account.key) => `AccountName=shop;AccountKey=${key}`;
const settingsFor = (port: number) => ({ queue: 'jobs', connectionString: connectionString(port, byKey()) });
const subject = { type: 'azure-storage-queue', settingsFor };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(azurite.port), ...more });
const sampled = async (more: Record<string, unknown> = {}) => {
  const source = make(subject, settings(more));
  const sample = await source.sample(never());
  await source.close?.();
  return sample;
};

/** Five messages, two of which were received, and one that is not yet due; a long queue; an empty one. */
async function fill(): Promise<void> {
  for (const queue of ['jobs', 'long', 'done']) await azurite.createQueue(queue);
  for (let message = 1; message <= 5; message += 1) await azurite.addMessage('jobs', `job ${message} &lt;a&gt;`);
  await azurite.receive('jobs', 2);
  await azurite.addMessage('jobs', 'later', 3600);
  for (let message = 1; message <= 40; message += 1) await azurite.addMessage('long', 'job');
  await azurite.receive('long', 3);
}

beforeAll(async () => {
  await azurite.start();
  await fill();
});
afterAll(() => azurite.stop());

describe('azure-storage-queue', () => {
  it('counts messages that wait, that were received and not deleted, and that are not yet due', async () => {
    expect(await sampled()).toMatchObject({ value: 6 });
  });

  it('counts only messages that wait, and does not change them', async () => {
    for (let sample = 0; sample < 3; sample += 1) expect((await sampled({ count: 'visible' })).value).toBe(3);
  });

  it('counts all messages, and says so, if 32 or more wait', async () => {
    expect(await sampled({ count: 'visible', queue: 'long' })).toMatchObject({
      value: 40,
      note: expect.stringContaining('32 or more messages wait'),
    });
  });

  it.each(['all', 'visible'])('counts no message in an empty queue: %s', async (count) => {
    expect((await sampled({ queue: 'done', count })).value).toBe(0);
  });

  it.each([
    ['r', 'all', 6],
    ['rp', 'visible', 3],
  ])('reads with a shared access signature of the permissions %s: %s', async (permissions, count, value) => {
    const login = `SharedAccessSignature=${azurite.signature(permissions)}`;
    expect((await sampled({ connectionString: connectionString(azurite.port, login), count })).value).toBe(value);
  });

  it.each(['wrong signature', 'missing permission'])('refuses a shared access signature with a %s', async (problem) => {
    const signature = azurite.signature(problem === 'missing permission' ? 'a' : 'r');
    const login = `SharedAccessSignature=${problem === 'missing permission' ? signature : signature.replace('sig=', 'sig=A')}`;
    const source = make(subject, settings({ connectionString: connectionString(azurite.port, login) }));
    const error = await failureOf(source);
    expect(error.code).toBe('denied');
    expect(error.message).toContain('Check the connection string');
    expectNoSecret(error, [new URLSearchParams(signature).get('sig') ?? '']);
    await source.close?.();
  });

  it('signs in with an identity, and trusts the authority that the settings name', async () => {
    const certificates = await makeCertificates();
    const endpoint = await startIdentityEndpoint(tokenFor);
    const secure = await azuriteService(account, certificates.files);
    await secure.during(async () => {
      const tls = { ca: certificates.ca };
      const given = { account: 'shop', endpoint: `https://127.0.0.1:${secure.port}/shop`, tls };
      const source = make(subject, { queue: 'none', ...given });
      const stranger = make(subject, { queue: 'none', ...given, identity: { clientId: 'stranger' } });
      audience = 'https://elsewhere.example';
      expect((await failureOf(stranger)).code).toBe('denied');
      await stranger.close?.();
      audience = undefined;
      // Azurite checks the token before it looks for the queue.
      expect(await failureOf(source)).toMatchObject({
        code: 'missing',
        message: expect.stringContaining('404: QueueNotFound: The specified queue does not exist.'),
      });
      expect(endpoint.asked).toEqual(['https://storage.azure.com as stranger', 'https://storage.azure.com']);
      await source.close?.();
      const distrusting = make(subject, { queue: 'none', ...given, tls: undefined });
      expect((await failureOf(distrusting)).code).toBe('unreachable');
      await distrusting.close?.();
    });
    await endpoint.stop();
  });
});

let audience: string | undefined;

/** A token of the form that Azurite requires. It does not check who signed the token. */
function tokenFor(service: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience ?? service,
    iss: 'https://sts.windows.net/tenant/',
    nbf: now - 60,
    iat: now - 60,
    exp: now + 3600,
  };
  return [{ alg: 'RS256', typ: 'JWT' }, claims, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

describeConformance(subject, {
  server: azurite,
  value: 6,
  wrongLogin: () => settings({ connectionString: connectionString(azurite.port, byKey(base64('wrong'))) }),
  missingName: () => ({ settings: settings({ queue: 'none' }), outcome: 'missing' }),
  empty: () => ({ settings: settings({ queue: 'done' }), outcome: 0 }),
  afterRestart: fill,
});
