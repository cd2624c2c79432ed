/** What docs/operations.md says of HTTPS_PROXY and NO_PROXY, of everything that speaks HTTPS, through a real proxy. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
import { ClientSecretCredential } from '@azure/identity';
import { ServicesClient } from '@google-cloud/run';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TunnellingAgent } from '../../src/adapters/net/tunnel.js';
import { ContainerAppReplicas, containerAppsOptions } from '../../src/adapters/platforms/azure-container-apps.js';
import { CloudRunInstances, cloudRunOptions, throughTheProxy } from '../../src/adapters/platforms/cloud-run.js';
import { autoScalingGroup } from '../../src/adapters/platforms/aws/auto-scaling-group.js';
import { ecs } from '../../src/adapters/platforms/aws/ecs.js';
import { lambdaProvisionedConcurrency } from '../../src/adapters/platforms/aws/lambda-provisioned-concurrency.js';
import { genericHttp } from '../../src/adapters/platforms/generic-http/generic-http.js';
import { googleInstanceGroup } from '../../src/adapters/platforms/google-instance-group/google-instance-group.js';
import { kubernetes } from '../../src/adapters/platforms/kubernetes/kubernetes.js';
import { connectClient } from '../../src/client/temporal/connection.js';
import { createSource } from '../support/create-source.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connect-proxy.js';

const never = new AbortController().signal;
const permitted = { isValid: () => true };
const context = { resource: 'web', requestTimeoutMs: 5000 };
const asked: { method: string; url: string; body: string }[] = [];

let certificates: Certificates;
let server: Server;
let proxy: ConnectProxy;
const before = { ...process.env };

beforeAll(async () => {
  certificates = await makeCertificates();
  server = createServer({ key: certificates.key, cert: certificates.cert }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '' } = incoming;
      asked.push({ method, url, body: Buffer.concat(chunks).toString() });
      response.setHeader('content-type', 'application/json');
      response.end(answerTo(url));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await ConnectProxy.leadingTo((server.address() as AddressInfo).port);
  const keyPath = join(await mkdtemp(join(tmpdir(), 'google-')), 'key.json');
  await writeFile(keyPath, keyText);
  Object.assign(process.env, {
    GOOGLE_APPLICATION_CREDENTIALS: keyPath,
    HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${proxy.port}`,
    https_proxy: `http://127.0.0.1:${proxy.port}`,
    // Vendors' SDKs read it once.
    NO_PROXY: 'other.example,.near.invalid',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterEach(() => {
  proxy.asked.length = 0;
  proxy.authorizations.length = 0;
  proxy.instead = null;
  asked.length = 0;
});
afterAll(async () => {
  process.env = before;
  await proxy.close();
  server.closeAllConnections();
  server.close();
});

/** A queue, and a Kubernetes cluster with a Deployment `web`. */
function answerTo(url: string): string {
  const resources = ['deployments', 'deployments/scale'].map((name) => ({ name, kind: 'Deployment' }));
  const answers: [RegExp, object][] = [
    [/\/scale$/, { metadata: { resourceVersion: '1' }, spec: { replicas: 3 } }],
    [/\/web$/, { metadata: {}, spec: { replicas: 3 }, status: { readyReplicas: 3 } }],
    [/^\/apis\/apps\/v1$/, { resources }],
    [/^\/depth$/, { depth: 7 }],
  ];
  return JSON.stringify(answers.find(([path]) => path.test(url.replace(/\?.*/, '')))?.[1] ?? { items: [] });
}

async function kubernetesAt(url: string) {
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  const kubeconfig = join(folder, 'config');
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(certificates.ca).toString('base64') };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'c', user: { token: 'abc' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    }),
  );
  return kubernetes.create(kubernetes.settings.parse({ kubeconfig }), context);
}

