/** The source azure-storage-queue without a server of the right kind. With Azurite, it runs in test/services. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeFailures, expectNoSecret, failureOf, make, plantedSecret } from '../conformance.js';
import { LocalHttpServer, type Reply } from '../local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const key = Buffer.from(plantedSecret).toString('base64');
const subject = {
  type: 'azure-storage-queue',
  settingsFor: (port: number) => ({
    queue: 'jobs',
    connectionString: `AccountName=shop;AccountKey=${key};QueueEndpoint=http://127.0.0.1:${port}/shop`,
  }),
};

describeFailures(subject);

describe('azure-storage-queue', () => {
  let reply: Reply;
  const server = new LocalHttpServer(() => reply);
  const source = (settings: Record<string, unknown> = {}) =>
    make(subject, { ...subject.settingsFor(server.port), ...settings });
  const length = (value: string) => ({ headers: { 'x-ms-approximate-messages-count': value }, body: '' });
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    server.asked.length = 0;
    reply = length('7');
  });

  it('reads the metadata of the queue', async () => {
    expect((await source().sample(never())).value).toBe(7);
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /shop/jobs?comp=metadata']);
  });

  it('takes endpoint instead of the address in the connection string', async () => {
    const connectionString = `AccountName=shop;AccountKey=${key}`;
    const other = source({ connectionString, endpoint: `http://127.0.0.1:${server.port}/private` });
    expect((await other.sample(never())).value).toBe(7);
    expect(server.asked[0]!.url).toBe('/private/jobs?comp=metadata');
  });

  it.each<[string, Record<string, unknown>, Reply]>([
    ['no length', {}, { body: '' }],
    ['a length that is not a number', {}, length('many')],
    ['a negative length', {}, length('-1')],
    ['HTML instead of messages', { count: 'visible' }, { type: 'text/html', body: '<html><QueueMessage></html>' }],
  ])('refuses a response with %s', async (_name, settings, given) => {
    reply = given;
    const error = await failureOf(source(settings));
    expect(error).toMatchObject({ code: 'malformed', message: expect.stringContaining('not from Azure Storage') });
  });

  it('counts the messages in an empty list as zero', async () => {
    reply = { type: 'application/xml', body: '<?xml version="1.0" encoding="utf-8"?><QueueMessagesList />' };
    expect((await source({ count: 'visible' }).sample(never())).value).toBe(0);
  });
});

describe('azure-storage-queue settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make({ type: 'azure-storage-queue' }, { queue: 'jobs', ...settings });
    } catch (error) {
      expectNoSecret(error, [plantedSecret, key]);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['neither a connection string nor an account', {}, 'connectionString: is missing'],
    ['both of them', { account: 'shop', connectionString: `AccountName=a;AccountKey=${key}` }, 'account: cannot be'],
    ['a key without an account', { connectionString: `AccountKey=${key}` }, 'connectionString: is not'],
    ['an account without a key', { connectionString: 'AccountName=shop' }, 'connectionString: is not'],
    ['the short form of the emulator', { connectionString: 'UseDevelopmentStorage=true' }, 'also for the emulator'],
    ['a URL', { connectionString: `https://shop.queue.core.windows.net/?sig=${key}` }, 'connectionString: is not'],
    ['an account with a domain', { account: 'shop.queue.core.windows.net' }, 'account: is not the name'],
    ['a queue in upper case', { account: 'shop', queue: 'Jobs' }, 'queue: is not the name'],
    ['a queue with two hyphens', { account: 'shop', queue: 'a--b' }, 'queue: is not the name'],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it.each([
    [
      'the form of the portal',
      { connectionString: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${key}==` },
    ],
    [
      'a shared access signature',
      { connectionString: `QueueEndpoint=https://a/;SharedAccessSignature=sv=1&sig=${key}` },
    ],
    ['an account', { account: 'shop' }],
  ])('accept %s', (_name, settings) => {
    expect(refusal(settings)).toBe('accepted');
  });

  it.each([
    ['public', {}, 'shop.queue.core.windows.net'],
    ['usGovernment', {}, 'shop.queue.core.usgovcloudapi.net'],
    ['china', {}, 'shop.queue.core.chinacloudapi.cn'],
    ['china', { connectionString: `AccountName=shop;AccountKey=${key}` }, 'shop.queue.core.chinacloudapi.cn'],
    [
      'public',
      { connectionString: `AccountName=shop;AccountKey=${key};EndpointSuffix=a.example` },
      'shop.queue.a.example',
    ],
  ])('lead to the address in the cloud %s: %j', async (cloud, settings, host) => {
    const access = 'connectionString' in settings ? settings : { account: 'shop' };
    const source = make({ type: 'azure-storage-queue' }, { queue: 'jobs', cloud, ...access });
    const stopped = AbortSignal.abort();
    expect((await failureOf(source, stopped)).message).toContain(`storage queue jobs at ${host}`);
    await source.close?.();
  });
});
