/** The group adapter against a server that speaks the API's XML: states and failures that moto cannot be brought to. */
import { autoScalingGroup } from '../../src/adapters/platforms/aws/auto-scaling-group.js';
import type { Platform, PlatformContext } from '../../src/adapters/platforms/platform.js';
import type { CapacityChange } from '../../src/domain/scale/capacity.js';
import { closeJsonServers, startJsonServer, type AskedRequest, type JsonAnswer } from './fixtures/json-server.js';
import { queryAnswer, queryError } from './fixtures/query-xml.js';
import { never, permitted } from './fixtures/sidecar-client.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'hunter2';

afterEach(closeJsonServers);

const sixToTen: CapacityChange = { from: 6, to: 10, idempotencyKey: 'run-1/1' };
const usual = { AutoScalingGroupName: 'web', MinSize: 1, MaxSize: 20, DesiredCapacity: 3 };

type Settings = { readonly group?: string; readonly region?: string };

function groupAt(endpoint: string, context: Partial<PlatformContext> = {}, written: Settings = {}): Platform {
  const settings = autoScalingGroup.settings.parse({ group: 'web', region: 'eu-west-1', ...written, endpoint });
  return autoScalingGroup.create(settings, { resource: 'worker', requestTimeoutMs: 10_000, ...context });
}

const described = (...groups: object[]) => queryAnswer('DescribeAutoScalingGroups', { AutoScalingGroups: groups });
const actionOf = ({ body }: AskedRequest) => (body as { Action: string }).Action;

const instance = (LifecycleState = 'InService', more: object = {}) => ({
  InstanceId: 'i-1',
  AvailabilityZone: 'eu-west-1a',
  LifecycleState,
  HealthStatus: 'Healthy',
  ProtectedFromScaleIn: false,
  ...more,
});
const instances = (count: number) => Array.from({ length: count }, () => instance());

async function observed(group: object) {
  const { url } = await startJsonServer(() => described({ ...usual, ...group }));
  return groupAt(url).observe(never);
}

