/** The client for scale runs that every caller uses: the API, the CLI and the autoscaler. */
import { randomUUID } from 'node:crypto';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WithStartWorkflowOperation,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type ScaleRequest, type ScaleRequestBody, fingerprintOf, outOfBounds } from '../../domain/scale/request.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import {
  type RefusalType,
  type RetargetAnswer,
  type ScaleInput,
  type ScaleMemo,
  type Site,
  madeIdPrefix,
  moveSignal,
  refusalTypes,
  retargetSignal,
  retargetUpdate,
  scaleWorkflowId,
  scaleWorkflowType,
} from '../../../workflows/scale/messages.js';
import { hasCode, grpcStatus } from '../temporal/grpc-status.js';
import { RunReader, type RunSummary } from './runs.js';

export interface ScalableResource {
  readonly resource: string;
  readonly settings: ScaleSettings;
  readonly taskQueue: string;
}

export interface Accepted {
  /** Null until a worker has observed the capacity for a relative request. */
  readonly targetCapacity: number | null;
  /** `accepted`: the request is durable, and no worker has answered yet. */
  readonly outcome: RetargetAnswer['outcome'] | 'accepted';
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** The request is valid but was refused. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    readonly type: RefusalType,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A worker answers within milliseconds. A request that is not answered by then is sent as a signal and waits for a
 * worker.
 */
const answerWithinMs = 1400;
const startWithinMs = 1500;
const signalWithinMs = 500;
const mostTurns = 20;
/** The number of runs per resource that are searched for an idempotency key. */
const runsAskedForAKey = 50;

export class ScaleClient {
  private readonly runs: RunReader;

  constructor(private readonly client: Client) {
    this.runs = new RunReader(client);
  }

  /**
   * Requests a capacity. When this returns, the request is durable: it survives the restart of every worker and of the
   * server.
   * @param key the same for every attempt: the request is applied once.
   * @param keyMadeAtMs see `mayBeKnownToEarlierRuns`. It must not come from the key itself, because the clock of the
   * key's author may be off.
   * @throws RequestRefused
   * @throws ServiceError when Temporal is unreachable; whether the request was applied is then unknown.
   */
  async request(
    target: ScalableResource,
    requested: ScaleRequestBody,
    key?: string,
    keyMadeAtMs?: number,
  ): Promise<Accepted> {
    const request: ScaleRequest = { ...requested, id: key ?? madeIdPrefix + randomUUID(), settings: target.settings };
    if (key !== undefined) {
      const earlier = await this.earlierAnswer(target.resource, request, keyMadeAtMs);
      if (earlier) return earlier;
    }
    if (request.targetCapacity !== undefined) {
      const wrong = outOfBounds(request.targetCapacity, target.settings);
      if (wrong !== undefined) throw new RequestRefused('OutOfBounds', `${target.resource}: ${wrong}`);
      const runId = await this.start(target, request);
      const answer = { targetCapacity: request.targetCapacity, outcome: 'started' } as const;
      if (runId !== undefined) return accepted(target.resource, request, runId, answer);
    }
    return this.update(target, request, mostTurns);
  }

