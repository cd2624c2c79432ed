/** Plays a schedule with the real workflow, activities and adapter, against the simulated sidecar over HTTP. */
import { type WorkflowHandle, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import proto from '@temporalio/proto';
import { type WorkerOptions, Worker } from '@temporalio/worker';
import { Context } from '@temporalio/activity';
import { type CapacityActivities, capacityActivities } from '../../activities/scale.js';
import { omnistrate } from '../../src/adapters/platforms/omnistrate.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { type ScaleInput, retargetUpdate, scaleWorkflowId, scaleWorkflowType } from '../../workflows/scale/messages.js';
import type { Scenario } from '../explore/scenarios.js';
import { type ActivityScript, messageAt, quiet } from './scripted-chooser.js';
import { type ScriptedSidecar, changesOf, faultsOf } from './scripted-sidecar.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface Played {
  /** `1 -> 2`, in order, as they reached the platform. */
  readonly changes: readonly string[];
  readonly ending: string;
  readonly capacity: number;
}

interface Play extends ScriptedSidecar {
  readonly scripts: readonly ActivityScript[];
  readonly handle: WorkflowHandle;
  begun: number;
  requests: number;
}

export class TemporalPlayer {
  private readonly plays = new Map<string, Play>();
  private readonly realNow = Date.now.bind(Date);
  /** How far the server's time, which skips what nobody works in, is ahead of the clock on the wall. */
  private aheadMs = 0;

  constructor(
    private readonly environment: TestWorkflowEnvironment,
    private readonly taskQueue: string,
  ) {
    // The activities and the simulated sidecar live in the same time as the workflow.
    Date.now = () => this.realNow() + this.aheadMs;
  }

  async createWorker(bundle: WorkerOptions['workflowBundle']): Promise<Worker> {
    const platformOf = (resource: string) =>
      omnistrate.create({ url: this.play(resource).simulator.url }, { resource, requestTimeoutMs: 5000 });
    const real = capacityActivities({ platformOf }, new AbortController().signal);
    const activities: CapacityActivities = {
      observe: async (order) => {
        await this.begin('as an observation begins', order.resource);
        return real.observe(order);
      },
      change: async (order) => {
        await this.begin('as a change begins', order.resource);
        return real.change(order);
      },
      confirm: async (order) => {
        await this.begin('as a confirmation begins', order.resource);
        return real.confirm(order);
      },
    };
    return Worker.create({
      connection: this.environment.nativeConnection,
      taskQueue: this.taskQueue,
      ...(bundle && { workflowBundle: bundle }),
      activities,
      maxHeartbeatThrottleInterval: '1s',
    });
  }

  async toTheEnd(resource: string, scenario: Scenario, scripts: readonly ActivityScript[]): Promise<Played> {
    await this.keepTime();
    const simulator = await startSimulator({ resources: { [resource]: scenario.startCapacity }, now: Date.now });
    const { client } = this.environment;
    const input: ScaleInput = {
      resource,
      settings: scenario.settings,
      request: { ...scenario.request, id: 'request 1' },
    };
    const workflowId = scaleWorkflowId(resource);
    const handle = client.workflow.getHandle(workflowId);
    this.plays.set(resource, { scenario, scripts, simulator, handle, begun: 0, requests: 1 });
    try {
      await client.workflow.start(scaleWorkflowType, {
        workflowId,
        taskQueue: this.taskQueue,
        args: [input],
        // The server skips to the timeout of a run that has just ended, which is ten years ahead if the run has none.
        workflowRunTimeout: '10 minutes',
      });
      const ending = await handle.result().then(() => 'reached', endingOf);
      return {
        changes: changesOf({ simulator, scenario }),
        ending,
        capacity: simulator.resources.get(resource)?.at(Infinity).capacity ?? NaN,
      };
    } finally {
      await simulator.close();
    }
  }

  giveTimeBack(): void {
    Date.now = this.realNow;
  }

  private play(resource: string): Play {
    const play = this.plays.get(resource);
    if (!play) throw new Error(`nothing is played with ${resource}`);
    return play;
  }

  private async begin(where: string, resource: string): Promise<void> {
    await this.keepTime();
    const play = this.play(resource);
    const script = play.scripts[play.begun] ?? quiet;
    play.begun += 1;
    play.simulator.faults.set({ faults: faultsOf(where, script, play) });
    switch (messageAt(where, script)) {
      case 'nothing comes':
        return;
      case 'a request comes':
        return this.ask(play);
      case 'a cancellation comes':
        return this.cancel(play);
    }
  }

  private async ask(play: Play): Promise<void> {
    const { laterRequests } = play.scenario;
    const request = laterRequests[(play.requests - 1) % laterRequests.length];
    play.requests += 1;
    const id = `request ${play.requests}`;
    await play.handle.startUpdate(retargetUpdate, {
      args: [{ ...request, id }],
      updateId: id,
      waitForStage: 'ACCEPTED',
    });
  }

  /** Until the server knows that the activity is not wanted any more. */
  private async cancel({ handle }: Play): Promise<void> {
    const { activityId } = Context.current().info;
    await handle.cancel();
    for (;;) {
      const { raw } = await handle.describe();
      const pending = raw.pendingActivities?.find((activity) => activity.activityId === activityId);
      if (pending?.state !== PENDING_ACTIVITY_STATE_STARTED) return;
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }

  private async keepTime(): Promise<void> {
    this.aheadMs = (await this.environment.currentTimeMs()) - this.realNow();
  }
}

function endingOf(error: unknown): string {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof ApplicationFailure) return cause.type ?? 'no type';
  throw error;
}
