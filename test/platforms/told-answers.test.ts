/** The description of an unexpected response has its error text, types and lengths, and never a value. */
import { inspect } from 'node:util';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { autoScalingGroup } from '../../src/adapters/platforms/aws/auto-scaling-group.js';
import { ecs } from '../../src/adapters/platforms/aws/ecs.js';
import { dockerSwarm } from '../../src/adapters/platforms/docker-swarm/docker-swarm.js';
import { genericHttp } from '../../src/adapters/platforms/generic-http/generic-http.js';
import { kubernetes } from '../../src/adapters/platforms/kubernetes/kubernetes.js';
import { omnistrate } from '../../src/adapters/platforms/omnistrate.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { startIdentityEndpoint } from '../support/identity-endpoint.js';
import { azureAt } from './fixtures/azure-server.js';
import { lambdaAt } from './fixtures/lambda-server.js';
import { cloudRunAt } from './fixtures/cloud-run-server.js';
import { groupAt } from './fixtures/google-group-server.js';
import { closeJsonServers, startJsonServer, type JsonAnswer } from './fixtures/json-server.js';
import { queryAnswer, queryError } from './fixtures/query-xml.js';
import { scaleSetAt } from './fixtures/scale-set-server.js';
import { nomadAt } from './fixtures/nomad-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

const identity = await startIdentityEndpoint(() => 'token');
afterEach(closeJsonServers);
afterAll(() => identity.stop());

const context = { resource: 'worker', requestTimeoutMs: 10_000 };
const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));

