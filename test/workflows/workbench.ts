/**
 * A whole Escapement for a test: a real Temporal server, a real sidecar over HTTP for each resource, a worker, a
 * client.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { type NativeConnection, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { type EventDependencies, noReceivers } from '../../activities/events.js';
import { createActivities } from '../../activities/index.js';
import { type ScalableResource, ScaleClient } from '../../src/client/scale/client.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { omnistrate } from '../../src/adapters/platforms/omnistrate.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import type { Source } from '../../src/adapters/sources/source.js';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.js';
import type { Tracing } from '../../src/tracing/tracing.js';
import { tracedBundle } from '../support/workflow-bundle.js';
import { type ScaleStatus, scaleWorkflowId, statusQuery } from '../../workflows/scale/messages.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** Times that a test can wait for. A timer on the dev server lasts at least a second. */
const quickSettings: ScaleSettings = {
  min: 0,
  max: 20,
  step: { up: 1, down: 1 },
  cooldownMs: { up: 1000, down: 1000 },
  settleMs: 1500,
  waitForActive: { timeoutMs: 5000, intervalMs: 300 },
  requestTimeoutMs: 1000,
  takesChanges: 'whenActive',
  dryRun: false,
};

export interface TestResource extends ScalableResource {
  readonly simulator: Simulator;
  /** The run that is open now, or the last one. */
  readonly handle: WorkflowHandle;
  readonly status: () => Promise<ScaleStatus>;
  /** Polls until the status is as wanted. */
  until(wanted: (status: ScaleStatus) => boolean): Promise<ScaleStatus>;
  /** The true capacity, now. */
  readonly capacity: () => number;
  /** Every true capacity there has been, oldest first. */
  readonly truth: () => number[];
  /** When each change reached the sidecar, applied or not. */
  readonly changeTimes: () => number[];
}

interface ResourceOptions {
  readonly capacity?: number;
  readonly settings?: Partial<ScaleSettings>;
  readonly simulation?: Omit<SimulatorOptions, 'resources'>;
}

export class Workbench {
  readonly scales: ScaleClient;
  readonly #taskQueue = `test-${randomUUID()}`;
  /** By resource, then by signal. */
  readonly sources = new Map<string, Record<string, Source>>();
  /** By resource: instead of its sidecar. */
  readonly platforms = new Map<string, Platform>();
  /** Of the workers that are started from then on. */
  receivers: EventDependencies = noReceivers;
  readonly #workers = new Set<() => Promise<void>>();
  readonly #simulators = new Map<string, Simulator>();

  /** @param tracing of the workers, with the traced bundle; the client then has interceptors of its own. */
  constructor(
    readonly server: { readonly client: Client; readonly nativeConnection: NativeConnection },
    private readonly tracing?: Tracing,
  ) {
    this.scales = new ScaleClient(server.client);
  }

  /**
   * As in production, what only looks is handed over when it stops.
   * @returns how to stop it.
   */
  async startWorker({
    taskQueue = this.#taskQueue,
    activities = true,
    heartbeatThrottleMs = 1000,
    isConfigured = (): boolean => true,
  } = {}): Promise<() => Promise<void>> {
    const stopping = new AbortController();
    const adapters = {
      platformOf: (resource: string) => {
        if (!isConfigured()) throw new Error(`${resource} is not in the configuration of this worker`);
        return this.#platformOf(resource);
      },
      sourcesOf: (resource: string) => this.sources.get(resource) ?? {},
      onPush: (resource: string, listener: () => void) => {
        const sources = Object.values(this.sources.get(resource) ?? {});
        const unsubscribe = sources.map((source) => source.onPush?.(listener));
        return () => unsubscribe.forEach((each) => each?.());
      },
      isAutoscaled: isConfigured,
      onReload: () => () => undefined,
      ...(this.tracing && { traceLook: this.tracing.look }),
    };
    const worker = await Worker.create({
      connection: this.server.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: this.tracing ? tracedBundle : '.cache/workflow-bundle.js' },
      ...this.tracing?.worker,
      activities: createActivities(adapters, stopping.signal, this.receivers),
      enableNonLocalActivities: activities,
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: heartbeatThrottleMs,
      shutdownGraceTime: '1s',
    });
    const running = worker.run();
    const stop = async () => {
      this.#workers.delete(stop);
      worker.shutdown();
      stopping.abort();
      await running;
    };
    this.#workers.add(stop);
    return stop;
  }

  /** A resource of its own, with a sidecar of its own. */
  async resource({ capacity = 2, settings = {}, simulation = {} }: ResourceOptions = {}): Promise<TestResource> {
    const resource = `r-${randomUUID()}`;
    const simulator = await startSimulator({ resources: { [resource]: capacity }, ...simulation });
    this.#simulators.set(resource, simulator);
    const handle = this.server.client.workflow.getHandle(scaleWorkflowId(resource));
    const now = simulation.now ?? Date.now;
    const status = () => handle.query(statusQuery);
    const simulated = () => simulator.resources.get(resource)!;
    return {
      resource,
      settings: { ...quickSettings, ...settings },
      taskQueue: this.#taskQueue,
      simulator,
      handle,
      status,
      until: (wanted) => poll(status, wanted),
      capacity: () => simulated().at(now()).capacity,
      truth: () =>
        simulated()
          .truth(now())
          .map((at) => at.capacity),
      changeTimes: () =>
        simulator.log
          .calls()
          .filter(({ method }) => method === 'POST')
          .map(({ atMs }) => atMs),
    };
  }

  /** Also what a failed test left behind. */
  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((stop) => stop()));
    await Promise.all([...this.#simulators.values()].map((simulator) => simulator.close()));
  }

  #platformOf(resource: string): Platform {
    const other = this.platforms.get(resource);
    if (other) return other;
    const { url } = this.#simulators.get(resource)!;
    return omnistrate.create({ url }, { resource, requestTimeoutMs: quickSettings.requestTimeoutMs });
  }
}

/** Polls until the condition holds. The timeout of the test ends the polling otherwise. */
export async function poll<T>(look: () => T | Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
