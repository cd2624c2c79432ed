/**
 * `npm run record-histories`: runs a scenario on a real server and keeps its history, for `replay.test.ts`. New
 * behaviour adds one. A history that is there is never written again: that it still replays is the point of it.
 */
import { execFile } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { trace } from '@opentelemetry/api';
import { Client } from '@temporalio/client';
import { pino } from 'pino';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { moveEvents, publish } from '../../src/client/events/client.js';
import { moveRun } from '../../src/client/scale/client.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { eventKinds } from '../../src/domain/events/kinds.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { startTracing } from '../../src/tracing/start.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { eventsWorkflowId } from '../../workflows/events/messages.js';
import { configured, written } from '../support/configured.js';
import { EventReceiver } from '../support/event-receiver.js';
import { receiversOf } from '../support/receivers.js';
import { devServerEnvironment, temporalCli } from '../support/temporal.js';
import { bundleTracedWorkflows } from '../support/workflow-bundle.js';
import { planScenarios } from './plan-histories.js';
import { Workbench, poll } from './workbench.js';

/** The run to keep: the newest one where no run is named. */
interface Recorded {
  readonly workflowId: string;
  readonly runId?: string;
}

type Scenario = (bench: Workbench) => Promise<Recorded>;

const scenarios: Record<string, Scenario> = {
  'scale-retargeted-and-signalled': async (bench) => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 5, reason: 'a busy evening' });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    await bench.scales.request(resource, { add: 1 });
    await resource.handle.signal('retarget', { targetCapacity: 'nonsense' });
    await resource.handle.signal('retarget', { targetCapacity: 3 });
    await resource.handle.result();
    return resource.handle;
  },
  'scale-unknown-and-rejected': async (bench) => {
    const resource = await bench.resource();
    resource.simulator.faults.set({
      faults: [
        { type: 'drop', on: 'change', appliesAfterMs: 0 },
        { type: 'reject', status: 429, on: 'change' },
        { type: 'reject', status: 500, on: 'change' },
      ],
    });
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    return resource.handle;
  },
  'scale-cancelled-and-asked-again': async (bench) => {
    const resource = await bench.resource({ settings: { cooldownMs: { up: 2000, down: 2000 } } });
    const { runId } = await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ phase }) => phase === 'coolingDown');
    await resource.handle.cancel();
    await resource.until(({ phase }) => phase === 'cancelled');
    await bench.scales.request(resource, { targetCapacity: 2 });
    await resource.handle.result();
    return { workflowId: resource.handle.workflowId, runId };
  },
  'scale-failed': async (bench) => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    resource.simulator.resources.get(resource.resource)!.setStatus('FAILED', Date.now());
    await resource.handle.result().catch(() => undefined);
    return resource.handle;
  },
  'scale-up-right-after-down': async (bench) => {
    const cooldownMs = { up: 3000, down: 1000 };
    const resource = await bench.resource({ capacity: 3, settings: { cooldownMs, upAfter: 'up' } });
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.until(({ phase }) => phase === 'settled');
    await bench.scales.request(resource, { targetCapacity: 3 });
    await resource.until(({ stepsMade }) => stepsMade === 2);
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    return resource.handle;
  },
  'scale-waits-for-ready-units': async (bench) => {
    const resource = await bench.resource({ settings: { takesChanges: 'shownAtOnce' } });
    const simulated = resource.simulator.resources.get(resource.resource)!;
    simulated.setStatus('STARTING', Date.now());
    await bench.scales.request(resource, { targetCapacity: 6 });
    await resource.until(({ stepsMade, phase }) => stepsMade === 1 && phase === 'observing');
    await bench.scales.request(resource, { targetCapacity: 5 });
    await resource.until(({ stepsMade, phase }) => stepsMade === 2 && phase === 'observing');
    simulated.setStatus(undefined, Date.now());
    await resource.handle.result();
    return resource.handle;
  },
  'autoscale-paused-and-overridden': async (bench) => {
    const { resource, autoscales } = await autoscaledTo4(bench);
    await autoscales.pause(resource.resource, { direction: 'down', untilMs: null });
    await autoscales.override(resource.resource, { capacity: 6, untilMs: null });
    await poll(resource.capacity, (capacity) => capacity === 6);
    await autoscales.override(resource.resource, null);
    await autoscales.pause(resource.resource, null);
    await poll(resource.capacity, (capacity) => capacity === 4);
    const autoscale = bench.server.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await autoscale.cancel();
    await autoscale.result().catch(() => undefined);
    return autoscale;
  },
  'autoscale-overridden-beyond-bounds': async (bench) => {
    const resource = await bench.resource({
      settings: { min: 2, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } },
    });
    const autoscales = new AutoscaleClient(bench.server.client);
    const settings = autoscaleSettingsSchema.parse({ intervalMs: 300, policies: [{ type: 'fixed', capacity: 4 }] });
    await autoscales.configure(configured(resource, settings));
    await poll(resource.capacity, (capacity) => capacity === 4);
    await autoscales.override(resource.resource, { capacity: 0, untilMs: null, beyondBounds: true });
    await poll(resource.capacity, (capacity) => capacity === 0);
    await autoscales.override(resource.resource, null);
    await poll(resource.capacity, (capacity) => capacity === 4);
    const autoscale = bench.server.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await autoscale.cancel();
    await autoscale.result().catch(() => undefined);
    return autoscale;
  },
  'autoscale-configured': async (bench) => {
    const resource = await bench.resource({
      settings: { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } },
    });
    const autoscales = new AutoscaleClient(bench.server.client);
    const configure = (capacity: number) => {
      const settings = autoscaleSettingsSchema.parse({ intervalMs: 300, policies: [{ type: 'fixed', capacity }] });
      return autoscales.configure(configured(resource, settings));
    };
    await configure(4);
    await poll(resource.capacity, (capacity) => capacity === 4);
    const autoscale = bench.server.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await autoscale.signal('configure', { settings: { intervalMs: 300, policies: [{}] }, limits: resource.settings });
    await configure(4);
    await configure(6);
    await poll(resource.capacity, (capacity) => capacity === 6);
    await autoscale.cancel();
    await autoscale.result().catch(() => undefined);
    return autoscale;
  },
  'scale-asked-for-units': async (bench) => {
    const resource = await bench.resource();
    await bench.scales.request(resource, { add: 2 });
    await resource.handle.result();
    return resource.handle;
  },
  'scale-moved-to-another-task-queue': async (bench) => {
    const resource = await bench.resource();
    const taskQueue = `${resource.taskQueue}-elsewhere`;
    await bench.startWorker({ taskQueue });
    const { runId } = await bench.scales.request(resource, { targetCapacity: 5 });
    await resource.until(({ phase }) => phase === 'coolingDown');
    await moveRun(bench.server.client, resource.resource, { taskQueue, atMs: Date.now() });
    await resource.handle.result();
    return { workflowId: resource.handle.workflowId, runId };
  },
  'scale-with-events': async (bench) => {
    const resource = await bench.resource({ settings: { events: eventKinds } });
    resource.simulator.faults.set({ faults: [{ type: 'reject', status: 429, on: 'change' }] });
    await bench.scales.request(resource, { targetCapacity: 4, reason: 'a busy evening' });
    await resource.until(({ stepsMade }) => stepsMade === 1);
    await resource.handle.signal('retarget', { targetCapacity: 99 });
    await resource.handle.result();
    return resource.handle;
  },
  'autoscale-with-events': async (bench) => {
    const { resource, autoscales } = await autoscaledTo4(bench, { events: eventKinds });
    await autoscales.pause(resource.resource, { direction: 'down', untilMs: null });
    await autoscales.pause(resource.resource, null);
    await autoscales.override(resource.resource, { capacity: 5, untilMs: null });
    await poll(resource.capacity, (capacity) => capacity === 5);
    const autoscale = bench.server.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await autoscales.remove(resource.resource, written({ atMs: Date.now() + 1 }));
    await autoscale.result();
    return autoscale;
  },
  'events-delivered-and-dropped': async (bench) => {
    const resource = await bench.resource({ settings: { events: eventKinds } });
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.handle.result();
    const delivery = bench.server.client.workflow.getHandle(eventsWorkflowId(resource.resource));
    // It closes 2 minutes after the last delivery.
    await delivery.result();
    return delivery;
  },
  'events-moved-to-another-task-queue': async (bench) => {
    const resource = await bench.resource();
    const target = { resource: resource.resource, taskQueue: resource.taskQueue };
    const event = { id: 'a', kind: 'run.failed', resource: resource.resource, atMs: 1000, data: {} } as const;
    await publish(bench.server.client, target, [{ event, receivers: ['down'] }]);
    const delivery = bench.server.client.workflow.getHandle(eventsWorkflowId(resource.resource));
    const { runId } = await delivery.describe();
    await poll(
      async () => (await delivery.describe()).raw.pendingActivities ?? [],
      (pending) => pending.some(({ lastFailure }) => lastFailure),
    );
    await moveEvents(bench.server.client, resource.resource, { taskQueue: 'elsewhere', atMs: Date.now() });
    await poll(
      async () => (await delivery.describe()).taskQueue,
      (taskQueue) => taskQueue === 'elsewhere',
    );
    return { workflowId: delivery.workflowId, runId };
  },
  'autoscale-removed': async (bench) => {
    const { resource, autoscales, settings } = await autoscaledTo4(bench);
    const older = configured(resource, { ...settings, intervalMs: 400 }, { atMs: 1000, file: '/etc/older.yaml' });
    await autoscales.configure(older);
    await autoscales.remove(resource.resource, written({ owner: 'another' }));
    await autoscales.remove(resource.resource, written());
    await autoscales.configure(configured(resource, settings, { atMs: Date.now() + 1 }));
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    await autoscales.remove(resource.resource, written({ atMs: Date.now() + 2 }));
    const autoscale = bench.server.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await autoscale.result();
    return autoscale;
  },
  ...planScenarios,
};

