/** A client that could not be opened once, such as at EMFILE, is opened again at the next read: the failure is not kept. */
import { createRequire } from 'node:module';
import { describe, expect, it, jest } from '@jest/globals';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { never } from './fixtures/sidecar-client.js';

const tooManyFiles = new Error('EMFILE: too many open files');
const real = createRequire(import.meta.url);
let isFirst = true;
jest.unstable_mockModule('@smithy/node-http-handler', () => {
  if (!isFirst) return real('@smithy/node-http-handler') as object;
  isFirst = false;
  throw tooManyFiles;
});

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

const { autoScalingGroup } = await import('../../src/adapters/platforms/aws/auto-scaling-group.js');
const { ecs } = await import('../../src/adapters/platforms/aws/ecs.js');
const { lambdaProvisionedConcurrency: lambda } =
  await import('../../src/adapters/platforms/aws/lambda-provisioned-concurrency.js');
const { CloudRunInstances, cloudRun } = await import('../../src/adapters/platforms/cloud-run.js');
const { ContainerAppReplicas } = await import('../../src/adapters/platforms/azure-container-apps.js');

const context = { resource: 'web', requestTimeoutMs: 10_000 };
const nobody = { region: 'eu-west-1', endpoint: 'http://127.0.0.1:9' };

/** Fails once, and then has no server. */
const openedAtSecond = () => {
  let opened = 0;
  return async (): Promise<never> => {
    opened += 1;
    throw opened === 1 ? tooManyFiles : new Error('the second time');
  };
};

const platforms: Readonly<Record<string, () => Platform>> = {
  'auto-scaling-group': () => autoScalingGroup.create(autoScalingGroup.settings.parse(nobody), context),
  ecs: () => ecs.create(ecs.settings.parse({ ...nobody, cluster: 'shop' }), context),
  'lambda-provisioned-concurrency': () =>
    lambda.create(lambda.settings.parse({ ...nobody, function: 'web', qualifier: 'live' }), context),
  'cloud-run': () =>
    new CloudRunInstances(
      cloudRun.settings.parse({ project: 'shop', region: 'europe-west1' }),
      context,
      openedAtSecond(),
    ),
  'azure-container-apps': () =>
    new ContainerAppReplicas({ resourceGroup: 'shop', maximum: 'keep' }, context, openedAtSecond()),
};

describe('a client that could not be opened once', () => {
  it.each(Object.keys(platforms))('is opened again: %s', async (type) => {
    isFirst = true;
    jest.resetModules();
    const platform = platforms[type]!();
    await expect(platform.observe(never)).rejects.toThrow(tooManyFiles.message);
    await expect(platform.observe(never)).rejects.toThrow(/ECONNREFUSED|the second time/);
    await platform.close?.();
  });
});
