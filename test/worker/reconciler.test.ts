/** What a running worker makes of its configuration, on a real server: its rounds come every moment here. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { type Config, type ResourceConfig, byAlias } from '../../src/config/config.js';
import type { Writing } from '../../src/domain/autoscale/revision.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { PlanClient } from '../../src/client/plan/client.js';
import { publish } from '../../src/client/events/client.js';
import { Reconciler } from '../../src/worker/reconciler.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { eventsWorkflowId } from '../../workflows/events/messages.js';
import { configured, written } from '../support/configured.js';
import { eventually } from '../support/eventually.js';
import { devServerEnvironment } from '../support/temporal.js';
import { type TestResource, Workbench } from '../workflows/workbench.js';

const environment = await devServerEnvironment();
const { client } = environment;
const autoscales = new AutoscaleClient(client);
const bench = new Workbench(environment);
await bench.startWorker();

/** Each test has an owner of its own, so that none tells of the others'. */
let owner = `owner-${randomUUID()}`;
let lines: { msg: string; level: number; resource?: string; [more: string]: unknown }[] = [];
let left: readonly string[] = [];
/** Each round ends with it. */
let finished = 0;
const ending: AbortController[] = [];

afterEach(() => {
  for (const process of ending.splice(0)) process.abort();
  owner = `owner-${randomUUID()}`;
  lines = [];
});
afterAll(async () => {
  await bench.close();
  await environment.teardown();
});

const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
const fixed = (capacity: number) =>
  autoscaleSettingsSchema.parse({ intervalMs: 500, policies: [{ type: 'fixed', capacity }] });
const handleOf = ({ resource }: TestResource) => client.workflow.getHandle(autoscaleWorkflowId(resource));
const eventsOf = async (resource: TestResource) => (await handleOf(resource).fetchHistory()).events!.length;
const statusOf = async (resource: TestResource) => (await handleOf(resource).describe()).status.name;
const said = (words: string, resource?: TestResource) =>
  lines.filter(({ msg, resource: alias }) => msg.includes(words) && (!resource || alias === resource.resource));
const ago = (seconds: number): Partial<Writing> => ({ atMs: Date.now() - seconds * 1000 });

const quiet = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };

/** A configuration as a worker has read it. */
function configOf(resources: readonly [TestResource, number | null][], changes: Partial<Writing> = {}) {
  const all = resources.map(([{ resource, settings, taskQueue }, capacity]): ResourceConfig => ({
    alias: resource,
    platform: { type: 'omnistrate', settings: {} },
    settings,
    taskQueue,
    ...(capacity !== null && { autoscale: { settings: fixed(capacity), signals: {} } }),
  }));
  const known: Config['resources'] = byAlias(all);
  return { resources: known, served: known, writing: written({ owner, ...changes }) };
}

function reconcile(config: ReturnType<typeof configOf>, { isServed = () => true }: { isServed?: () => boolean } = {}) {
  const stopping = new AbortController();
  ending.push(stopping);
  const onLeft = (taskQueues: readonly string[]) => {
    left = taskQueues;
    finished += 1;
  };
  const reconciler = new Reconciler({ client, log, signal: stopping.signal, isServed, onLeft, everyMs: 100 });
  reconciler.use(config);
  return reconciler;
}

/** Until all that reconcile have had so many rounds. */
async function rounds(count: number): Promise<void> {
  const before = finished;
  await eventually('some rounds are over', () => finished >= before + (count + 1) * ending.length);
}

it('starts what is new, and adds no event to what is configured already, however often it is started', async () => {
  const resource = await bench.resource({ settings: quiet });
  const config = configOf([[resource, 4]], ago(10));
  reconcile(config);
  await eventually('it is started', () => said('Autoscalers match the configuration').length === 1);
  await eventually('it is at 4', () => resource.capacity() === 4);
  await eventually('its run has closed', async () => (await resource.handle.describe()).status.name === 'COMPLETED');
  const before = await eventsOf(resource);
  // As a worker on another host that was given the same file at another time.
  reconcile({ ...config, writing: { ...config.writing, host: 'another', atMs: Date.now() } });
  reconcile(config);
  await rounds(3);
  expect(await eventsOf(resource)).toBe(before);
  expect(said('Autoscalers match the configuration')).toHaveLength(1);
});

