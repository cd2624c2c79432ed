import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/problem.js';
import { fileConfig } from '../../src/config/file/file-config.js';

type Resource = Record<string, unknown>;

const resultOfTwo = async (
  one: Resource,
  other: Resource,
  environment: Record<string, string> = {},
): Promise<string> => {
  const resources = { one: { min: 1, max: 3, ...one }, other: { min: 1, max: 3, ...other } };
  const yaml = JSON.stringify({ version: 1, resources });
  return fileConfig(yaml, 'escapement.yaml', environment).then(
    () => 'accepted',
    (error: unknown) => (error instanceof ConfigError ? error.message : String(error)),
  );
};
const on = (type: string) => (settings: object) => ({ platform: { type, ...settings } });
const kubernetes = on('kubernetes');
const omnistrate = on('omnistrate');
const ecs = on('ecs');
const group = on('auto-scaling-group');
const lambda = on('lambda-provisioned-concurrency');
const run = on('cloud-run');
const instanceGroup = on('google-instance-group');
const azure = on('azure-container-apps');
const scaleSet = on('azure-vm-scale-set');
const http = on('generic-http');
const swarm = on('docker-swarm');
const nomad = on('nomad');
const exec = on('exec');

const api = (url: string, body?: object) =>
  http({ observe: { url: 'http://api/x', capacity: 'size' }, set: { url, ...(body && { body }) } });
const arn = (rest: string, region = 'eu-west-1') => `arn:aws:ecs:${region}:123456789012:${rest}`;
const groupArn = 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:e7a1:autoScalingGroupName/web';
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:pay';
const runs = { project: 'p', region: 'europe-west1' };
const apps = { subscription: 'S-1', resourceGroup: 'Shop' };

describe('two resources that scale the same object are refused', () => {
  it.each<[string, Resource, Resource]>([
    ['a Deployment by the same settings', kubernetes({ name: 'web' }), kubernetes({ name: 'web' })],
    [
      'its defaults written explicitly',
      kubernetes({ name: 'web' }),
      kubernetes({ name: 'web', kind: 'Deployment', namespace: 'default' }),
    ],
    [
      'another version of its group',
      kubernetes({ name: 'web' }),
      kubernetes({ name: 'web', apiVersion: 'apps/v1beta1' }),
    ],
    [
      'a Rollout, once by its plural',
      kubernetes({ name: 'web', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }),
      kubernetes({ name: 'web', apiVersion: 'argoproj.io/v1alpha1', kind: 'rollouts' }),
    ],
    ['one Swarm service', swarm({ service: 's' }), swarm({ service: 's', host: 'unix:///var/run/docker.sock' })],
    ['one group of a job', nomad({ job: 'j', group: 'g' }), nomad({ job: 'j', group: 'g', namespace: 'default' })],
    [
      'one pool of two programs',
      exec({ observe: ['/a'], set: ['/b', '{{resource}}', '{{to}}'] }),
      exec({ observe: ['/a'], set: ['/b', 'one', '{{to}}'] }),
    ],
    ['the alias of the other resource', kubernetes({}), kubernetes({ name: 'one' })],
    ['one sidecar and alias', omnistrate({ alias: 'w' }), omnistrate({ url: 'http://127.0.0.1:49750', alias: 'w' })],
    [
      'one sidecar, spelled in two ways',
      omnistrate({ alias: 'w' }),
      omnistrate({ url: 'http://localhost:49750/', alias: 'w' }),
    ],
    ['one ECS service', ecs({ cluster: 'c', service: 's' }), ecs({ cluster: 'c', service: 's' })],
    [
      'one ECS service, once by its ARN',
      ecs({ cluster: 'c', service: 's' }),
      ecs({ cluster: arn('cluster/c'), service: arn('service/c/s') }),
    ],
    [
      'one ECS service, once with its region',
      ecs({ cluster: 'c', service: 's' }),
      ecs({ cluster: 'c', service: 's', region: 'eu-west-1' }),
    ],
    ['one Auto Scaling group, once by its ARN', group({ group: 'web' }), group({ group: groupArn })],
    [
      'one alias of a function, once by its ARN',
      lambda({ function: 'pay', qualifier: 'live' }),
      lambda({ function: functionArn, qualifier: 'live' }),
    ],
    ['one Cloud Run service', run({ ...runs, service: 's' }), run({ ...runs, service: 's', scaling: 'minimum' })],
    [
      'one instance group',
      instanceGroup({ project: 'p', zone: 'europe-west1-b', group: 'other' }),
      instanceGroup({ project: 'p', zone: 'europe-west1-b' }),
    ],
    ['one container app', azure({ ...apps, app: 'web' }), azure({ ...apps, resourceGroup: 'shop', app: 'Web' })],
    ['one scale set', scaleSet({ ...apps, scaleSet: 'web' }), scaleSet({ ...apps, scaleSet: 'Web', cloud: 'public' })],
    ['one URL', api('http://api/web/size'), api('http://api/web/size')],
    ['one URL by the alias', api('http://api/{{resource}}/size'), api('http://api/one/size')],
    ['the default settings of a platform', { platform: 'omnistrate' }, omnistrate({ alias: 'one' })],
    ['a name from the environment', kubernetes({ name: '${NAME}' }), kubernetes({ name: 'web' })],
    ['the same placeholder without a value', kubernetes({ name: '${UNSET}' }), kubernetes({ name: '${UNSET}' })],
  ])('%s', async (_, one, other) => {
    const result = await resultOfTwo(one, other, { NAME: 'web' });
    expect(result).toMatch(/resources\.other\.platform.*scales the same object as the resource one/);
  });
});