  /** The request is part of the start: every run that exists has it. Undefined when a run is already open. */
  private async start(target: ScalableResource, request: ScaleRequest): Promise<string | undefined> {
    try {
      const handle = await this.client.withDeadline(Date.now() + startWithinMs, () =>
        this.client.workflow.start(scaleWorkflowType, {
          ...startOptions(target, request),
          workflowIdConflictPolicy: 'FAIL',
        }),
      );
      return handle.firstExecutionRunId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  /** Update-with-start: reaches the open run, or starts the next one if the open run closes at this moment. */
  private async update(target: ScalableResource, request: ScaleRequest, turnsLeft: number): Promise<Accepted> {
    const startWorkflowOperation = new WithStartWorkflowOperation(scaleWorkflowType, {
      ...startOptions(target, request),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    try {
      return await this.client.withDeadline(Date.now() + answerWithinMs, async () => {
        const update = await this.client.workflow.startUpdateWithStart(retargetUpdate, {
          updateId: request.id ?? '',
          args: [request],
          waitForStage: 'ACCEPTED',
          startWorkflowOperation,
        });
        return accepted(target.resource, request, update.workflowRunId ?? '', await update.result());
      });
    } catch (error) {
      if (isRunClosedBeforeUpdate(error) && turnsLeft > 0) return this.update(target, request, turnsLeft - 1);
      if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error);
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return this.signal(target, request, mostTurns);
      throw error;
    }
  }

  /**
   * The request is durable when this returns, whether or not a worker is running. The run applies it once, even if the
   * update arrives too.
   */
  private async signal(target: ScalableResource, request: ScaleRequest, turnsLeft: number): Promise<Accepted> {
    // Possibly only the answer was lost. If that run has closed since, a signal would start a new run, which does not
    // know the request and would apply it again.
    const newest = await this.runs.newestSummary(target.resource);
    const earlier = newest && (await this.answerUpTo(newest, target.resource, request));
    if (earlier) return earlier;
    if (newest?.isOpen && turnsLeft > 0) {
      // For the same reason, an open run alone gets the signal. If it closes at this moment, its memo has the answer.
      const isSignalled = await this.signalOpenRun(newest, request);
      if (!isSignalled) return this.signal(target, request, turnsLeft - 1);
      return { ...ids(target.resource, request, newest.runId), ...acceptedFor(request) };
    }
    const handle = await this.client.withDeadline(Date.now() + signalWithinMs, () =>
      this.client.workflow.signalWithStart(scaleWorkflowType, {
        ...startOptions(target, request),
        signal: retargetSignal,
        signalArgs: [request],
      }),
    );
    return { ...ids(target.resource, request, handle.signaledRunId), ...acceptedFor(request) };
  }

  /** @returns false when the run has closed. */
  private async signalOpenRun({ workflowId, runId }: RunSummary, request: ScaleRequest): Promise<boolean> {
    try {
      const run = this.client.workflow.getHandle(workflowId, runId);
      await this.client.withDeadline(Date.now() + signalWithinMs, () => run.signal(retargetSignal, request));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** The answer that a closed run gave to the same id. An open run recognizes a repeated id itself. */
  private async earlierAnswer(
    resource: string,
    request: ScaleRequest,
    keyMadeAtMs?: number,
  ): Promise<Accepted | undefined> {
    // The list may be slightly out of date; the newest run is read from the workflow itself, which never is.
    const newest = await this.runs.newestSummary(resource);
    return newest && this.answerUpTo(newest, resource, request, keyMadeAtMs);
  }

  private async answerUpTo(
    newest: RunSummary,
    resource: string,
    request: ScaleRequest,
    keyMadeAtMs?: number,
  ): Promise<Accepted | undefined> {
    const answer = answerIn(resource, newest, request);
    if (answer || !mayBeKnownToEarlierRuns(newest, keyMadeAtMs)) return answer;
    return (await this.runs.list(resource, { most: runsAskedForAKey }))
      .map((run) => answerIn(resource, run, request))
      .find((earlier) => earlier !== undefined);
  }
}

function acceptedFor({ targetCapacity }: ScaleRequest): Pick<Accepted, 'targetCapacity' | 'outcome'> {
  return { targetCapacity: targetCapacity ?? null, outcome: 'accepted' };
}

function answerIn(resource: string, { runId, memo }: RunSummary, request: ScaleRequest): Accepted | undefined {
  const answer = memo.answers?.find(({ id }) => id === request.id);
  if (!answer) return undefined;
  refuseOtherBody(answer, request);
  if ('refused' in answer) throw new RequestRefused(answer.refused, answer.message);
  return accepted(resource, request, runId, answer);
}

function startOptions({ resource, settings, taskQueue }: ScalableResource, request: ScaleRequest) {
  const input: ScaleInput = { resource, settings, taskQueue, request };
  const memo: ScaleMemo = {
    resource,
    targetCapacity: request.targetCapacity ?? null,
    reason: request.reason ?? null,
  };
  return {
    workflowId: scaleWorkflowId(resource),
    taskQueue,
    args: [input] as [ScaleInput],
    memo: { ...memo },
    staticSummary: `${resource}: ${requestText(request)}`,
    ...(request.reason === undefined ? {} : { staticDetails: request.reason }),
  };
}

function requestText({ targetCapacity, add, remove }: ScaleRequest): string {
  if (targetCapacity !== undefined) return `scale to ${targetCapacity}`;
  return add === undefined ? `remove ${remove ?? 0}` : `add ${add}`;
}

function accepted(
  resource: string,
  request: ScaleRequest,
  runId: string,
  answer: Pick<RetargetAnswer, 'targetCapacity' | 'outcome'> & Partial<RetargetAnswer>,
): Accepted {
  // Temporal answers a repeated update ID with the first result, without comparing the payloads.
  refuseOtherBody(answer, request);
  return { ...ids(resource, request, runId), targetCapacity: answer.targetCapacity, outcome: answer.outcome };
}

function refuseOtherBody({ fingerprint }: { readonly fingerprint?: string }, request: ScaleRequest): void {
  if (fingerprint === undefined || fingerprint === fingerprintOf(request)) return;
  throw new RequestRefused(
    'IdempotencyConflict',
    `the idempotency key ${request.id ?? ''} was already used for another request`,
  );
}

function ids(resource: string, request: ScaleRequest, runId: string): Pick<Accepted, 'id' | 'workflowId' | 'runId'> {
  return { id: request.id ?? '', workflowId: scaleWorkflowId(resource), runId };
}

/** The run closed or continued as new before it applied the update: the same id may be sent again. */
function isRunClosedBeforeUpdate(error: unknown): boolean {
  return (
    hasCode(error, grpcStatus.failedPrecondition) ||
    (error instanceof WorkflowUpdateFailedError && failureType(error) === 'AcceptedUpdateCompletedWorkflow')
  );
}

function refusalOf(error: WorkflowUpdateFailedError): Error {
  const type = failureType(error);
  const known = refusalTypes.find((refusal) => refusal === type);
  // Any other failure, such as a run that was terminated with the update, is not a refusal.
  return known === undefined ? error : new RequestRefused(known, error.cause?.message ?? error.message);
}

function failureType({ cause }: WorkflowUpdateFailedError): string | undefined {
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** An upper bound for the difference between the clocks of the hosts of a Temporal server. */
const clocksApartMs = 10_000;

/**
 * Whether a run before the newest one may know the key. Runs of one resource never overlap: all earlier runs had closed
 * before the newest one started, so a key that was made after that start reached none of them.
 * @param madeAtMs in the Temporal server's clock, and not later than the first use of the key; undefined when the time
 * is unknown.
 */
export function mayBeKnownToEarlierRuns(
  newest: { readonly startedAtMs: number },
  madeAtMs: number | undefined,
): boolean {
  return madeAtMs === undefined || madeAtMs - clocksApartMs <= newest.startedAtMs;
}

/**
 * Signals an open scale run that its resource is served on another task queue. Does nothing when the run has closed.
 */
export async function moveRun(client: Client, resource: string, site: Site): Promise<void> {
  try {
    await client.workflow.getHandle(scaleWorkflowId(resource)).signal(moveSignal, site);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
