/**
 * Runs the autoscaler of a pool in this process: a worker with the production workflows and activities, whose platform
 * and source are the functions of the program.
 *
 * Each start has a task queue of its own. So no other worker, and no other process with the same name, is ever asked for
 * the size of this pool, or changes it. The workflows move to the task queue of the newest start (docs/decisions/0027).
 */
import { Client, type Connection } from '@temporalio/client';
import { IllegalStateError } from '@temporalio/common';
import { createActivities, repeatableActivities } from '../../activities/index.js';
import type { Watching } from '../../activities/watch/watch.js';
import {
  connectClient,
  firstLineOf,
  readTemporalSettings,
  type TemporalSettings,
} from '../client/temporal/connection.js';
import { isTemporalTrouble } from '../client/temporal/grpc-status.js';
import { withTemporalOptions } from '../client/temporal/options.js';
import { autoscaledIn } from '../config/autoscaled.js';
import { byAlias } from '../config/config.js';
import { placeOf, type Revision, type Writing } from '../domain/autoscale/revision.js';
import { createLogger, type Logger } from '../process/logger.js';
import { workflowBundlePath } from '../process/package-root.js';
import { pauseFor } from '../process/pause.js';
import { Reconciler } from '../worker/reconciler.js';
import { installTemporalRuntime } from '../worker/sdk.js';
import { startWorker, type RunningWorker } from '../worker/worker.js';
import { claim, newerClaim } from './claim.js';
import { InProcessPool, InProcessQueue } from './in-process.js';
import { parseOptions, type AutoscalerOptions, type Options } from './options.js';
import { queueSignal, resourceOf } from './resource.js';
import { type AutoscalerStats, statsOf, stoppedStats } from './stats.js';

export type Started =
  | { readonly running: RunningAutoscaler }
  /** Why Temporal did not answer. */
  | { readonly unavailable: string };

/** How long a resize in progress may continue after `stop`. */
const shutdownGraceMs = 5000;
const checkClaimEveryMs = 5000;

/** @throws ConfigError if the options are invalid, or the name is that of a resource of a configuration. */
export async function startAutoscaler(given: AutoscalerOptions): Promise<Started> {
  const options = parseOptions(given);
  const temporal = readTemporalSettings(withTemporalOptions(process.env, options.temporal));
  const connection = connectClient(temporal);
  const client = new Client({ connection, namespace: temporal.namespace });
  try {
    const writing = await claim(client, options.name);
    return { running: new RunningAutoscaler(options, { temporal, connection, client, writing }) };
  } catch (error) {
    await connection.close();
    if (!isTemporalTrouble(error)) throw error;
    return { unavailable: `Temporal at ${temporal.address} does not answer (${firstLineOf(error)})` };
  }
}

interface Connected {
  readonly temporal: TemporalSettings;
  readonly connection: Connection;
  readonly client: Client;
  readonly writing: Writing;
}

export class RunningAutoscaler {
  readonly #options: Options;
  readonly #connected: Connected;
  readonly #pool: InProcessPool;
  readonly #queue: InProcessQueue;
  readonly #watches = new Watches();
  readonly #startedAtMs = Date.now();
  readonly #stopping = new AbortController();
  readonly #handOver = new AbortController();
  readonly #worker: RunningWorker;
  #stopped: Promise<void> | undefined;
  #takenOverBy: Revision | undefined;

  constructor(options: Options, connected: Connected) {
    this.#options = options;
    this.#connected = connected;
    this.#pool = new InProcessPool(options.pool);
    this.#queue = new InProcessQueue(options.queue);
    // Standard output belongs to the program.
    const log = createLogger('warn', undefined, process.stderr);
    installRuntimeUnlessThere(log);
    const { connection, client, temporal, writing } = connected;
    const resource = resourceOf(options);
    const resources = byAlias([resource]);
    this.#worker = startWorker({
      temporal,
      connection,
      log,
      taskQueues: [resource.taskQueue],
      activities: this.#activities(),
      repeatable: repeatableActivities,
      workflowBundle: workflowBundlePath('plain'),
      shutdownGraceMs,
    });
    const reconciler = new Reconciler({
      client,
      log,
      signal: this.#stopping.signal,
      isServed: (taskQueue) => taskQueue === resource.taskQueue,
      onLeft: (left) => this.#worker.serveWorkflowsOf(left),
    });
    reconciler.use({ resources, served: resources, writing });
    const [ours] = autoscaledIn(resources, writing);
    if (ours) void this.#watchClaim(ours.revision, log);
  }

  stats(): AutoscalerStats {
    if (this.#takenOverBy) {
      const problem = `${placeOf(this.#takenOverBy)} has the autoscaler "${this.#options.name}" now. Give each pool a name of its own.`;
      return { ...stoppedStats, phase: 'takenOver', problem };
    }
    const idle = Object.values(this.#worker.status()).find(({ isPolling }) => !isPolling);
    return statsOf({
      nowMs: Date.now(),
      startedAtMs: this.#startedAtMs,
      cooldownMs: this.#options.cooldown,
      capacity: this.#pool.size,
      queueLength: this.#queue.length,
      resizedAtMs: this.#pool.resizedAtMs,
      progress: this.#watches.last?.progress,
      problem: idle?.reason ?? null,
    });
  }

  /** The autoscaler stays in Temporal, and does nothing until a process starts it again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    const stopped = this.#worker.stop();
    // Only after the worker has begun to cancel its polls; otherwise it may receive again what it hands over.
    this.#handOver.abort();
    await stopped;
    await this.#connected.connection.close();
  }

  #activities() {
    const { name } = this.#options;
    const own = (resource: string) => {
      if (resource !== name) throw new Error(`${resource} is not the pool of this process, which is ${name}`);
    };
    const adapters = {
      platformOf: (resource: string) => {
        own(resource);
        return this.#pool;
      },
      sourcesOf: (resource: string) => {
        own(resource);
        return { [queueSignal]: this.#queue };
      },
      isAutoscaled: (resource: string) => resource === name,
      onReload: () => () => undefined,
      watches: this.#watches,
    };
    return createActivities(adapters, this.#handOver.signal);
  }

  /** A newer process with the same name has its own task queue: this process would only wait for tasks. */
  async #watchClaim(ours: Revision, log: Logger): Promise<void> {
    const { name } = this.#options;
    while (await pauseFor(checkClaimEveryMs, this.#stopping.signal)) {
      const newer = await newerClaim(this.#connected.client, name, ours);
      if (!newer) continue;
      this.#takenOverBy = newer;
      log.warn({ name, by: placeOf(newer) }, 'Another process has taken over this autoscaler');
      await this.stop();
    }
  }
}

/** A program that has Temporal workers of its own has installed the runtime of the SDK, with the log that it wants. */
function installRuntimeUnlessThere(log: Logger): void {
  try {
    installTemporalRuntime(log);
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/** Remembers the last watch: between two watches, while a change is requested, there is none. */
class Watches extends Map<string, Watching> {
  last: Watching | undefined;

  override set(workflowId: string, watching: Watching): this {
    this.last = watching;
    return super.set(workflowId, watching);
  }
}
