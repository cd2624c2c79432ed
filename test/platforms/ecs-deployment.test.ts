/** Whole scale runs during an ECS deployment: requests are carried out, computed from the desired count. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { ecs } from '../../src/adapters/platforms/aws/ecs.js';
import { devServerEnvironment } from '../support/temporal.js';
import type { Candidate, Site } from './candidates/candidate.js';
import { ConformanceBench } from './conformance.js';
import { openGate, type Gate } from './fixtures/gate.js';
import { closeJsonServers, startJsonServer } from './fixtures/json-server.js';

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

const candidate: Candidate = {
  name: 'ecs',
  takesChanges: 'shownAtOnce',
  throttled: {},
  denied: {},
  open: async () => deploying(),
};

/** A service with ten tasks of the old deployment beside ten of the new one; `moveTo` ends the deployment. */
function deploying(): Site {
  return {
    resource: async (name, capacity) => {
      let desiredCount = capacity;
      let isDeploying = true;
      const server = await startJsonServer(({ headers, body }) => {
        if (String(headers['x-amz-target']).endsWith('.UpdateService')) {
          ({ desiredCount } = body as { desiredCount: number });
          return { body: { service: {} } };
        }
        const primary = { status: 'PRIMARY', rolloutState: isDeploying ? 'IN_PROGRESS' : 'COMPLETED' };
        const deployments = isDeploying ? [primary, { status: 'ACTIVE', rolloutState: 'COMPLETED' }] : [primary];
        const runningCount = isDeploying ? 2 * desiredCount : desiredCount;
        return { body: { services: [{ status: 'ACTIVE', desiredCount, runningCount, deployments }] } };
      });
      const gate = await openGate(server.url, ({ headers }) =>
        String(headers['x-amz-target']).endsWith('.UpdateService'),
      );
      gates.push(gate);
      const settings = ecs.settings.parse({ cluster: 'main', region: 'eu-west-1', endpoint: gate.url });
      const done = async () => {
        isDeploying = false;
      };
      return {
        platform: ecs.create(settings, { resource: name, requestTimeoutMs: 2000 }),
        gate,
        capacity: async () => desiredCount,
        moveTo: done,
        fail: done,
        remove: done,
      };
    },
    close: async () => undefined,
  };
}

describe('while a deployment replaces tasks', () => {
  const begin = () => bench.resource(candidate, deploying(), 10, { max: 20, step: { up: 1, down: null } });

  it.concurrent('scaling out counts from the desired number, not from all that run', async () => {
    const run = await begin();
    await run.request(11);
    expect((await run.result()).changes.map(({ from, to }) => [from, to])).toEqual([[10, 11]]);
    expect(await run.real.capacity()).toBe(11);
  });

  it.concurrent(
    'a request to scale in is carried out, and the status says that a deployment is in progress',
    async () => {
      const run = await begin();
      await run.request(6);
      const final = await run.result();
      expect(final.changes.map(({ from, to }) => [from, to])).toEqual([[10, 6]]);
      expect(final.observed).toMatchObject({ capacity: 6, ready: 12, details: { deployment: 'in progress' } });
    },
  );
});