describe('an observation of a group', () => {
  it.each([
    ['all instances are in service', { Instances: instances(3) }, 'ACTIVE', 3],
    ['nothing is wanted and nothing runs', { DesiredCapacity: 0, Instances: [] }, 'ACTIVE', 0],
    [
      'instances are pending',
      { Instances: [...instances(1), instance('Pending'), instance('Pending:Wait')] },
      'STARTING',
      1,
    ],
    [
      'an instance is unhealthy',
      { Instances: [...instances(2), instance('InService', { HealthStatus: 'Unhealthy' })] },
      'STARTING',
      2,
    ],
    ['an instance is in standby and was replaced', { Instances: [...instances(3), instance('Standby')] }, 'ACTIVE', 3],
    ['an instance enters standby', { Instances: [...instances(2), instance('EnteringStandby')] }, 'STARTING', 2],
    [
      'it has a warm pool',
      { Instances: [...instances(3), instance('Warmed:Stopped'), instance('Warmed:Running')] },
      'ACTIVE',
      3,
    ],
    ['instances are being terminated', { Instances: [...instances(3), instance('Terminating:Wait')] }, 'ACTIVE', 3],
    ['protected instances remain', { Instances: instances(5) }, 'ACTIVE', 5],
    ['it is being deleted', { Status: 'Delete in progress', Instances: instances(3) }, 'FAILED', 3],
  ])('%s', async (_name, group, status, ready) => {
    const { DesiredCapacity: capacity = 3 } = group as { DesiredCapacity?: number };
    expect(await observed(group)).toMatchObject({ capacity, status, ready });
  });

  it('instances with weights are counted by their weights, which is the unit of the desired capacity', async () => {
    const weighted = (WeightedCapacity: string) => instance('InService', { WeightedCapacity });
    expect(await observed({ DesiredCapacity: 10, Instances: [weighted('4'), weighted('2')] })).toMatchObject({
      capacity: 10,
      ready: 6,
      status: 'STARTING',
    });
    expect(await observed({ DesiredCapacity: 10, Instances: [weighted('8'), weighted('4')] })).toMatchObject({
      ready: 12,
      status: 'ACTIVE',
    });
  });

  it('of a group that counts vCPUs has no ready number where its instances state no vCPUs', async () => {
    const group = { DesiredCapacity: 16, DesiredCapacityType: 'vcpu' };
    const active = await observed({ ...group, Instances: instances(2) });
    expect(active).toMatchObject({ capacity: 16, status: 'ACTIVE' });
    expect(active).not.toHaveProperty('ready');
    expect(await observed({ ...group, Instances: [instance('Pending')] })).toMatchObject({ status: 'STARTING' });
  });

  it('while Terminate is suspended holds back scaling in, with the reason', async () => {
    const suspended = (ProcessName: string) => ({ Instances: instances(3), SuspendedProcesses: [{ ProcessName }] });
    expect(await observed(suspended('Terminate'))).toMatchObject({
      status: 'ACTIVE',
      holdsScaleIn: expect.stringContaining('Terminate of the group is suspended') as unknown,
      details: { suspended: 'Terminate' },
    });
    expect(await observed(suspended('AZRebalance'))).not.toHaveProperty('holdsScaleIn');
  });

  it('has the states of the instances and the limits of the group in its details', async () => {
    const Instances = [...instances(2), instance('Pending'), instance('InService', { HealthStatus: 'Unhealthy' })];
    expect((await observed({ Instances })).details).toEqual({
      group: 'web',
      limits: 'MinSize 1, MaxSize 20',
      instances: 'InService 2, Pending 1, InService (unhealthy) 1',
    });
  });

  it('has the time of its request, so that it never appears newer than it is', async () => {
    const beforeMs = Date.now();
    const { observedAtMs } = await observed({});
    expect(observedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(observedAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('is of the group and the region that an ARN names', async () => {
    const server = await startJsonServer(() => described(usual));
    const group = 'arn:aws:autoscaling:us-east-2:123456789012:autoScalingGroup:e7a1:autoScalingGroupName/shop/web';
    const settings = autoScalingGroup.settings.parse({ group, endpoint: server.url });
    await autoScalingGroup.create(settings, { resource: 'worker', requestTimeoutMs: 10_000 }).observe(never);
    expect(server.requests[0]!.body).toMatchObject({ 'AutoScalingGroupNames.member.1': 'shop/web' });
    expect(server.requests[0]!.headers.authorization).toContain('/us-east-2/autoscaling/aws4_request');
  });
});

describe('a read that fails', () => {
  it.each([
    [described(), 'missing'],
    [described({ AutoScalingGroupName: 'web' }), 'malformed'],
    [queryError(403, 'AccessDenied'), 'denied'],
    [queryError(403, 'ExpiredToken'), 'denied'],
    [queryError(400, 'Throttling'), 'throttled'],
    [queryError(500, 'InternalFailure'), 'failed'],
    ['hang' as const, 'timeout'],
    ['reset' as const, 'unreachable'],
  ])('%j fails with %s, after one request', async (answer, code) => {
    const server = await startJsonServer(() => answer);
    const reading = groupAt(server.url, { requestTimeoutMs: answer === 'hang' ? 300 : 10_000 }).observe(never);
    await expect(reading).rejects.toMatchObject({ name: 'AdapterError', code });
    await expect(reading).rejects.toThrow(/^worker: DescribeAutoScalingGroups web/);
    expect(server.requests).toHaveLength(1);
  });

  it('reports the reason and the advice, and no secret', async () => {
    const server = await startJsonServer(() => queryError(403, 'AccessDenied'));
    const error = await groupAt(server.url).observe(never).catch(String);
    expect(error).toContain('AccessDenied it is');
    expect(error).toContain('autoscaling:SetDesiredCapacity');
    expect(error).not.toContain('hunter2');
  });
});

describe('a change', () => {
  const accepted = () => queryAnswer('SetDesiredCapacity', {});

  it.each([10, 0])('to %i sets the desired capacity at once, whatever the cooldown of the group', async (to) => {
    const server = await startJsonServer(accepted);
    expect(await groupAt(server.url).change({ ...sixToTen, to }, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.map(({ body }) => body)).toEqual([
      {
        Action: 'SetDesiredCapacity',
        Version: '2011-01-01',
        AutoScalingGroupName: 'web',
        DesiredCapacity: String(to),
        HonorCooldown: 'false',
      },
    ]);
  });

  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };

  it.each([
    [queryError(403, 'AccessDenied'), forGood],
    [queryError(400, 'Throttling'), forNow],
    [
      { ...queryError(429, 'Throttling'), headers: { 'content-type': 'text/xml', 'retry-after': '7' } },
      { ...forNow, retryAfterMs: 7000 },
    ],
    [queryError(400, 'ScalingActivityInProgress'), forNow],
    [queryError(500, 'ResourceContention'), forNow],
    [queryError(500, 'InternalFailure'), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
    ['hang' as const, { outcome: 'unknown' }],
  ])('%j is %j, after one request', async (answer, expected) => {
    const server = await startJsonServer(() => answer);
    const platform = groupAt(server.url, { requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
    expect(await platform.change(sixToTen, permitted, never)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  const refused = (answer: JsonAnswer) =>
    startJsonServer((request) =>
      actionOf(request) === 'SetDesiredCapacity' ? queryError(400, 'ValidationError') : answer,
    );

  it.each([
    [21, 'MinSize 1, MaxSize 20. Change MaxSize of the group, or max of worker'],
    [0, 'MinSize 1, MaxSize 20. Change MinSize of the group, or min of worker'],
  ])('to %i, outside the limits of the group, is refused with the limits; less may help', async (to, advice) => {
    const server = await refused(described(usual));
    expect(await groupAt(server.url).change({ ...sixToTen, to }, permitted, never)).toEqual({
      ...forGood,
      lessMayHelp: true,
      reason: `${to} is outside the limits of the group web: ${advice}`,
    });
    expect(server.requests.map(actionOf)).toEqual(['SetDesiredCapacity', 'DescribeAutoScalingGroups']);
  });

  it.each([
    ['the limits are not the reason', described(usual)],
    ['the limits cannot be read', queryError(400, 'Throttling')],
    ['the group does not exist', described()],
  ])('that AWS finds invalid is rejected with what AWS says, where %s', async (_name, answer) => {
    const server = await refused(answer);
    expect(await groupAt(server.url).change(sixToTen, permitted, never)).toEqual({
      ...forGood,
      lessMayHelp: true,
      reason: 'SetDesiredCapacity web 10 returned 400 ValidationError: ValidationError it is',
    });
    expect(server.requests.filter((request) => actionOf(request) === 'SetDesiredCapacity')).toHaveLength(1);
  });

  it('to a closed port was certainly not sent', async () => {
    const server = await startJsonServer(accepted);
    await closeJsonServers();
    expect(await groupAt(server.url).change(sixToTen, permitted, never)).toMatchObject(forNow);
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startJsonServer(accepted);
    expect(await groupAt(server.url).change(sixToTen, { isValid: () => false }, never)).toMatchObject(forNow);
    expect(server.requests).toHaveLength(0);
  });
});

describe('notes', () => {
  async function notesOn(
    group: object,
    policies: JsonAnswer = queryAnswer('DescribePolicies', { ScalingPolicies: [] }),
  ) {
    const { url } = await startJsonServer((request) =>
      actionOf(request) === 'DescribePolicies' ? policies : described({ ...usual, ...group }),
    );
    return groupAt(url, { bounds: { min: 1, max: 20 } }).notes!(never);
  }

  it('there are none about an ordinary group, also without the permission to list its policies', async () => {
    expect(await notesOn({ Instances: instances(3), SuspendedProcesses: [{ ProcessName: 'AZRebalance' }] })).toEqual(
      [],
    );
    expect(await notesOn({}, queryError(403, 'AccessDenied'))).toEqual([]);
  });

  it.each([
    [
      'Launch',
      'the process Launch of the group is suspended: the group launches no instances. Resume it with resume-processes',
    ],
    [
      'Terminate',
      'the process Terminate of the group is suspended: the group terminates no instances, and policies do not scale in. Resume it with resume-processes',
    ],
  ])('a suspended %s', async (ProcessName, note) => {
    expect(await notesOn({ SuspendedProcesses: [{ ProcessName }] })).toEqual([note]);
  });

  it('instances that are protected from scale-in', async () => {
    const Instances = [instance('InService', { ProtectedFromScaleIn: true }), ...instances(2)];
    expect(await notesOn({ Instances })).toEqual([
      '1 of 3 instances are protected from scale-in: the group keeps these instances when the capacity falls',
    ]);
    expect(await notesOn({ NewInstancesProtectedFromScaleIn: true })).toEqual([
      '0 of 0 instances are protected from scale-in, and new instances will be: the group keeps these instances when the capacity falls',
    ]);
  });

  it('a capacity that does not count instances', async () => {
    const Overrides = [{ InstanceType: 'c5.large', WeightedCapacity: '2' }];
    expect(await notesOn({ MixedInstancesPolicy: { LaunchTemplate: { Overrides } } })).toEqual([
      'the instances of the group have weights: the capacity counts weights, not instances',
    ]);
    expect(await notesOn({ DesiredCapacityType: 'vcpu' })).toEqual([
      'the capacity of the group counts vcpu, not instances',
    ]);
  });

  it('limits of the group inside the limits of the resource', async () => {
    expect(await notesOn({ MinSize: 2, MaxSize: 9 })).toEqual([
      'MaxSize of the group is 9: it refuses a capacity above that, and max is 20',
      'MinSize of the group is 2: it refuses a capacity below that, and min is 1',
    ]);
  });

  it('enabled scaling policies of the group itself', async () => {
    const ScalingPolicies = [
      { PolicyName: 'cpu-50', Enabled: true },
      { PolicyName: 'old', Enabled: false },
    ];
    expect(await notesOn({}, queryAnswer('DescribePolicies', { ScalingPolicies }))).toEqual([
      'the group has scaling policies of its own, which also change its capacity: cpu-50',
    ]);
  });

  it('there are none where the platform does not answer', async () => {
    const { url } = await startJsonServer(() => queryError(403, 'AccessDenied'));
    expect(await groupAt(url).notes!(never)).toEqual([]);
  });
});
