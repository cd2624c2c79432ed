/** The Temporal worker of one task queue: recreated whenever it ends, and checked from the server's side. */
import type { Connection } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { PollWatch, type QueueStatus } from './poll-watch.js';
import { ActivityTakeover } from './activity-takeover.js';
import type { TemporalSettings } from '../client/temporal/connection.js';
import { newWorkerIdentity } from './identity.js';
import { connectWorker } from './sdk.js';
import { workerOptions } from './worker-options.js';
import type { Tracing } from '../tracing/tracing.js';

export interface TaskQueueSettings {
  readonly temporal: TemporalSettings;
  /** For querying the server for this worker's polls: see PollWatch. */
  readonly connection: Connection;
  readonly taskQueue: string;
  readonly activities: object;
  /** The worker runs only workflows: for workflows that have to leave the task queue. */
  readonly isLeaving?: boolean;
  /** The worker starts when this promise has settled. */
  readonly after?: Promise<void>;
  /** The types of activities that may be started a second time: they are taken over from workers that died. */
  readonly repeatable: readonly string[];
  readonly workflowBundle: string;
  /** How long activities may continue after the worker is asked to stop. */
  readonly shutdownGraceMs: number;
  readonly log: Logger;
  /** Absent when this process exports no traces. */
  readonly tracing?: Tracing['worker'];
}

const mostBetweenWorkersMs = 10_000;
const forceAfterGraceMs = 2000;
/** A worker that ran for longer than this did not end because of its start. */
const stableAfterMs = 60_000;

export class TaskQueueWorker {
  readonly taskQueue: string;
  readonly #settings: TaskQueueSettings;
  readonly #stopping = new AbortController();
  readonly #finished: Promise<void>;
  #worker: Worker | null = null;
  #watch: PollWatch | null = null;

  constructor(settings: TaskQueueSettings) {
    this.taskQueue = settings.taskQueue;
    this.#settings = settings;
    this.#finished = this.#keepWorking();
  }

  get status(): QueueStatus {
    if (this.#watch) return this.#watch.status;
    return { isPolling: false, reason: this.#stopping.signal.aborted ? 'stopping' : 'waiting for Temporal' };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#shutDown();
    await this.#finished;
  }

  async #keepWorking(): Promise<void> {
    const { log, after } = this.#settings;
    const { signal } = this.#stopping;
    await after;
    for (let attempt = 1; ; attempt++) {
      const startedAtMs = performance.now();
      const failure = await this.#work().then(
        () => 'the worker stopped without being asked to',
        (error: unknown) => error,
      );
      // The stop was requested: the worker has ended because of it, or the wait for Temporal was aborted.
      if (signal.aborted) return;
      if (performance.now() - startedAtMs > stableAfterMs) attempt = 1;
      log.error({ taskQueue: this.taskQueue, attempt, err: failure }, 'Worker ended; starting another one');
      if (!(await pauseFor(retryPauseMs(attempt, mostBetweenWorkersMs), signal))) return;
    }
  }

  /** From the connection to the end of one worker. A worker cannot run twice, so each round creates a new one. */
  async #work(): Promise<void> {
    const { temporal, log } = this.#settings;
    const native = await connectWorker(temporal, { log, signal: this.#stopping.signal });
    const named = { ...this.#settings, namespace: temporal.namespace, identity: newWorkerIdentity() };
    const takeover = named.isLeaving ? null : new ActivityTakeover(named);
    try {
      this.#worker = await this.#create(native, named.identity);
      this.#watch = new PollWatch({
        ...named,
        kinds: named.isLeaving ? ['workflow'] : ['workflow', 'activity'],
        onPollers: (pollers) => takeover?.saw(pollers),
      });
      const running = this.#worker.run();
      if (this.#stopping.signal.aborted) this.#shutDown();
      await running;
    } finally {
      takeover?.close();
      this.#worker = null;
      this.#watch?.close();
      this.#watch = null;
      await native.close();
    }
  }

  #create(connection: NativeConnection, identity: string): Promise<Worker> {
    const {
      temporal,
      taskQueue,
      activities,
      isLeaving = false,
      workflowBundle,
      shutdownGraceMs,
      tracing,
    } = this.#settings;
    return Worker.create({
      connection,
      identity,
      namespace: temporal.namespace,
      taskQueue,
      activities,
      // Local activities run with the workflow.
      enableNonLocalActivities: !isLeaving,
      workflowBundle: { codePath: workflowBundle },
      ...tracing,
      shutdownGraceTime: shutdownGraceMs,
      // An activity that ignores its cancellation must not keep the process alive: its outcome is then unknown, as
      // after a crash.
      shutdownForceTime: shutdownGraceMs + forceAfterGraceMs,
      ...workerOptions,
    });
  }

  #shutDown(): void {
    if (this.#worker?.getState() === 'RUNNING') this.#worker.shutdown();
  }
}