describe('through the proxy, end to end by TLS,', () => {
  it('a source is sampled, and its connection kept', async () => {
    const settings = { url: 'https://queue.example/depth', path: 'depth', tls: { ca: certificates.ca } };
    const source = createSource('http-json', settings, { signal: 'depth', timeoutMs: 5000 });
    expect((await source.sample(never)).value).toBe(7);
    expect((await source.sample(never)).value).toBe(7);
    await source.close?.();
    expect(proxy.asked).toEqual(['queue.example:443']);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:hunter2').toString('base64')}`]);
  });

  it('a platform is read and changed, the change by a tunnel of its own', async () => {
    const platform = await kubernetesAt('https://queue.example:6443');
    expect(await platform.observe(never)).toMatchObject({ capacity: 3 });
    expect(await platform.change({ from: 3, to: 4, idempotencyKey: 'k' }, permitted, never)).toEqual({
      outcome: 'accepted',
    });
    await platform.close?.();
    expect(new Set(proxy.asked)).toEqual(new Set(['queue.example:6443']));
    expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('a client that accepts an agent, as AWS’s SDK does, gets a response', async () => {
    const agent = new TunnellingAgent();
    const sending = request('https://queue.example/depth', { agent, ca: certificates.ca }).end();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(JSON.parse(Buffer.concat(await answer.toArray()).toString())).toEqual({ depth: 7 });
    agent.destroy();
    expect(proxy.asked).toEqual(['queue.example:443']);
  });
});

it.each(['https://queue.example/', 'https://127.0.0.1:1/'])(
  'an invalid key is reported immediately: %s',
  async (url) => {
    const tls = { cert: 'no certificate', key: 'no key' };
    const source = createSource('http-json', { url, tls }, { signal: 'depth', timeoutMs: 5000 });
    const startedAtMs = performance.now();
    await expect(source.sample(never)).rejects.toMatchObject({ code: expect.not.stringMatching('timeout') as unknown });
    expect(performance.now() - startedAtMs).toBeLessThan(4000);
    await source.close?.();
  },
);

describe('where the proxy gives no tunnel,', () => {
  it.each([
    [403, 'responded 403'],
    [407, 'responded 407'],
    ['hang', 'no connection within 300 ms'],
  ] as const)('%s: nothing is sent, and the error does not contain the login', async (instead, said) => {
    proxy.instead = instead;
    const url = 'https://queue.example/pool';
    const settings = genericHttp.settings.parse({ observe: { url, capacity: 'n' }, set: { url } });
    const platform = genericHttp.create(settings, { ...context, requestTimeoutMs: 300 });
    const outcome = await platform.change({ from: 3, to: 4, idempotencyKey: 'k' }, permitted, never);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      final: false,
      reason: expect.stringContaining(said) as unknown,
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(asked).toEqual([]);
  });

  it('a source says so, and where to look', async () => {
    proxy.instead = 502;
    const source = createSource('http-json', { url: 'https://queue.example/' }, { signal: 'depth', timeoutMs: 5000 });
    const error = (await source.sample(never).catch((thrown: unknown) => thrown)) as Error;
    await source.close?.();
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(
      /proxy http:\/\/127\.0\.0\.1:\d+ responded 502 to CONNECT queue\.example:443\. Check HTTPS_PROXY/,
    );
  });
});

/**
 * Everything that speaks HTTPS, asked of a host. Nothing there is a server of the right kind: what counts is the way.
 */
const askers: [string, (host: string) => Promise<unknown>][] = [
  ['a source over HTTP', (host) => sampled('prometheus', { server: `https://${host}`, query: 'up' })],
  ['sqs', (host) => sampled('sqs', { queue: 'jobs', region: 'eu-west-1', endpoint: `https://${host}` })],
  ['cloudwatch', (host) => sampled('cloudwatch', { ...aws(host), namespace: 'Shop', metric: 'Requests' })],
  ['kinesis', (host) => sampled('kinesis', { ...aws(host), stream: 'clicks', measure: 'shards' })],
  ['azure-service-bus', (host) => sampled('azure-service-bus', { connectionString: bus, ...queueAt(host) })],
  ['azure-storage-queue', (host) => sampled('azure-storage-queue', { connectionString: storage, ...queueAt(host) })],
  ['kubernetes', async (host) => (await kubernetesAt(`https://${host}`)).observe(never)],
  ['generic-http', (host) => described(`https://${host}/pool`).observe(never)],
  ['ecs', (host) => ecs.create(ecs.settings.parse({ cluster: 'main', ...aws(host) }), context).observe(never)],
  ['auto-scaling-group', (host) => groupAt(host).observe(never)],
  ['lambda-provisioned-concurrency', (host) => lambdaAt(host).observe(never)],
  ['azure-container-apps', (host) => azureAt(host).observe(never)],
  ['the sign-in of Azure', (host) => signInAt(host).getToken('https://management.azure.com/.default')],
  ['cloud-run', (host) => cloudRunAt(host).observe(never)],
  ['google-cloud-monitoring', (host) => sampled('google-cloud-monitoring', { ...google(host), query: 'up' })],
  ['google-pubsub', (host) => sampled('google-pubsub', { ...google(host), subscription: 'jobs' })],
  ['google-instance-group', (host) => instanceGroupAt(host).observe(never)],
];

const bus = 'Endpoint=sb://shop/;SharedAccessKeyName=reader;SharedAccessKey=key';
const storage = 'AccountName=shop;AccountKey=a2V5';
const queueAt = (host: string) => ({ queue: 'jobs', endpoint: `https://${host}` });
const aws = (host: string) => ({ region: 'eu-west-1', endpoint: `https://${host}` });
const sampled = (type: string, settings: object) =>
  createSource(type, settings, { signal: 'depth', timeoutMs: 5000 }).sample(never);

function groupAt(host: string) {
  return autoScalingGroup.create(autoScalingGroup.settings.parse(aws(host)), context);
}

function lambdaAt(host: string) {
  const settings = lambdaProvisionedConcurrency.settings.parse({ qualifier: 'live', ...aws(host) });
  return lambdaProvisionedConcurrency.create(settings, context);
}

function described(url: string) {
  return genericHttp.create(genericHttp.settings.parse({ observe: { url, capacity: 'n' }, set: { url } }), context);
}

function azureAt(host: string) {
  const credential = { getToken: async () => ({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const options = { ...containerAppsOptions, endpoint: `https://${host}`, $host: `https://${host}` };
  return new ContainerAppReplicas({ resourceGroup: 'shop', app: 'web', maximum: 'keep' }, context, async () => {
    return new ContainerAppsAPIClient(credential, 'subscription', options);
  });
}

function signInAt(host: string) {
  const options = { authorityHost: `https://${host}`, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
  return new ClientSecretCredential('tenant', 'client', 'secret', options);
}

const { privateKey: ownKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const account = { type: 'service_account', client_email: 'web@shop.iam.gserviceaccount.com', private_key: ownKey };
const keyText = JSON.stringify(account);

function cloudRunAt(host: string) {
  const settings = {
    project: 'shop',
    region: 'europe-west1',
    service: 'web',
    scaling: 'manual',
    maximum: 'keep',
  } as const;
  // Google's own sign-in, as an account that signs its tokens itself.
  const credentials = { client_email: 'web@shop.iam.gserviceaccount.com', private_key: ownKey };
  return new CloudRunInstances(settings, context, async () => {
    return throughTheProxy(new ServicesClient({ ...cloudRunOptions, apiEndpoint: host, credentials }));
  });
}

function google(host: string) {
  return { project: 'shop', endpoint: `https://${host}`, credentials: keyText };
}

function instanceGroupAt(host: string) {
  const settings = { project: 'shop', zone: 'europe-west1-b', endpoint: `https://${host}` };
  return googleInstanceGroup.create(googleInstanceGroup.settings.parse(settings), context);
}

describe.each(askers)('%s', (_name, ask) => {
  it('goes through the proxy', async () => {
    proxy.instead = 403;
    await ask('a.far.invalid').catch(() => undefined);
    expect(proxy.asked.map((target) => target.replace(/:443$/, ''))).toContain('a.far.invalid');
  });

  it.each(['other.example', 'a.near.invalid'])('goes straight to %s, which NO_PROXY names', async (host) => {
    proxy.instead = 403;
    await ask(host).catch(() => undefined);
    expect(proxy.asked.filter((target) => target.startsWith(host))).toEqual([]);
  });
});

describe('Temporal is connected to directly', () => {
  it('by the API and whatever else is a client', async () => {
    const options = { tls: true } as const;
    const settings = { address: 'a.far.invalid:7233', namespace: 'default', isConfigured: true, options };
    const connection = connectClient(settings);
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 1500, () => workflowService.getSystemInfo({})).catch(() => undefined);
    await connection.close();
    expect(proxy.asked).toEqual([]);
  });

  it('by the source that counts its tasks', async () => {
    await sampled('temporal', { address: 'a.far.invalid:7233', taskQueue: 'jobs', tls: {} }).catch(() => undefined);
    expect(proxy.asked).toEqual([]);
  });
});
