/** EC2 Auto Scaling as moto plays it: the permissions on the page, and what `escapement doctor` says about a group. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  PutScalingPolicyCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { motoService } from '../../../scripts/services/moto.js';
import { autoScalingGroup } from '../../../src/adapters/platforms/aws/auto-scaling-group.js';
import type { Platform } from '../../../src/adapters/platforms/platform.js';
import { never, permitted } from '../../platforms/fixtures/sidecar-client.js';

const region = 'eu-west-1';
const moto = await motoService();
const platforms: Platform[] = [];

beforeAll(async () => {
  await moto.start();
  await moto.trustEveryone();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new AutoScalingClient({ region, endpoint: moto.endpoint, credentials });
  const launch = { LaunchConfigurationName: 'job', ImageId: 'ami-12c6146b', InstanceType: 't2.micro' };
  await client.send(new CreateLaunchConfigurationCommand(launch));
  const limits = { MinSize: 1, MaxSize: 9, AvailabilityZones: [`${region}a`] };
  for (const AutoScalingGroupName of ['web', 'guarded']) {
    const group = { AutoScalingGroupName, DesiredCapacity: 2, LaunchConfigurationName: 'job', ...limits };
    const isGuarded = AutoScalingGroupName === 'guarded';
    await client.send(new CreateAutoScalingGroupCommand({ ...group, NewInstancesProtectedFromScaleIn: isGuarded }));
  }
  const AutoScalingGroupName = 'guarded';
  await client.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ['Terminate'] }));
  await client.send(
    new PutScalingPolicyCommand({
      AutoScalingGroupName,
      PolicyName: 'add-one',
      PolicyType: 'SimpleScaling',
      AdjustmentType: 'ChangeInCapacity',
      ScalingAdjustment: 1,
    }),
  );
  client.destroy();
});

afterAll(async () => {
  for (const platform of platforms) await platform.close?.();
  await moto.stop();
});

/**
 * The SDK takes its credentials from the environment at the first request.
 * @param user of another length than the others: the keys of moto depend on it.
 */
async function groupAs(user: string, actions: readonly string[], group: string): Promise<Platform> {
  await moto.trustEveryone();
  const key = await moto.userWho(user, actions);
  process.env['AWS_ACCESS_KEY_ID'] = key.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = key.secretAccessKey;
  await moto.checkRights();
  const settings = autoScalingGroup.settings.parse({ group, region, endpoint: moto.endpoint });
  const context = { resource: 'worker', requestTimeoutMs: 10_000, bounds: { min: 1, max: 9 } };
  const platform = autoScalingGroup.create(settings, context);
  platforms.push(platform);
  return platform;
}

const needed = ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:SetDesiredCapacity'];
const oneMore = { from: 2, to: 3, idempotencyKey: 'run-1/1' };

it('a group is observed and changed with the permissions on the page', async () => {
  const platform = await groupAs('scaler', needed, 'web');
  expect(await platform.observe(never)).toMatchObject({ capacity: 2, ready: 2, status: 'ACTIVE' });
  expect(await platform.change(oneMore, permitted, never)).toEqual({ outcome: 'accepted' });
  expect(await platform.observe(never)).toMatchObject({ capacity: 3, ready: 3, status: 'ACTIVE' });
  expect(await platform.notes!(never)).toEqual([]);
});

it('without the permission to change, a change is refused permanently', async () => {
  const platform = await groupAs('only-a-reader', needed.slice(0, 1), 'web');
  expect(await platform.observe(never)).toMatchObject({ status: 'ACTIVE' });
  expect(await platform.change(oneMore, permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
});

it('without any permission, a read is denied', async () => {
  const platform = await groupAs('stranger', ['sqs:ListQueues'], 'web');
  await expect(platform.observe(never)).rejects.toMatchObject({ code: 'denied' });
});

it('the notes name what the group does by itself, with the permission to list its policies', async () => {
  const platform = await groupAs('for-the-doctor', [...needed, 'autoscaling:DescribePolicies'], 'guarded');
  expect(await platform.observe(never)).toMatchObject({
    capacity: 2,
    status: 'ACTIVE',
    holdsScaleIn: expect.stringContaining('Terminate') as unknown,
  });
  expect(await platform.notes!(never)).toEqual([
    expect.stringMatching(/^the process Terminate of the group is suspended/),
    expect.stringMatching(/^2 of 2 instances are protected from scale-in, and new instances will be/),
    'the group has scaling policies of its own, which also change its capacity: add-one',
  ]);
});
