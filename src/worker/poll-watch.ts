/**
 * Whether a worker really asks for work. The worker itself cannot tell: while its polls are refused or lead nowhere the SDK
 * tries again behind its back and goes on to report RUNNING. So the server is asked when it last saw this worker.
 */
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { grpcStatus, hasCode } from '../client/temporal/grpc-status.js';
import type { Logger } from '../process/logger.js';
import { pauseFor } from '../process/pause.js';
import type { Poller } from './succession.js';

export interface QueueStatus {
  /** True only while the server sees this worker asking for work. */
  readonly isPolling: boolean;
  /** Why not. For people. */
  readonly reason: string;
}

interface WatchSettings {
  readonly connection: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Of the worker: no two share one, also not those that follow each other in one process. */
  readonly identity: string;
  readonly log: Logger;
  /** What it asks for. */
  readonly kinds: readonly Kind[];
  /** Told of all who ask for activities, whenever the server was asked. */
  readonly onPollers: (pollers: readonly Poller[]) => void;
}

interface Sight {
  /** By the server's clock, which need not agree with ours: only compared with itself. */
  readonly lastPollMs: number;
  /** When it was new to us, by our monotonic clock. */
  readonly newAtMs: number;
}

const { TaskQueueType } = proto.temporal.api.enums.v1;
const typeOf = {
  workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
} as const;
type Kind = keyof typeof typeOf;

const untilSeenEveryMs = 500;
const afterwardsEveryMs = 5000;
const lookTimeoutMs = 3000;
/** A poll that finds no work comes back after a minute, and the next one follows at once. */
const pollsAtLeastEveryMs = 75_000;

export class PollWatch {
  status: QueueStatus = { isPolling: false, reason: 'the worker has just started' };
  readonly #settings: WatchSettings;
  readonly #closed = new AbortController();
  readonly #seen = new Map<Kind, Sight>();
  /** The server goes on to list the polls that it has broken off: what is listed first after a refusal proves nothing. */
  readonly #refused = new Set<Kind>();

  constructor(settings: WatchSettings) {
    this.#settings = settings;
    void this.#watch(this.#closed.signal);
  }

  close(): void {
    this.#closed.abort();
  }

  async #watch(closed: AbortSignal): Promise<void> {
    const { log, taskQueue } = this.#settings;
    do {
      const status = await this.#look();
      if (closed.aborted) return;
      if (status.isPolling && !this.status.isPolling) log.info({ taskQueue }, 'The worker asks for work');
      if (!status.isPolling && this.status.isPolling)
        log.warn({ taskQueue, ...status }, 'The worker does not get to ask for work');
      this.status = status;
    } while (await pauseFor(this.status.isPolling ? afterwardsEveryMs : untilSeenEveryMs, closed));
  }

  async #look(): Promise<QueueStatus> {
    try {
      const seen = await Promise.all(this.#settings.kinds.map((kind) => this.#isSeen(kind)));
      if (seen.every(Boolean)) return { isPolling: true, reason: '' };
      return { isPolling: false, reason: 'Temporal does not see this worker ask for work' };
    } catch (error) {
      if (isRefusal(error)) this.#settings.kinds.forEach((kind) => this.#refused.add(kind));
      return {
        isPolling: false,
        reason: `Temporal does not answer: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  async #isSeen(kind: Kind): Promise<boolean> {
    const lastPollMs = await this.#lastPoll(kind);
    if (lastPollMs === null) return false;
    const before = this.#seen.get(kind);
    if (this.#refused.delete(kind)) {
      this.#seen.set(kind, { lastPollMs, newAtMs: -Infinity });
      return false;
    }
    if (before?.lastPollMs === lastPollMs) return performance.now() - before.newAtMs < pollsAtLeastEveryMs;
    this.#seen.set(kind, { lastPollMs, newAtMs: performance.now() });
    return true;
  }

  async #lastPoll(kind: Kind): Promise<number | null> {
    const { connection, namespace, taskQueue, identity, onPollers } = this.#settings;
    const answer = await connection.withDeadline(Date.now() + lookTimeoutMs, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: typeOf[kind],
      }),
    );
    const pollers = answer.pollers.flatMap((poller): Poller[] =>
      poller.identity && poller.lastAccessTime
        ? [{ identity: poller.identity, lastPollMs: millisecondsOf(poller.lastAccessTime) }]
        : [],
    );
    if (kind === 'activity') onPollers(pollers);
    return pollers.find((poller) => poller.identity === identity)?.lastPollMs ?? null;
  }
}

function millisecondsOf({ seconds, nanos }: proto.google.protobuf.ITimestamp): number {
  return Number(seconds) * 1000 + Math.floor((nanos ?? 0) / 1e6);
}

function isRefusal(error: unknown): boolean {
  return hasCode(error, grpcStatus.permissionDenied) || hasCode(error, grpcStatus.unauthenticated);
}
