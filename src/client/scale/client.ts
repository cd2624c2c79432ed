/** The door to a scale run, the same for everybody: the API, the CLI and the autoscaler ask through here. */
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
  /** Null while a relative request waits for a worker to see the capacity. */
  readonly targetCapacity: number | null;
  /** `accepted`: durable, and no worker has answered yet. */
  readonly outcome: RetargetAnswer['outcome'] | 'accepted';
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** The request was understood and will not be done. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    readonly type: RefusalType,
    message: string,
  ) {
    super(message);
  }
}

/** A worker answers within milliseconds; what it has not answered by then waits for it as a signal. */
const answerWithinMs = 1400;
const startWithinMs = 1500;
const signalWithinMs = 500;
const mostTurns = 20;
/** An idempotency key is remembered for so many runs of its resource. */
const runsAskedForAKey = 50;

export class ScaleClient {
  private readonly runs: RunReader;

  constructor(private readonly client: Client) {
    this.runs = new RunReader(client);
  }

  /**
   * Asks for a capacity. When this returns, the request is durable, with every worker down and whatever restarts.
   * @param key the same for every attempt: the request is done once.
   * @param keyMadeAtMs see `mayBeKnownToEarlierRuns`. Never from the key itself: its maker's clock may be wrong.
   * @throws RequestRefused
   * @throws ServiceError when Temporal cannot be reached; nothing is then known to be applied.
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

  /** The request travels in the start: a run that exists has it. Undefined when one is open already. */
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

  /** Update-with-start: reaches the open run, or starts the next one if that closes at this moment. */
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
      if (isTornAway(error) && turnsLeft > 0) return this.update(target, request, turnsLeft - 1);
      if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error);
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return this.signal(target, request);
      throw error;
    }
  }

  /** Durable when it returns, whether or not a worker lives. The run applies it once, if the update comes too. */
  private async signal(target: ScalableResource, request: ScaleRequest): Promise<Accepted> {
    // Only the answer may have been lost. Where that run has closed since, a signal would start another one, which knows
    // nothing of it and would do it once more.
    const earlier = await this.earlierAnswer(target.resource, request);
    if (earlier) return earlier;
    const handle = await this.client.withDeadline(Date.now() + signalWithinMs, () =>
      this.client.workflow.signalWithStart(scaleWorkflowType, {
        ...startOptions(target, request),
        signal: retargetSignal,
        signalArgs: [request],
      }),
    );
    const targetCapacity = request.targetCapacity ?? null;
    return { ...ids(target.resource, request, handle.signaledRunId), targetCapacity, outcome: 'accepted' };
  }

  /** What a closed run answered to the same id; an open run knows by itself what it was asked already. */
  private async earlierAnswer(
    resource: string,
    request: ScaleRequest,
    keyMadeAtMs?: number,
  ): Promise<Accepted | undefined> {
    // The list may lag a moment behind; the newest run is read from where nothing lags.
    const newest = await this.runs.newestSummary(resource);
    if (!newest) return undefined;
    const answer = answerIn(resource, newest, request);
    if (answer || !mayBeKnownToEarlierRuns(newest, keyMadeAtMs)) return answer;
    return (await this.runs.list(resource, { most: runsAskedForAKey }))
      .map((run) => answerIn(resource, run, request))
      .find((earlier) => earlier !== undefined);
  }
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
    staticSummary: `${resource}: ${wishInWords(request)}`,
    ...(request.reason === undefined ? {} : { staticDetails: request.reason }),
  };
}

function wishInWords({ targetCapacity, add, remove }: ScaleRequest): string {
  if (targetCapacity !== undefined) return `scale to ${targetCapacity}`;
  return add === undefined ? `remove ${remove ?? 0}` : `add ${add}`;
}

function accepted(
  resource: string,
  request: ScaleRequest,
  runId: string,
  answer: Pick<RetargetAnswer, 'targetCapacity' | 'outcome'> & Partial<RetargetAnswer>,
): Accepted {
  // Temporal itself answers a repeated update id from the first one, without looking at what it says now.
  refuseOtherBody(answer, request);
  return { ...ids(resource, request, runId), targetCapacity: answer.targetCapacity, outcome: answer.outcome };
}

function refuseOtherBody({ fingerprint }: { readonly fingerprint?: string }, request: ScaleRequest): void {
  if (fingerprint === undefined || fingerprint === fingerprintOf(request)) return;
  throw new RequestRefused(
    'IdempotencyConflict',
    `the idempotency key ${request.id ?? ''} was used for another request`,
  );
}

function ids(resource: string, request: ScaleRequest, runId: string): Pick<Accepted, 'id' | 'workflowId' | 'runId'> {
  return { id: request.id ?? '', workflowId: scaleWorkflowId(resource), runId };
}

/** The run closed, or continued as new, with the update in its hands: not applied, and the same id may be sent again. */
function isTornAway(error: unknown): boolean {
  return (
    hasCode(error, grpcStatus.failedPrecondition) ||
    (error instanceof WorkflowUpdateFailedError && failureType(error) === 'AcceptedUpdateCompletedWorkflow')
  );
}

function refusalOf(error: WorkflowUpdateFailedError): Error {
  const type = failureType(error);
  const known = refusalTypes.find((refusal) => refusal === type);
  // Whatever else failed it, such as a run that was torn down with it, is no refusal.
  return known === undefined ? error : new RequestRefused(known, error.cause?.message ?? error.message);
}

function failureType({ cause }: WorkflowUpdateFailedError): string | undefined {
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** How far the clocks of the hosts of a Temporal server may be apart, and more. */
const clocksApartMs = 10_000;

/**
 * Whether a run before the newest one may know the key. Runs of one resource never overlap: all the others have closed
 * before the newest one began, and what was made after that reached none of them.
 * @param madeAtMs by the Temporal server's clock, and not later than the key was first used; undefined: nobody knows.
 */
export function mayBeKnownToEarlierRuns(
  newest: { readonly startedAtMs: number },
  madeAtMs: number | undefined,
): boolean {
  return madeAtMs === undefined || madeAtMs - clocksApartMs <= newest.startedAtMs;
}

/** Tells an open scale run that its resource is served on another task queue. Nothing where the run has closed. */
export async function moveRun(client: Client, resource: string, site: Site): Promise<void> {
  try {
    await client.workflow.getHandle(scaleWorkflowId(resource)).signal(moveSignal, site);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