describe('two resources that scale different objects are accepted', () => {
  it.each<[string, Resource, Resource]>([
    ['different names', kubernetes({}), kubernetes({})],
    [
      'one name in two zones',
      instanceGroup({ project: 'p', zone: 'europe-west1-b', group: 'g' }),
      instanceGroup({ project: 'p', zone: 'europe-west1-c', group: 'g' }),
    ],
    ['two groups of a job', nomad({ job: 'j', group: 'g' }), nomad({ job: 'j', group: 'h' })],
    ['two Swarm services', swarm({}), swarm({})],
    [
      'the same programs for each resource',
      exec({ observe: ['/a'], set: ['/b', '{{resource}}', '{{to}}'] }),
      exec({ observe: ['/a'], set: ['/b', '{{resource}}', '{{to}}'] }),
    ],
    ['another namespace', kubernetes({ name: 'web' }), kubernetes({ name: 'web', namespace: 'shop' })],
    ['another kind', kubernetes({ name: 'web' }), kubernetes({ name: 'web', kind: 'StatefulSet' })],
    ['another cluster', kubernetes({ name: 'web', context: 'eu' }), kubernetes({ name: 'web', context: 'us' })],
    ['another sidecar', omnistrate({ alias: 'w' }), omnistrate({ alias: 'w', url: 'http://127.0.0.1:49751' })],
    ['a sidecar beside each worker', omnistrate({ alias: 'w' }), { ...omnistrate({ alias: 'w' }), taskQueue: 'paris' }],
    [
      'another region',
      ecs({ cluster: 'c', service: 's', region: 'eu-west-1' }),
      ecs({ cluster: 'c', service: 's', region: 'us-east-1' }),
    ],
    [
      'the region of an ARN',
      ecs({ cluster: 'c', service: arn('service/c/s') }),
      ecs({ cluster: 'c', service: 's', region: 'us-east-1' }),
    ],
    ['a group in another region', group({ group: groupArn }), group({ group: 'web', region: 'us-east-1' })],
    [
      'another alias of a function',
      lambda({ function: 'pay', qualifier: 'live' }),
      lambda({ function: 'pay', qualifier: 'canary' }),
    ],
    ['another project', run({ ...runs, service: 's' }), run({ ...runs, project: 'q', service: 's' })],
    ['another scale set', scaleSet({ ...apps, scaleSet: 'web' }), scaleSet({ ...apps, scaleSet: 'api' })],
    ['another app', azure({ ...apps, app: 'web' }), azure({ ...apps, app: 'api' })],
    ['another object in the body', api('http://api/size', { of: 'a' }), api('http://api/size', { of: 'b' })],
    ['another platform', omnistrate({ alias: 'w' }), kubernetes({ name: 'w' })],
  ])('%s', async (_, one, other) => {
    expect(await resultOfTwo(one, other)).toBe('accepted');
  });
});

it('the values of placeholders are compared, and no error contains them', async () => {
  const result = await resultOfTwo(kubernetes({ name: '${NAME}' }), kubernetes({ name: '${NAME}' }), {
    NAME: 'hunter2',
  });
  expect(result).toContain('scales the same object as the resource one');
  expect(result).not.toContain('hunter2');
});

it('a remote sidecar is the same object on every task queue', async () => {
  const remote = omnistrate({ url: 'http://sidecar.example:49750', alias: 'w' });
  expect(await resultOfTwo(remote, { ...remote, taskQueue: 'paris' })).toContain(
    'scales the same object as the resource one',
  );
});
