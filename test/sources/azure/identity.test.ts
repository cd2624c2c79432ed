/** Signing in to Microsoft Entra ID with the real library of Azure. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startIdentityEndpoint } from '../../support/identity-endpoint.js';
import { failureOf, make, plantedSecret } from '../conformance.js';
import { closedPort, LocalHttpServer } from '../local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const identity = await startIdentityEndpoint((service) => `token of ${service} ${plantedSecret}`);
// A proxy that does not run, so that no test reaches Microsoft. The library uses it for plain HTTP too.
process.env['NO_PROXY'] = '127.0.0.1';
process.env['HTTPS_PROXY'] = `http://127.0.0.1:${await closedPort()}`;
const server = new LocalHttpServer(() => ({ status: 404, body: {} }));
const asked = () => server.asked.map(({ headers }) => headers.authorization);

beforeAll(() => server.start());
beforeEach(() => {
  server.asked.length = 0;
  identity.asked.length = 0;
});
afterEach(() => (identity.instead = undefined));
afterAll(() => Promise.all([server.stop(), identity.stop()]));

const endpoint = () => `http://127.0.0.1:${server.port}`;
const resource = '/subscriptions/s/resourceGroups/g/providers/Microsoft.App/containerApps/web';
const monitor = (more: Record<string, unknown> = {}) =>
  make(
    { type: 'azure-monitor' },
    { resource, metric: 'Requests', aggregation: 'total', endpoint: endpoint(), ...more },
  );

describe('a managed identity', () => {
  it.each([
    ['azure-monitor', { resource, metric: 'Requests', aggregation: 'total' }, 'https://management.azure.com'],
    [
      'azure-monitor',
      { resource, metric: 'Requests', aggregation: 'total', cloud: 'usGovernment' },
      'https://management.usgovcloudapi.net',
    ],
    [
      'azure-monitor',
      { resource, metric: 'Requests', aggregation: 'total', cloud: 'china' },
      'https://management.chinacloudapi.cn',
    ],
    ['azure-service-bus', { namespace: 'shop', queue: 'jobs' }, 'https://servicebus.azure.net'],
    ['azure-storage-queue', { account: 'shop', queue: 'jobs' }, 'https://storage.azure.com'],
  ])('signs %s in to its service: %j', async (type, settings, service) => {
    const source = make({ type }, { ...settings, endpoint: endpoint() });
    expect((await failureOf(source)).code).toBe('missing');
    expect(identity.asked).toEqual([service]);
    expect(asked()).toEqual([`Bearer token of ${service} ${plantedSecret}`]);
    await source.close?.();
  });

  it('signs in once for many samples at once', async () => {
    const source = monitor({ identity: { clientId: 'one' } });
    await Promise.all(Array.from({ length: 10 }, () => source.sample(never()).catch(() => undefined)));
    expect(identity.asked).toEqual(['https://management.azure.com as one']);
    expect(server.asked).toHaveLength(10);
    await source.close?.();
  });

  it('that Azure does not know is denied, and the next sample signs in again', async () => {
    identity.instead = { status: 400, body: { error: 'invalid_request', error_description: plantedSecret } };
    const source = monitor({ identity: { clientId: 'two' } });
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining('no Azure credentials') });
    expect(error.message).toContain('Check the identity');
    expect(server.asked).toHaveLength(0);
    identity.instead = undefined;
    expect((await failureOf(source)).code).toBe('missing');
    await source.close?.();
  });
});

it('a service principal does not use the managed identity, and says that it cannot reach the sign-in server', async () => {
  const source = monitor({ identity: { clientId: 'app', tenantId: 'tenant', clientSecret: plantedSecret } });
  expect(await failureOf(source)).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('the sign-in server of Azure cannot be reached. Check the network'),
  });
  expect(identity.asked).toEqual([]);
  expect(server.asked).toEqual([]);
  await source.close?.();
});