it('restarts an autoscaler that was terminated in Temporal, and logs it', async () => {
  const [terminated, cancelled] = [
    await bench.resource({ settings: quiet }),
    await bench.resource({ settings: quiet }),
  ] as const;
  reconcile(
    configOf([
      [terminated, 4],
      [cancelled, 5],
    ]),
  );
  await eventually('both follow', () => terminated.capacity() === 4 && cancelled.capacity() === 5);
  await handleOf(terminated).terminate();
  await handleOf(cancelled).cancel();
  await eventually('both run', async () => {
    const ended = [
      said('has ended although it is configured', terminated),
      said('has ended although it is configured', cancelled),
    ];
    return ended.every(({ length }) => length === 1) && (await statusOf(terminated)) === 'RUNNING';
  });
  expect(said('has ended', terminated)[0]).toMatchObject({ status: 'TERMINATED' });
  expect(said('has ended', cancelled)[0]).toMatchObject({ status: 'CANCELLED' });
});

it('leaves alone what was removed since the configuration was written, and starts it for one that is newer', async () => {
  const resource = await bench.resource({ settings: quiet });
  await autoscales.configure(configured(resource, fixed(4), { owner, ...ago(60) }));
  await autoscales.remove(resource.resource, written({ owner, ...ago(30) }));
  await eventually('it has ended', async () => (await statusOf(resource)) === 'COMPLETED');
  const reconciler = reconcile(configOf([[resource, 4]], ago(45)));
  await eventually(
    'it is logged',
    () => said('was removed after this configuration was written', resource).length === 1,
  );
  await rounds(2);
  expect(said('was removed after', resource)).toHaveLength(1);
  expect(await statusOf(resource)).toBe('COMPLETED');
  reconciler.use(configOf([[resource, 4]]));
  await eventually('it runs', async () => (await statusOf(resource)) === 'RUNNING');
});

it('of two configurations the newer one counts, whichever process starts last; the log and the memo name both', async () => {
  const resource = await bench.resource({ settings: quiet });
  reconcile(configOf([[resource, 5]], { file: '/etc/new.yaml', ...ago(10) }));
  await eventually('it is at 5', () => resource.capacity() === 5);
  reconcile(configOf([[resource, 4]], { file: '/etc/old.yaml', ...ago(60) }));
  await eventually('it is logged', () => said('Another configuration of this resource differs', resource).length === 1);
  expect(said('Another configuration', resource)[0]).toMatchObject({
    inForce: expect.stringContaining('/etc/new.yaml on test, of '),
    ignored: expect.stringContaining('/etc/old.yaml on test, of '),
  });
  await eventually('its memo names both', async () => {
    const { memo } = (await autoscales.find(resource.resource))!;
    return memo.revision?.file === '/etc/new.yaml' && memo.insteadOf?.file === '/etc/old.yaml';
  });
  const before = await eventsOf(resource);
  reconcile(configOf([[resource, 4]], { file: '/etc/old.yaml', ...ago(60) }));
  await rounds(2);
  expect(await eventsOf(resource)).toBe(before);
  expect(resource.truth()).toEqual([2, 5]);

  reconcile(configOf([[resource, 6]], { file: '/etc/newest.yaml' }));
  await eventually('it is at 6', () => resource.capacity() === 6);
  expect(said('This configuration is in force', resource)[0]).toMatchObject({
    inForce: expect.stringContaining('/etc/newest.yaml'),
    insteadOf: expect.stringContaining('/etc/new.yaml'),
  });
});

