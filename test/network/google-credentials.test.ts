/** Every kind of credentials, with a metadata server and a token service on this machine. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleApi } from '../../src/adapters/net/google/api.js';
import { GoogleCredentials } from '../../src/adapters/net/google/credentials.js';
import { keyFile } from '../sources/google-monitoring-server.js';
import { eventually } from '../support/eventually.js';
import { closedPort, LocalHttpServer, type Asked, type Reply } from '../sources/local-servers.js';

const never = new AbortController().signal;
const before = { ...process.env };
let reply: (asked: Asked) => Reply;
const server = new LocalHttpServer((asked) => reply(asked));
const token = (value: string): Reply => ({
  headers: { 'metadata-flavor': 'Google' },
  body: { access_token: value, expires_in: 3600, token_type: 'Bearer', issued_token_type: 'x' },
});

beforeAll(() => server.start());
afterAll(async () => {
  process.env = before;
  await server.stop();
});
beforeEach(async () => {
  process.env = { ...before, HOME: await mkdtemp(join(tmpdir(), 'home-')), METADATA_SERVER_DETECTION: 'none' };
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  server.asked.length = 0;
});

const headersOf = (key?: string, timeoutMs = 10_000) =>
  new GoogleCredentials('shop', key).headers({ signal: never, timeoutMs });

async function credentialsFile(text: string): Promise<void> {
  const path = join(process.env['HOME']!, 'credentials.json');
  await writeFile(path, text);
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = path;
}

function metadataServer(port = server.port): void {
  Object.assign(process.env, { GCE_METADATA_HOST: `127.0.0.1:${port}`, METADATA_SERVER_DETECTION: 'assume-present' });
}

async function federation(): Promise<void> {
  await writeFile(join(process.env['HOME']!, 'subject'), 'token-of-the-other-cloud');
  const account = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `http://127.0.0.1:${server.port}/v1/token`,
    credential_source: { file: join(process.env['HOME']!, 'subject') },
  };
  await credentialsFile(JSON.stringify(account));
}

function claimsIn(headers: Readonly<Record<string, string>>): unknown {
  const [, claims = ''] = headers['authorization']?.split('.') ?? [];
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

describe('the credentials for Google', () => {
  const scope = 'https://www.googleapis.com/auth/cloud-platform';

  it('are a token that the key in the settings signs, without any request', async () => {
    expect(claimsIn(await headersOf(keyFile()))).toMatchObject({ iss: 'reader@shop.iam.gserviceaccount.com', scope });
  });

  it('are a token that the key in GOOGLE_APPLICATION_CREDENTIALS signs', async () => {
    await credentialsFile(keyFile());
    expect(claimsIn(await headersOf())).toMatchObject({ iss: 'reader@shop.iam.gserviceaccount.com', scope });
    expect(server.asked).toEqual([]);
  });

  it('are the token of the metadata server', async () => {
    metadataServer();
    reply = () => token('of-the-machine');
    expect(await headersOf()).toMatchObject({ authorization: 'Bearer of-the-machine' });
    expect(server.asked[0]?.url).toMatch(/^\/computeMetadata\/v1\/instance\/service-accounts\/default\/token/);
  });

  it('are exchanged for the token of another cloud, with workload identity federation', async () => {
    await federation();
    reply = () => token('federated');
    expect(await headersOf()).toMatchObject({ authorization: 'Bearer federated' });
    expect(server.asked.map(({ url }) => url)).toEqual(['/v1/token']);
    expect(server.asked[0]?.body).toContain('subject_token=token-of-the-other-cloud');
  });

  it('are kept from one request to the next, and no message may contain them', async () => {
    metadataServer();
    reply = () => token('kept-token');
    const credentials = new GoogleCredentials('shop', undefined);
    await credentials.headers({ signal: never, timeoutMs: 10_000 });
    await credentials.headers({ signal: never, timeoutMs: 10_000 });
    expect(server.asked).toHaveLength(1);
    expect(credentials.secrets).toEqual(['kept-token']);
  });

  it('are read again after the response 401', async () => {
    metadataServer();
    reply = ({ headers, url }) => {
      if (url.includes('/token')) return token(`token-${server.asked.length}`);
      return { status: headers.authorization === 'Bearer token-1' ? 401 : 200, body: {} };
    };
    const address = `http://127.0.0.1:${server.port}`;
    const api = new GoogleApi({ address, project: 'shop', timeoutMs: 10_000 });
    await expect(api.read({ path: '/v1/x' }, never)).rejects.toMatchObject({ code: 'denied' });
    expect(await api.read({ path: '/v1/x' }, never)).toEqual({});
    api.close();
  });
});

describe('the sign-in to Google fails', () => {
  it('without credentials', async () => {
    await expect(headersOf()).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringMatching(/^no Google credentials were found: set GOOGLE/) as unknown,
    });
  });

  it('with a file that does not exist', async () => {
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/nowhere.json';
    await expect(headersOf()).rejects.toMatchObject({ code: 'denied' });
    await expect(headersOf()).rejects.toThrow("no such file or directory, lstat '/nowhere.json'");
  });

  it.each([
    ['is not JSON', 'hunter2 {'],
    ['is not a key', '{"type":"service_account","client_email":"a","private_key":"hunter2"}'],
    ['has an unknown type', '{"type":"hunter2"}'],
  ])('with a file that %s, and does not repeat it', async (_name, text) => {
    await credentialsFile(text);
    const error = (await headersOf().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'denied' });
    expect(error.message).not.toContain('hunter2');
  });

  it('when the token service refuses', async () => {
    await federation();
    reply = () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'of hunter2' } });
    const error = (await headersOf().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'denied' });
    expect(error.message).toContain('400: invalid_grant');
    expect(error.message).not.toContain('hunter2');
  });

  it('when the token service cannot be reached, and nothing was sent', async () => {
    metadataServer(await closedPort());
    await expect(headersOf()).rejects.toMatchObject({ code: 'notSent' });
  });

  it('at its deadline, and a change was then not sent', async () => {
    const slow = new LocalHttpServer(() => token('too-late'));
    await slow.start();
    await slow.pause();
    metadataServer(slow.port);
    await expect(headersOf(undefined, 300)).rejects.toMatchObject({ code: 'timeout' });
    const address = `http://127.0.0.1:${server.port}`;
    const api = new GoogleApi({ address, project: 'shop', timeoutMs: 300 });
    const change = api.change({ path: '/v1/resize' }, { isValid: () => true }, never);
    await expect(change).rejects.toMatchObject({ code: 'notSent' });
    expect(server.asked).toEqual([]);
    // The library still waits for both tokens, and retries.
    await slow.stop();
    await slow.resume();
    slow.asked.length = 0;
    await slow.start();
    await eventually('both sign-ins end', async () => slow.asked.length === 2);
    await slow.stop();
  });
});
