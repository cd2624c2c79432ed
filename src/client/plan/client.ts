/** Requests, reads and stops plans. The server stores the state of each plan, so no read waits for a worker. */
import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  type PlanMember,
  type PlanRequest,
  type PlanState,
  type PlanStop,
  newPlan,
  planFingerprint,
} from '../../domain/plan/plan.js';
import {
  type PlanInput,
  type PlanMemo,
  type PlanSite,
  movePlanSignal,
  planWorkflowId,
  planWorkflowType,
  stopSignal,
} from '../../../workflows/plan/messages.js';
import { RequestRefused } from '../scale/client.js';
import { isOpenStatus } from '../scale/runs.js';

export interface PlanView {
  readonly state: PlanState;
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly isOpen: boolean;
  readonly closedAtMs: number | null;
}

const answersWithinMs = 1500;

export class PlanClient {
  constructor(private readonly client: Client) {}

  /**
   * When this returns, the plan is durable. A plan with the same ID and content is returned and not started again.
   * @param members every resource of the steps. The plan runs on the task queue of the first one.
   * @throws RequestRefused when the ID was used for another plan.
   */
  async start(request: PlanRequest, members: readonly [PlanMember, ...PlanMember[]]): Promise<PlanView> {
    const [{ taskQueue }] = members;
    const requestedAtMs = Date.now();
    const state = newPlan(request, requestedAtMs);
    const input: PlanInput = { ...request, requestedAtMs, members, taskQueue };
    const workflowId = planWorkflowId(request.id);
    try {
      const { firstExecutionRunId: runId } = await this.within(() =>
        this.client.workflow.start(planWorkflowType, {
          workflowId,
          taskQueue,
          args: [input],
          memo: { plan: state } satisfies PlanMemo,
          staticSummary: summaryOf(state),
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      );
      return { state, workflowId, runId, taskQueue, isOpen: true, closedAtMs: null };
    } catch (error) {
      const existing = error instanceof WorkflowExecutionAlreadyStartedError && (await this.find(request.id));
      if (!existing) throw error;
      if (planFingerprint(existing.state) === planFingerprint(state)) return existing;
      const message = `the idempotency key ${request.id} was already used for another plan`;
      throw new RequestRefused('IdempotencyConflict', message);
    }
  }

  async find(id: string): Promise<PlanView | undefined> {
    try {
      return viewOf(await this.within(() => this.client.workflow.getHandle(planWorkflowId(id)).describe()));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** Newest first. From Temporal's visibility, which may be slightly out of date. */
  async list(most: number): Promise<PlanView[]> {
    const query = `WorkflowType = '${planWorkflowType}' AND ExecutionStatus != 'ContinuedAsNew'`;
    return this.within(async () => {
      const plans: PlanView[] = [];
      for await (const info of this.client.workflow.list({ query, pageSize: most })) {
        if (plans.push(viewOf(info)) === most) break;
      }
      return plans;
    });
  }

  /** @returns false when the plan has ended, or does not exist. */
  async stop(id: string, how: PlanStop): Promise<boolean> {
    const plan = this.client.workflow.getHandle(planWorkflowId(id));
    return this.tell(async () => {
      if (how === 'undo') await plan.cancel();
      else await plan.signal(stopSignal, how);
    });
  }

  /** Signals an open plan that its first resource is served on another task queue. */
  async move(id: string, site: PlanSite): Promise<boolean> {
    return this.tell(() => this.client.workflow.getHandle(planWorkflowId(id)).signal(movePlanSignal, site));
  }

  private async tell(send: () => Promise<void>): Promise<boolean> {
    try {
      await this.within(send);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  private within<T>(call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + answersWithinMs, call);
  }
}

export function viewOf(info: WorkflowExecutionInfo | WorkflowExecutionDescription): PlanView {
  const { workflowId, runId, taskQueue, status, closeTime, memo } = info;
  return {
    // Only the client and the workflow write the memo, always in this form.
    state: (memo as unknown as PlanMemo).plan,
    workflowId,
    runId,
    taskQueue,
    isOpen: isOpenStatus(status.name),
    closedAtMs: closeTime?.getTime() ?? null,
  };
}

function summaryOf({ id, moves }: PlanState): string {
  const goals = moves.map(({ resource, target }) => `${resource} to ${target}`);
  return `plan ${id}: ${goals.join(', ')}`.slice(0, 200);
}