/** Recorded a second time, by a process that exports traces. */
const traced = [
  'scale-retargeted-and-signalled',
  'scale-asked-for-units',
  'scale-moved-to-another-task-queue',
  'autoscale-configured',
];

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
const [ops, gone, down] = [
  await new EventReceiver().start(),
  await new EventReceiver().start(),
  await new EventReceiver().start(),
];
gone.respond = () => ({ status: 410 });
down.respond = () => ({ status: 503 });
bench.receivers = await receiversOf({
  ops: ops.settings,
  gone: gone.settings,
  down: { ...down.settings, kinds: ['run.cancelled'] },
});
await bench.startWorker();
for (const [name, scenario] of Object.entries(scenarios)) await record(name, () => scenario(bench));
await bench.close();
await recordTraced();
await Promise.all([ops, gone, down].map((receiver) => receiver.stop()));
await environment.teardown();

async function recordTraced(): Promise<void> {
  await bundleTracedWorkflows();
  const tracing = startTracing({ protocol: 'http/json' }, pino({ level: 'silent' }));
  const { connection, nativeConnection } = environment;
  const client = new Client({ connection, interceptors: tracing.client });
  const tracedBench = new Workbench({ client, nativeConnection }, tracing);
  await tracedBench.startWorker();
  for (const name of traced) {
    const scenario = scenarios[name]!;
    await record(`traced-${name}`, () =>
      trace.getTracer('recording').startActiveSpan(name, () => scenario(tracedBench)),
    );
  }
  await tracedBench.close();
  await tracing.stop();
}

