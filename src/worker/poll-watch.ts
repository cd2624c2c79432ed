/**
 * Whether a worker is really polling. The worker cannot tell: while its polls are refused or lost, the SDK retries
 * internally and still reports RUNNING. So this asks the server when it last saw a poll of this worker.
 */
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { grpcStatus, hasCode } from '../client/temporal/grpc-status.js';
import type { Logger } from '../process/logger.js';
import { Outage, remindEveryMs } from '../process/outage.js';
import { pauseFor } from '../process/pause.js';
import type { Poller } from './activity-takeover.js';

export interface QueueStatus {
  /** True only while the server sees this worker polling. */
  readonly isPolling: boolean;
  /** Why the worker is not polling, in words for a person. */
  readonly reason: string;
}

interface WatchSettings {
  readonly connection: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The identity of the worker. Every worker has its own, including workers that follow each other in one process. */
  readonly identity: string;
  readonly log: Logger;
  /** The kinds of tasks that the worker polls for. */
  readonly kinds: readonly Kind[];
  /** Called with all pollers of activities after every query to the server. */
  readonly onPollers: (pollers: readonly Poller[]) => void;
}

interface SeenPoll {
  /** In the server's clock, which may differ from the local one: compared only with other values of it. */
  readonly lastPollMs: number;
  /** When this value was first seen, in the local monotonic clock. */
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
/** A poll that finds no task returns after a minute, and the next poll follows at once. */
const pollsAtLeastEveryMs = 75_000;

export class PollWatch {
  status: QueueStatus = { isPolling: false, reason: 'the worker has just started' };
  readonly #settings: WatchSettings;
  readonly #closed = new AbortController();
  readonly #seen = new Map<Kind, SeenPoll>();
  /**
   * The server continues to list polls that it has aborted: the first entry after a refusal is no proof that the worker
   * is polling.
   */
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
    const words = { fails: 'Worker is not polling', worksAgain: 'Worker is polling again' };
    const outage = new Outage({ log, fields: { taskQueue }, words, remindEveryMs });
    let hasPolled = false;
    do {
      const status = await this.#look();
      if (closed.aborted) return;
      if (status.isPolling && !hasPolled) log.info({ taskQueue }, 'Worker is polling');
      hasPolled ||= status.isPolling;
      if (status.isPolling) outage.works();
      else if (hasPolled) outage.fails({ reason: status.reason });
      this.status = status;
    } while (await pauseFor(this.status.isPolling ? afterwardsEveryMs : untilSeenEveryMs, closed));
  }

  async #look(): Promise<QueueStatus> {
    try {
      const seen = await Promise.all(this.#settings.kinds.map((kind) => this.#isSeen(kind)));
      if (seen.every(Boolean)) return { isPolling: true, reason: '' };
      return { isPolling: false, reason: 'Temporal does not see this worker polling' };
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
