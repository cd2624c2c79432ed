/** Reads the scale runs of a resource. It never waits for a worker that is not running. */
import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { type ScaleMemo, type ScaleStatus, scaleWorkflowId, statusQuery } from '../../../workflows/scale/messages.js';
import { grpcStatus, hasCode, isOutOfTime } from '../temporal/grpc-status.js';
import { type RunProgress, progressOf } from './progress.js';

export interface RunSummary {
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly isOpen: boolean;
  /** The run is paused in Temporal: it is open, and it changes nothing until it is resumed in Temporal. */
  readonly isPaused: boolean;
  readonly startedAtMs: number;
  readonly closedAtMs: number | null;
  readonly outcome: RunOutcome;
  readonly memo: Partial<ScaleMemo>;
  /** The number of events. A run with the same number has the same status. */
  readonly historyLength: number;
}

export const runOutcomes = [
  'running',
  'reached',
  'cancelled',
  'InvalidInput',
  'ResourceFailed',
  'ActiveTimeout',
  'CapacityNotReached',
  'ChangeFailed',
  'WrongDirection',
  /** The run continues under another run ID, because its history was long. */
  'continued',
  'terminated',
  'timedOut',
  'failed',
] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export interface RunView extends RunSummary {
  /** Null when no worker answers for an open run, or when the run was terminated and left no status. */
  readonly status: ScaleStatus | null;
  /** The last heartbeat of the current activity that the server received. */
  readonly progress: RunProgress | null;
}

/** The run changes nothing more without a request, although it may still be open for its last cooldown. */
export function isFinished(phase: ScaleStatus['phase'] | 'unattended'): boolean {
  return phase === 'settled' || phase === 'cancelled' || phase === 'failed';
}

type Described = Pick<
  WorkflowExecutionInfo | WorkflowExecutionDescription,
  'workflowId' | 'runId' | 'taskQueue' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'historyLength'
>;

interface ListRange {
  readonly most: number;
  /** The start time of a run on the previous page: the list continues after it. Runs of one resource never overlap. */
  readonly startedBeforeMs?: number | undefined;
}

/** A worker answers within milliseconds; so does a server that is reachable. */
export const workerAnswersWithinMs = 1000;
const serverAnswersWithinMs = 1500;

export class RunReader {
  constructor(private readonly client: Client) {}

  /** The run that owns the resource, or the last one that did. Undefined when there never was one. */
  async newest(resource: string): Promise<RunView | undefined> {
    return this.read(this.client.workflow.getHandle(scaleWorkflowId(resource)));
  }

  /**
   * The same as `newest`, in one call where nothing has happened since `before` was read: the status of a run changes
   * only with its history.
   */
  async newestSince(resource: string, before: RunView | undefined): Promise<RunView | undefined> {
    return this.read(this.client.workflow.getHandle(scaleWorkflowId(resource)), before);
  }

  async run(resource: string, runId: string): Promise<RunView | undefined> {
    return this.read(this.client.workflow.getHandle(scaleWorkflowId(resource), runId));
  }

  /** Newest first. From Temporal's visibility, which may be slightly out of date. */
  async list(resource: string, { most, startedBeforeMs }: ListRange): Promise<RunSummary[]> {
    const before = startedBeforeMs === undefined ? '' : ` AND StartTime < '${new Date(startedBeforeMs).toISOString()}'`;
    const query = `WorkflowId = '${scaleWorkflowId(resource)}'${before}`;
    return this.within(serverAnswersWithinMs, async () => {
      const summaries: RunSummary[] = [];
      for await (const info of this.client.workflow.list({ query, pageSize: most })) {
        if (summaries.push(summaryOf(info)) === most) break;
      }
      return summaries;
    });
  }

  /** The same as `newest`, without querying a worker. */
  async newestSummary(resource: string): Promise<RunSummary | undefined> {
    const description = await this.describe(this.client.workflow.getHandle(scaleWorkflowId(resource)));
    return description && summaryOf(description);
  }

  private async read(handle: WorkflowHandle, before?: RunView): Promise<RunView | undefined> {
    const description = await this.describe(handle);
    if (!description) return undefined;
    const summary = summaryOf(description);
    const thisRun = this.client.workflow.getHandle(summary.workflowId, summary.runId);
    if (before?.status && isSame(before, summary)) {
      return { ...summary, status: before.status, progress: progressOf(description) };
    }
    const status = summary.isOpen ? await this.ask(thisRun) : await this.finalStatus(thisRun);
    return { ...summary, status, progress: progressOf(description) };
  }

  private async describe(handle: WorkflowHandle): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.within(serverAnswersWithinMs, () => handle.describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private async ask(run: WorkflowHandle): Promise<ScaleStatus | null> {
    try {
      return await this.within(workerAnswersWithinMs, () => run.query(statusQuery));
    } catch (error) {
      if (isUnanswered(error)) return null;
      throw error;
    }
  }

  /** Read from the closing event, so that no worker is needed. */
  private async finalStatus(run: WorkflowHandle): Promise<ScaleStatus | null> {
    try {
      return (await this.within(serverAnswersWithinMs, () => run.result())) as ScaleStatus;
    } catch (error) {
      if (error instanceof WorkflowFailedError) return leftBehind(error.cause);
      if (isOutOfTime(error)) return null;
      throw error;
    }
  }

  private within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + ms, call);
  }
}

/**
 * Also when the worker that took the query cannot replay the run, and when the run is paused: Temporal rejects the
 * query then.
 */
function isUnanswered(error: unknown): boolean {
  return (
    error instanceof QueryNotRegisteredError ||
    error instanceof QueryRejectedError ||
    isOutOfTime(error) ||
    hasCode(error, grpcStatus.failedPrecondition)
  );
}

/** The workflow adds its last status to the failure that it ends with. */
function leftBehind(cause: Error | undefined): ScaleStatus | null {
  const details = cause instanceof ApplicationFailure || cause instanceof CancelledFailure ? cause.details : undefined;
  return (details?.[0] as ScaleStatus | undefined) ?? null;
}

function isSame(before: RunSummary, { runId, historyLength, isPaused }: RunSummary): boolean {
  // While a run is paused, nobody answers for it.
  return before.runId === runId && before.historyLength === historyLength && before.isPaused === isPaused;
}

function summaryOf(info: Described): RunSummary {
  // Only the workflow writes the memo, always in this form.
  const memo = (info.memo ?? {}) as Partial<ScaleMemo>;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    taskQueue: info.taskQueue,
    isOpen: isOpenStatus(info.status.name),
    isPaused: info.status.name === 'PAUSED',
    startedAtMs: info.startTime.getTime(),
    closedAtMs: info.closeTime?.getTime() ?? null,
    outcome: outcomeOf(info.status.name, memo),
    memo,
    historyLength: info.historyLength,
  };
}

export function isOpenStatus(status: Described['status']['name']): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

function outcomeOf(status: Described['status']['name'], memo: Partial<ScaleMemo>): RunOutcome {
  switch (status) {
    case 'RUNNING':
    case 'PAUSED':
      return 'running';
    case 'COMPLETED':
      return 'reached';
    case 'CANCELLED':
      return 'cancelled';
    case 'CONTINUED_AS_NEW':
      return 'continued';
    case 'TERMINATED':
      return 'terminated';
    case 'TIMED_OUT':
      return 'timedOut';
    case 'FAILED':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return memo.outcome ?? 'failed';
  }
}