async function record(name: string, scenario: () => Promise<Recorded>): Promise<void> {
  const file = `test/histories/${name}.json`;
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  // Stack traces contain the folder of the recording machine.
  await writeFile(file, (await historyOf(await scenario())).replaceAll(`${process.cwd()}/`, '/app/'));
  console.log(`recorded ${file}`);
}

/** An autoscaled resource that its policies have brought to 4. */
async function autoscaledTo4(bench: Workbench, limits: Partial<ScaleSettings> = {}) {
  const resource = await bench.resource({
    settings: { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, ...limits },
  });
  const autoscales = new AutoscaleClient(bench.server.client);
  const settings = autoscaleSettingsSchema.parse({ intervalMs: 300, policies: [{ type: 'fixed', capacity: 4 }] });
  await autoscales.configure(configured(resource, settings));
  await poll(resource.capacity, (capacity) => capacity === 4);
  return { resource, autoscales, settings };
}

async function historyOf({ workflowId, runId }: Recorded): Promise<string> {
  const run = runId === undefined ? [] : ['--run-id', runId];
  const show = ['workflow', 'show', '--workflow-id', workflowId, ...run, '--output', 'json'];
  const { stdout } = await promisify(execFile)(await temporalCli(), [...show, '--address', environment.address]);
  return stdout;
}
