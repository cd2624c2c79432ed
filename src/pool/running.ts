/**
 * Runs the autoscaler of a pool in this process: a worker with the production workflows and activities, whose platform
 * and source are the functions of the program.
 *
 * Each start has a task queue of its own. So no other worker, and no other process with the same name, is ever asked for
 * the size of this pool, or changes it. The workflows move to the task queue of the newest start (docs/decisions/0027).
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Client, type Connection } from '@temporalio/client';
import { createActivities, repeatableActivities } from '../../activities/index.js';
import type { Watching } from '../../activities/watch/watch.js';
import { AutoscaleClient, type FoundAutoscaler } from '../client/autoscale/client.js';
import {
  connectClient,
  firstLineOf,
  readTemporalSettings,
  type TemporalSettings,
} from '../client/temporal/connection.js';
import { isTemporalTrouble } from '../client/temporal/grpc-status.js';
import { withTemporalOptions } from '../client/temporal/options.js';
import { autoscaledIn } from '../config/autoscaled.js';
import { byAlias, type ResourceConfig } from '../config/config.js';
import { ConfigError } from '../config/problem.js';
import { autoscaleSettingsSchema } from '../domain/autoscale/settings.js';
import { placeOf, type Revision, type Writing } from '../domain/autoscale/revision.js';
import { createLogger, type Logger } from '../process/logger.js';
import { workflowBundlePath } from '../process/package-root.js';
import { pauseFor } from '../process/pause.js';
import { Reconciler } from '../worker/reconciler.js';
import { installTemporalRuntime } from '../worker/sdk.js';
import { startWorker, type RunningWorker } from '../worker/worker.js';
import { InProcessPool, InProcessQueue, resizeTimeoutMs } from './in-process.js';
import { parseOptions, type AutoscalerOptions, type Options } from './options.js';
import { type AutoscalerStats, statsOf, stoppedStats } from './stats.js';

export type Started =
  | { readonly running: RunningAutoscaler }
  /** Why Temporal did not answer. */
  | { readonly unavailable: string };

const signal = 'queue';
const answerWithinMs = 5000;
/** How long a resize in progress may continue after `stop`. */
const shutdownGraceMs = 5000;
/** The pool shows a new size at once: an outcome that is unknown is settled by the next read. */
const settleMs = 2000;
const readFailsForMs = 60_000;
const readAgainAfterMs = 5000;
const checkClaimEveryMs = 5000;

/** @throws ConfigError if the options are invalid, or the name is that of a resource of a configuration. */
export async function startAutoscaler(given: AutoscalerOptions): Promise<Started> {
  const options = parseOptions(given);
  const temporal = readTemporalSettings(withTemporalOptions(process.env, options.temporal));
  const connection = connectClient(temporal);
  const client = new Client({ connection, namespace: temporal.namespace });
  try {
    const found = await inForceNow(client, options.name);
    const writing = writingAfter(found?.memo.revision, options.name);
    return { running: new RunningAutoscaler(options, { temporal, connection, client, writing }) };
  } catch (error) {
    await connection.close();
    if (!isTemporalTrouble(error)) throw error;
    return { unavailable: `Temporal at ${temporal.address} does not answer (${firstLineOf(error)})` };
  }
}

async function inForceNow(client: Client, name: string): Promise<FoundAutoscaler | undefined> {
  const find = () => new AutoscaleClient(client).find(name);
  const found = await client.withDeadline(Date.now() + answerWithinMs, find);
  const revision = found?.isOpen === true ? found.memo.revision : undefined;
  if (!revision || revision.owner === ownerOf(name)) return found;
  const problem = `${name} is a resource that ${placeOf(revision)} autoscales`;
  throw new ConfigError([{ path: 'name', problem, fix: 'choose another name' }]);
}

/** Newer than what is in force, also where the clock of another host is ahead: the newest start has the autoscaler. */
function writingAfter(inForce: Revision | null | undefined, name: string): Writing {
  const atMs = Math.max(Date.now(), (inForce?.atMs ?? 0) + 1);
  return { owner: ownerOf(name), file: `process ${process.pid}`, host: hostname(), atMs };
}

/** An owner for each name: the configurations of the same namespace neither warn about its autoscaler nor remove it. */
function ownerOf(name: string): string {
  return `in-process.${name}`;
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
    installTemporalRuntime(log);
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
        return { [signal]: this.#queue };
      },
      isAutoscaled: (resource: string) => resource === name,
      onReload: () => () => undefined,
      watches: this.#watches,
    };
    return createActivities(adapters, this.#handOver.signal);
  }

  /** A newer process with the same name has its own task queue: this process would only wait for tasks. */
  async #watchClaim(ours: Revision, log: Logger): Promise<void> {
    const autoscales = new AutoscaleClient(this.#connected.client);
    while (await pauseFor(checkClaimEveryMs, this.#stopping.signal)) {
      // While Temporal does not answer, the worker says so.
      const inForce = (await autoscales.find(this.#options.name).catch(() => undefined))?.memo.revision;
      if (!inForce || inForce.digest === ours.digest || inForce.atMs < ours.atMs) continue;
      this.#takenOverBy = inForce;
      log.warn({ name: this.#options.name, by: placeOf(inForce) }, 'Another process has taken over this autoscaler');
      await this.stop();
    }
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

function resourceOf({ name, min, max, up, down, interval, cooldown }: Options): ResourceConfig {
  const choice = { type: 'in-process', settings: {} };
  return {
    alias: name,
    platform: choice,
    taskQueue: `in-process:${name}:${randomUUID()}`,
    settings: {
      min,
      max,
      // One change a decision, as in the guide. An amount of 0 never becomes a change.
      step: { up: Math.max(up.add, 1), down: Math.max(down.remove, 1) },
      cooldownMs: { up: cooldown, down: cooldown },
      upAfter: 'change',
      settleMs,
      waitForActive: { timeoutMs: readFailsForMs, intervalMs: readAgainAfterMs },
      requestTimeoutMs: resizeTimeoutMs,
      takesChanges: 'shownAtOnce',
      dryRun: false,
    },
    autoscale: {
      settings: autoscaleSettingsSchema.parse({
        intervalMs: interval,
        signals: [signal],
        policies: [{ type: 'thresholds', value: signal, up, down }],
      }),
      signals: { [signal]: choice },
    },
  };
}