it('never removes: an autoscaler that the configuration does not name continues, and is logged', async () => {
  const [named, unnamed, strangers] = [
    await bench.resource({ settings: quiet }),
    await bench.resource({ settings: quiet }),
    await bench.resource({ settings: quiet }),
  ] as const;
  await autoscales.configure(configured(strangers, fixed(3), { owner: `${owner}-other` }));
  const reconciler = reconcile(
    configOf([
      [named, 4],
      [unnamed, 4],
    ]),
  );
  await eventually('both follow', () => named.capacity() === 4 && unnamed.capacity() === 4);
  reconciler.use(configOf([[named, 4]]));
  await eventually('it is logged', () => said('does not name these autoscalers').length === 1);
  await rounds(2);
  expect(said('does not name these autoscalers')).toMatchObject([{ resources: [unnamed.resource], owner }]);
  expect(await Promise.all([named, unnamed, strangers].map(statusOf))).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  // A worker that lives still watches it.
  expect(said('No live configuration names this autoscaler')).toEqual([]);
});

it('says of an autoscaler that no worker watches that no live configuration names it', async () => {
  const resource = await bench.resource({ settings: quiet });
  const nowhere = { ...resource, taskQueue: `nowhere-${randomUUID()}` };
  await autoscales.configure(configured(nowhere, fixed(4), { owner, file: '/etc/gone.yaml' }));
  reconcile(configOf([]), { isServed: () => false });
  await eventually('it is logged', () => said('No live configuration names this autoscaler', resource).length === 1);
  expect(said('No live', resource)[0]).toMatchObject({ configuredBy: expect.stringContaining('/etc/gone.yaml') });
  // A removal needs a worker that carries it out.
  expect(left).toEqual([nowhere.taskQueue]);
});

it('moves the autoscaler, the open scale run and the waiting events of a resource to the task queue that serves it', async () => {
  const resource = await bench.resource({ settings: { cooldownMs: { up: 3000, down: 3000 } } });
  reconcile(configOf([[resource, 4]], ago(10)));
  await eventually('its run has made a step', () => resource.capacity() === 3);
  await resource.until(({ phase }) => phase === 'coolingDown');
  const waiting = { id: 'a', kind: 'run.failed', resource: resource.resource, atMs: 1000, data: {} } as const;
  await publish(client, resource, [{ event: waiting, receivers: ['not configured'] }]);
  const delivery = client.workflow.getHandle(eventsWorkflowId(resource.resource));
  const elsewhere = { ...resource, taskQueue: `elsewhere-${randomUUID()}` };
  await bench.startWorker({ taskQueue: elsewhere.taskQueue });
  reconcile(configOf([[elsewhere, 4]]));
  await eventually('all three have moved', async () => {
    const moved = [await handleOf(resource).describe(), await resource.handle.describe(), await delivery.describe()];
    return moved.every(({ taskQueue }) => taskQueue === elsewhere.taskQueue);
  });
  await eventually('it is at 4', () => resource.capacity() === 4);
  expect(resource.truth()).toEqual([2, 3, 4]);
});

it('moves an open plan to the task queue that serves its first resource', async () => {
  const resource = await bench.resource({ settings: { cooldownMs: { up: 3000, down: 3000 } } });
  const plans = new PlanClient(client);
  const id = randomUUID();
  const steps = [[{ resource: resource.resource, target: 4 }]];
  await plans.start({ id, timeoutMs: 600_000, steps }, [resource]);
  await eventually('its run has made a step', () => resource.capacity() === 3);
  const elsewhere = { ...resource, taskQueue: `elsewhere-${randomUUID()}` };
  await bench.startWorker({ taskQueue: elsewhere.taskQueue });
  reconcile(configOf([[elsewhere, null]]));
  await eventually('it has moved', async () => (await plans.find(id))?.taskQueue === elsewhere.taskQueue);
  await eventually('it is reached', async () => (await plans.find(id))?.state.phase === 'reached');
  expect(resource.truth()).toEqual([2, 3, 4]);
});