async function kubernetesAt(url: string): Promise<Platform> {
  const kubeconfig = join(folder, 'config');
  const config = {
    'current-context': 'here',
    clusters: [{ name: 'one', cluster: { server: url } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return kubernetes.create(kubernetes.settings.parse({ kubeconfig }), context);
}

function genericAt(url: string): Platform {
  const observe = { url, capacity: 'units', ready: 'ready', observedAt: 'at' };
  return genericHttp.create(genericHttp.settings.parse({ observe, set: { url } }), context);
}

function autoScalingGroupAt(endpoint: string): Platform {
  return autoScalingGroup.create(autoScalingGroup.settings.parse({ region: 'eu-west-1', endpoint }), context);
}

function swarmAt(url: string): Platform {
  return dockerSwarm.create(dockerSwarm.settings.parse({ host: url }), context);
}

const platforms: [string, (url: string) => Platform | Promise<Platform>][] = [
  ['omnistrate', (url) => omnistrate.create(omnistrate.settings.parse({ url }), context)],
  ['generic-http', genericAt],
  ['kubernetes', kubernetesAt],
  ['ecs', (endpoint) => ecs.create(ecs.settings.parse({ cluster: 'main', region: 'eu-west-1', endpoint }), context)],
  ['auto-scaling-group', autoScalingGroupAt],
  ['lambda-provisioned-concurrency', (endpoint) => lambdaAt(endpoint, context)],
  ['azure-container-apps', (url) => azureAt(url, context)],
  ['azure-vm-scale-set', (url) => scaleSetAt(url, context)],
  ['cloud-run', (url) => cloudRunAt(url, context)],
  ['google-instance-group', (url) => groupAt(url, context)],
  ['docker-swarm', swarmAt],
  ['nomad', (url) => nomadAt(url, context)],
];

const secret = 'hunter2-hunter2';
const html = { headers: { 'content-type': 'text/html' }, text: `<html>${secret}</html>` };
const json: [string, unknown][] = [
  ['an unknown field', { token: secret }],
  ['a field below another', { data: { message: secret } }],
  ['a field two below error', { error: { inner: { message: secret }, token: secret } }],
  ['details', { message: { text: secret }, details: [{ message: secret }], errors: [{ message: secret }] }],
  ['a key', { [secret]: 1 }],
  ['a list', [secret]],
  ['a text', secret],
];
const failures: [string, JsonAnswer][] = [400, 401, 403, 404, 409, 429, 500, 503].flatMap((status) => [
  [`${status} with HTML`, { status, ...html }] as [string, JsonAnswer],
  [`${status} with a text that is called JSON`, { status, text: `${secret} {` }] as [string, JsonAnswer],
  ...json.map(([name, body]): [string, JsonAnswer] => [`${status} with it in ${name}`, { status, body }]),
]);
const successes: [string, JsonAnswer][] = [
  ['200 with HTML', html],
  ['200 with a text that is called JSON', { text: `${secret} {` }],
  ['200 cut off', { text: `{"units": 3, "token": "${secret}` }],
  ...json.map(([name, body]): [string, JsonAnswer] => [`200 with it in ${name}`, { body }]),
  ...[
    { units: secret },
    { units: 3, ready: secret },
    { units: 3, ready: 3, at: secret },
    { status: secret, currentCapacity: secret, lastObservedTimestamp: secret },
    { services: [{ desiredCount: secret }], failures: [{ reason: 7 }] },
    { properties: { template: { scale: { minReplicas: secret } } } },
    { sku: { capacity: secret }, properties: { provisioningState: secret, orchestrationMode: secret } },
    { value: [{ properties: { instanceView: secret } }], nextLink: secret },
    { scaling: { manualInstanceCount: secret, scalingMode: secret }, name: secret },
    { targetSize: secret, currentActions: { none: secret }, status: { isStable: secret } },
    { targetSize: 1, currentActions: {}, name: secret, status: secret, error: { errors: [{ location: secret }] } },
    { resources: [{ name: secret, kind: 7 }] },
    { RequestedProvisionedConcurrentExecutions: secret },
    { RequestedProvisionedConcurrentExecutions: 1, AvailableProvisionedConcurrentExecutions: secret },
    { spec: { replicas: secret }, metadata: { resourceVersion: 7 } },
  ].map((body): [string, JsonAnswer] => [`200 with ${JSON.stringify(body)}`, { body }]),
  ...[
    { AutoScalingGroups: [{ DesiredCapacity: secret }] },
    { AutoScalingGroups: [{ DesiredCapacity: 3, Instances: [{ WeightedCapacity: secret }], Status: 7 }] },
  ].map((result): [string, JsonAnswer] => [
    `200 with ${JSON.stringify(result)} in XML`,
    queryAnswer('DescribeAutoScalingGroups', result),
  ]),
];
const redirects: [string, JsonAnswer][] = [301, 302, 307].map((status) => [
  `${status} to a place with it`,
  { status, headers: { location: `https://elsewhere.example/${secret}?token=${secret}#${secret}` } },
]);

describe.each(platforms)('%s', (type, at) => {
  it.each([...failures, ...successes, ...redirects])('tells nothing of a secret: %s', async (_name, answer) => {
    const { url } = await startJsonServer(() => answer);
    const platform = await at(url);
    const seen = await platform.observe(never).catch((error: unknown) => error);
    const made = await platform.change({ from: 1, to: 2, idempotencyKey: 'k' }, permitted, never);
    await platform.close?.();
    const reason = 'reason' in made ? made.reason : '';
    const message = seen instanceof Error ? `${seen.message} ${inspect(seen.cause)}` : '';
    expect(`${message} ${reason}`).not.toContain('hunter2');
  });

  it.each([404, 500])(
    'tells what an answer of %d says in its error fields, on one line and not at length',
    async (status) => {
      const words = `so it is\nand so${' on'.repeat(1000)}`;
      // Google's, Azure's, AWS's and the plain form at once.
      const body = { code: 'Broken', message: words, error: { code: status, message: words }, token: secret };
      const xml = queryError(status, 'Broken', `${words}</Message><Token>${secret}</Token><Message>`);
      const { url } = await startJsonServer(() => (type === 'auto-scaling-group' ? xml : { status, body }));
      const platform = await at(url);
      const { message } = (await platform.observe(never).catch((error: unknown) => error)) as Error;
      await platform.close?.();
      expect(message).toContain('so it is and so on on');
      expect(message.length).toBeLessThan(700);
      expect(message).not.toContain('\n');
      expect(message).not.toContain('hunter2');
    },
  );
});
