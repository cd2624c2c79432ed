/** EC2 Auto Scaling, as moto plays it. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { motoService } from '../../../scripts/services/moto.js';
import { autoScalingGroup } from '../../../src/adapters/platforms/aws/auto-scaling-group.js';
import { requestTimeoutMs, type Candidate } from '../../platforms/candidates/candidate.js';
import { openGate } from '../../platforms/fixtures/gate.js';
import { queryAnswer, queryError } from '../../platforms/fixtures/query-xml.js';

const region = 'eu-west-1';
const throttled = queryError(400, 'Throttling');

export const autoScalingGroupCandidate: Candidate = {
  name: 'auto-scaling-group',
  takesChanges: 'shownAtOnce',
  throttled: { ...throttled, headers: { ...throttled.headers, 'retry-after': '1' } },
  denied: queryError(403, 'AccessDenied'),
  open: async () => {
    const moto = await motoService();
    await moto.start();
    const hands = await openGroups(moto.endpoint);
    const closing: (() => Promise<void>)[] = [];
    return {
      resource: async (group, capacity) => {
        await hands.create(group, capacity);
        const gate = await openGate(moto.endpoint, (_, body) => body.startsWith('Action=SetDesiredCapacity'));
        closing.push(() => gate.close());
        const settings = autoScalingGroup.settings.parse({ region, endpoint: gate.url });
        return {
          platform: autoScalingGroup.create(settings, { resource: group, requestTimeoutMs }),
          gate,
          capacity: () => hands.desiredCapacity(group),
          moveTo: (desired) => hands.setDesiredCapacity(group, desired),
          // moto deletes a group at once. AWS shows this state meanwhile.
          fail: async () => gate.answerAll(beingDeleted(group)),
          remove: () => hands.remove(group),
        };
      },
      close: async () => {
        for (const close of closing) await close();
        hands.destroy();
        await moto.stop();
      },
    };
  },
};

const beingDeleted = (AutoScalingGroupName: string) =>
  queryAnswer('DescribeAutoScalingGroups', {
    AutoScalingGroups: [{ AutoScalingGroupName, DesiredCapacity: 0, Status: 'Delete in progress' }],
  });

async function openGroups(endpoint: string) {
  const client = new AutoScalingClient({ region, endpoint });
  const launch = { LaunchConfigurationName: 'job', ImageId: 'ami-12c6146b', InstanceType: 't2.micro' };
  await client.send(new CreateLaunchConfigurationCommand(launch));
  return {
    create: async (AutoScalingGroupName: string, DesiredCapacity: number) => {
      const limits = { MinSize: 0, MaxSize: 20, AvailabilityZones: [`${region}a`] };
      const made = { AutoScalingGroupName, DesiredCapacity, LaunchConfigurationName: 'job', ...limits };
      await client.send(new CreateAutoScalingGroupCommand(made));
    },
    setDesiredCapacity: async (AutoScalingGroupName: string, DesiredCapacity: number) => {
      await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
    },
    desiredCapacity: async (group: string) => {
      const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] });
      return (await client.send(asked)).AutoScalingGroups?.[0]?.DesiredCapacity ?? NaN;
    },
    remove: async (AutoScalingGroupName: string) => {
      await client.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
    },
    destroy: () => client.destroy(),
  };
}
