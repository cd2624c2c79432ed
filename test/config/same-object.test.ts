import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/problem.js';
import { fileConfig } from '../../src/config/file/file-config.js';

type Resource = Record<string, unknown>;

const twice = async (one: Resource, other: Resource, environment: Record<string, string> = {}): Promise<string> => {
  const resources = { one: { min: 1, max: 3, ...one }, other: { min: 1, max: 3, ...other } };
  const yaml = JSON.stringify({ version: 1, resources });
  return fileConfig(yaml, 'escapement.yaml', environment).then(
    () => 'taken',
    (error: unknown) => (error instanceof ConfigError ? error.message : String(error)),
  );
};
const on = (type: string) => (settings: object) => ({ platform: { type, ...settings } });
const kubernetes = on('kubernetes');
const omnistrate = on('omnistrate');
const ecs = on('ecs');
const run = on('cloud-run');
const azure = on('azure-container-apps');
const http = on('generic-http');

const api = (url: string, body?: object) =>
  http({ observe: { url: 'http://api/x', capacity: 'size' }, set: { url, ...(body && { body }) } });
const arn = (rest: string, region = 'eu-west-1') => `arn:aws:ecs:${region}:123456789012:${rest}`;
const runs = { project: 'p', region: 'europe-west1' };
const apps = { subscription: 'S-1', resourceGroup: 'Shop' };

describe('two resources of one object are refused', () => {
  it.each<[string, Resource, Resource]>([
    ['a Deployment by the same settings', kubernetes({ name: 'web' }), kubernetes({ name: 'web' })],
    [
      'its defaults written out',
      kubernetes({ name: 'web' }),
      kubernetes({ name: 'web', kind: 'Deployment', namespace: 'default' }),
    ],
    [
      'another version of its group',
      kubernetes({ name: 'web' }),
      kubernetes({ name: 'web', apiVersion: 'apps/v1beta1' }),
    ],
    ['the alias of the other one', kubernetes({}), kubernetes({ name: 'one' })],
    ['one sidecar and alias', omnistrate({ alias: 'w' }), omnistrate({ url: 'http://127.0.0.1:49750', alias: 'w' })],
    [
      'one sidecar, spelled in two ways',
      omnistrate({ alias: 'w' }),
      omnistrate({ url: 'http://localhost:49750/', alias: 'w' }),
    ],
    ['one ECS service', ecs({ cluster: 'c', service: 's' }), ecs({ cluster: 'c', service: 's' })],
    ['its ARN', ecs({ cluster: 'c', service: 's' }), ecs({ cluster: arn('cluster/c'), service: arn('service/c/s') })],
    [
      'one with a region',
      ecs({ cluster: 'c', service: 's' }),
      ecs({ cluster: 'c', service: 's', region: 'eu-west-1' }),
    ],
    ['one Cloud Run service', run({ ...runs, service: 's' }), run({ ...runs, service: 's', scaling: 'minimum' })],
    ['one container app', azure({ ...apps, app: 'web' }), azure({ ...apps, resourceGroup: 'shop', app: 'Web' })],
    ['one URL', api('http://api/web/size'), api('http://api/web/size')],
    ['one URL by the alias', api('http://api/{{resource}}/size'), api('http://api/one/size')],
    ['the platform of defaults', { platform: 'omnistrate' }, omnistrate({ alias: 'one' })],
    ['the same from the environment', kubernetes({ name: '${NAME}' }), kubernetes({ name: 'web' })],
    ['the same placeholder without a value', kubernetes({ name: '${UNSET}' }), kubernetes({ name: '${UNSET}' })],
  ])('%s', async (_, one, other) => {
    const told = await twice(one, other, { NAME: 'web' });
    expect(told).toMatch(/resources\.other\.platform.*is the same object as that of one/);
  });
});

describe('two resources of two objects are taken', () => {
  it.each<[string, Resource, Resource]>([
    ['other names', kubernetes({}), kubernetes({})],
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
    ['another project', run({ ...runs, service: 's' }), run({ ...runs, project: 'q', service: 's' })],
    ['another app', azure({ ...apps, app: 'web' }), azure({ ...apps, app: 'api' })],
    ['an object named in the body', api('http://api/size', { of: 'a' }), api('http://api/size', { of: 'b' })],
    ['another platform', omnistrate({ alias: 'w' }), kubernetes({ name: 'w' })],
  ])('%s', async (_, one, other) => {
    expect(await twice(one, other)).toBe('taken');
  });
});

it('the values of placeholders are compared, and not told', async () => {
  const told = await twice(kubernetes({ name: '${NAME}' }), kubernetes({ name: '${NAME}' }), { NAME: 'hunter2' });
  expect(told).toContain('is the same object as that of one');
  expect(told).not.toContain('hunter2');
});

it('one remote sidecar is one wherever its workers are', async () => {
  const remote = omnistrate({ url: 'http://sidecar.example:49750', alias: 'w' });
  expect(await twice(remote, { ...remote, taskQueue: 'paris' })).toContain('is the same object as that of one');
});
