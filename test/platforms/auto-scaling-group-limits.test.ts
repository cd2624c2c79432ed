/** A whole scale run to a capacity above the MaxSize of its group. */
import { afterAll, expect, it } from '@jest/globals';
import { autoScalingGroup } from '../../src/adapters/platforms/aws/auto-scaling-group.js';
import { devServerEnvironment } from '../support/temporal.js';
import type { Candidate, Site } from './candidates/candidate.js';
import { ConformanceBench } from './conformance.js';
import { openGate, type Gate } from './fixtures/gate.js';
import { closeJsonServers, startJsonServer } from './fixtures/json-server.js';
import { queryAnswer, queryError } from './fixtures/query-xml.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

const gates: Gate[] = [];
const environment = await devServerEnvironment();
const bench = new ConformanceBench(environment);
await bench.start('.cache/workflow-bundle.js');

afterAll(async () => {
  await bench.stop();
  await Promise.all(gates.map((gate) => gate.close()));
  await closeJsonServers();
  await environment.teardown();
});

/** A group that launches its instances at once, up to its MaxSize. */
function groups(MaxSize: number): Site {
  return {
    resource: async (name, capacity) => {
      const group = { AutoScalingGroupName: name, MinSize: 0, MaxSize, DesiredCapacity: capacity };
      const instance = { LifecycleState: 'InService', HealthStatus: 'Healthy' };
      const server = await startJsonServer(({ body }) => {
        const { Action, DesiredCapacity } = body as { Action: string; DesiredCapacity?: string };
        if (Action !== 'SetDesiredCapacity') {
          const Instances = Array.from({ length: group.DesiredCapacity }, () => instance);
          return queryAnswer(Action, { AutoScalingGroups: [{ ...group, Instances }] });
        }
        if (Number(DesiredCapacity) > MaxSize) return queryError(400, 'ValidationError');
        group.DesiredCapacity = Number(DesiredCapacity);
        return queryAnswer(Action, {});
      });
      const gate = await openGate(server.url, (_, body) => body.startsWith('Action=SetDesiredCapacity'));
      gates.push(gate);
      const settings = autoScalingGroup.settings.parse({ region: 'eu-west-1', endpoint: gate.url });
      const nothing = async () => undefined;
      return {
        platform: autoScalingGroup.create(settings, { resource: name, requestTimeoutMs: 2000 }),
        gate,
        capacity: async () => group.DesiredCapacity,
        moveTo: nothing,
        fail: nothing,
        remove: nothing,
      };
    },
    close: async () => undefined,
  };
}

const candidate: Candidate = {
  name: 'auto-scaling-group',
  takesChanges: 'shownAtOnce',
  throttled: {},
  denied: {},
  open: async () => groups(4),
};

it('scales to MaxSize and fails with a reason that names MaxSize', async () => {
  const settings = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };
  const run = await bench.resource(candidate, groups(4), 2, settings);
  await run.request(9);
  const status = await run.until(({ phase }) => phase === 'failed');
  expect(await run.failure()).toBe('ChangeFailed');
  expect(status.changes.map(({ to, outcome }) => [to, outcome])).toEqual([
    [9, 'rejected'],
    [5, 'rejected'],
    [3, 'accepted'],
    [4, 'accepted'],
    [5, 'rejected'],
  ]);
  expect(status.changes.at(-1)?.reason).toMatch(
    /^5 is outside the limits of the group r-[^:]+: MinSize 0, MaxSize 4\. Change MaxSize of the group, or max of r-/,
  );
  expect(await run.real.capacity()).toBe(4);
});
