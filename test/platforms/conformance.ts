/** What every platform must do, in whole scale runs on a real Temporal server. One suite, whatever the platform. */
import { progressOf } from '../../src/client/scale/progress.js';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { RequestRefused, ScaleClient, type ScalableResource } from '../../src/client/scale/client.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { type ScaleStatus, scaleWorkflowId, statusQuery } from '../../workflows/scale/messages.js';
import { eventually } from '../support/eventually.js';
import { requestTimeoutMs, type Candidate, type RealResource, type Site } from './candidates/candidate.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const quickSettings: Omit<ScaleSettings, 'takesChanges'> = {
  min: 1,
  max: 9,
  step: { up: 2, down: 2 },
  cooldownMs: { up: 1000, down: 1000 },
  settleMs: 1500,
  waitForActive: { timeoutMs: 60_000, intervalMs: 500 },
  requestTimeoutMs,
  dryRun: false,
};

/** Long enough for a test to do something before the next change, also on a slow machine. */
const unhurried = { cooldownMs: { up: 3000, down: 3000 } };

/** Reads that are refused fail a run when they have lasted for half of its patience. */
const impatient = { waitForActive: { timeoutMs: 6000, intervalMs: 500 } };

/** Defines the tests of one platform. */
export function describeConformance(candidate: Candidate, bench: ConformanceBench, site: Site): void {
  const begin = (capacity: number, settings: Partial<ScaleSettings> = {}) =>
    bench.resource(candidate, site, capacity, settings);

  describe(`platform ${candidate.name}`, () => {
    it.concurrent('steps', async () => {
      const run = await begin(2);
      await run.request(5);
      expect(stepsIn(await run.result())).toEqual([
        [2, 4],
        [4, 5],
      ]);
      await run.request(1);
      await run.result();
      expect(await run.real.capacity()).toBe(1);
      expect(run.real.gate.changes()).toBe(4);
    });

    it.concurrent('cooldown', async () => {
      const run = await begin(2);
      await run.request(6);
      const { changes } = await run.result();
      const [first, second] = changes.filter(({ outcome }) => outcome !== 'rejected').map(({ sentAtMs }) => sentAtMs);
      expect(second! - first!).toBeGreaterThanOrEqual(1000);
    });

    it.concurrent('min and max', async () => {
      const run = await begin(2);
      await expect(run.request(0)).rejects.toMatchObject({ type: 'OutOfBounds' });
      await expect(run.request(10)).rejects.toBeInstanceOf(RequestRefused);
      await run.real.moveTo(12);
      await run.request(9);
      expect(stepsIn(await run.result())).toEqual([
        [12, 10],
        [10, 9],
      ]);
    });

    it.concurrent('dry run', async () => {
      const run = await begin(2, { dryRun: true });
      await run.request(5);
      expect(await run.result()).toMatchObject({ stepsMade: 2, observed: { capacity: 5 } });
      expect(await run.real.capacity()).toBe(2);
      expect(run.real.gate.changes()).toBe(0);
    });

    it.concurrent('retarget', async () => {
      const run = await begin(2, unhurried);
      await run.request(8);
      await run.until(({ stepsMade }) => stepsMade === 1);
      await run.request(3);
      expect(stepsIn(await run.result())).toEqual([
        [2, 4],
        [4, 3],
      ]);
      expect(await run.real.capacity()).toBe(3);
    });

    it.concurrent('drift by another writer', async () => {
      const run = await begin(7, unhurried);
      await run.request(9);
      await run.until(({ phase }) => phase === 'settled');
      await run.real.moveTo(2);
      await run.request(7);
      const final = await run.result();
      expect(final).toMatchObject({ drift: [{ from: 9, to: 2 }], observed: { capacity: 7 } });
      expect(stepsIn(final)).toEqual([
        [7, 9],
        [2, 4],
        [4, 6],
        [6, 7],
      ]);
    });

    if (candidate.hasNoFailedStatus !== true) {
      it.concurrent('failed resource', async () => {
        const run = await begin(2);
        await run.real.fail();
        await run.request(5);
        expect(await run.failure()).toBe('ResourceFailed');
        expect(run.real.gate.changes()).toBe(0);
      });
    }

    it.concurrent('throttling', async () => {
      const run = await begin(2);
      run.real.gate.answerNextChange(candidate.throttled);
      await run.request(4);
      const { changes } = await run.result();
      expect(changes.map(({ outcome }) => outcome)).toEqual(['rejected', 'accepted']);
      expect(changes[1]!.sentAtMs - changes[0]!.sentAtMs).toBeGreaterThanOrEqual(1000);
      expect(await run.real.capacity()).toBe(4);
    });

    it.concurrent('outage and recovery', async () => {
      const run = await begin(2, unhurried);
      await run.request(6);
      await run.until(({ stepsMade }) => stepsMade === 1);
      await run.real.gate.goDown();
      await run.untilTroubled();
      await run.real.gate.comeBack();
      await run.result();
      expect(await run.real.capacity()).toBe(6);
      expect(run.real.gate.changes()).toBe(2);
    });

    it.concurrent('credentials refused', async () => {
      const run = await begin(2, impatient);
      run.real.gate.answerAll(candidate.denied);
      await run.request(4);
      expect(await run.failure()).toBe('ResourceFailed');
      expect(await run.real.capacity()).toBe(2);
    });

    it.concurrent('resource missing', async () => {
      const run = await begin(2, impatient);
      await run.real.remove();
      await run.request(4);
      expect(await run.failure()).toBe('ResourceFailed');
    });

    it.concurrent('deleted in mid-run', async () => {
      const run = await begin(2, { ...unhurried, ...impatient });
      await run.request(8);
      await run.until(({ stepsMade }) => stepsMade === 1);
      await run.real.remove();
      expect(await run.failure()).toBe('ResourceFailed');
    });
  });
}

interface ConformanceRun {
  readonly real: RealResource;
  readonly scalable: ScalableResource;
  request(targetCapacity: number): Promise<unknown>;
  until(wanted: (status: ScaleStatus) => boolean): Promise<ScaleStatus>;
  /** Until the run, or its activity in progress, reports a problem. */
  untilTroubled(): Promise<unknown>;
  /** Of a run that ended well. */
  result(): Promise<ScaleStatus>;
  /** The type of the failure of a run that did not. */
  failure(): Promise<string | null | undefined>;
}

export class ConformanceBench {
  readonly #taskQueue = `test-${randomUUID()}`;
  readonly #real = new Map<string, RealResource>();
  readonly #scales: ScaleClient;
  #stop = async (): Promise<void> => undefined;

  constructor(private readonly environment: TestWorkflowEnvironment) {
    this.#scales = new ScaleClient(environment.client);
  }

  async start(workflowBundle: string): Promise<void> {
    const worker = await Worker.create({
      connection: this.environment.nativeConnection,
      taskQueue: this.#taskQueue,
      workflowBundle: { codePath: workflowBundle },
      activities: createActivities({
        platformOf: (resource) => this.#real.get(resource)!.platform,
        sourcesOf: () => ({}),
        isAutoscaled: () => true,
        onReload: () => () => undefined,
      }),
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '1s',
    });
    const running = worker.run();
    this.#stop = async () => {
      worker.shutdown();
      await running;
    };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async resource(
    { takesChanges }: Candidate,
    site: Site,
    capacity: number,
    settings: Partial<ScaleSettings>,
  ): Promise<ConformanceRun> {
    const resource = `r-${randomUUID()}`;
    const real = await site.resource(resource, capacity);
    this.#real.set(resource, real);
    const handle = this.environment.client.workflow.getHandle(scaleWorkflowId(resource));
    const all = { ...quickSettings, takesChanges, ...settings };
    const scalable: ScalableResource = { resource, settings: all, taskQueue: this.#taskQueue };
    const status = (): Promise<ScaleStatus> => handle.query(statusQuery);
    return {
      real,
      scalable,
      request: (targetCapacity) => this.#scales.request(scalable, { targetCapacity }),
      until: async (wanted) => {
        try {
          return await eventually(
            `the run of ${resource} is as wanted`,
            async () => {
              const now = await status();
              return wanted(now) && now;
            },
            60_000,
          );
        } catch (error) {
          const seen = { status: await status(), progress: progressOf(await handle.describe()) };
          throw new Error(`The run is not as wanted: ${JSON.stringify(seen)}`, { cause: error });
        }
      },
      untilTroubled: () =>
        eventually(`the run of ${resource} does not get on`, async () => {
          const { lastError } = await status();
          return lastError ?? progressOf(await handle.describe())?.lastError;
        }),
      result: () => handle.result() as Promise<ScaleStatus>,
      failure: () => failureOf(handle),
    };
  }
}

/** A change that was rejected had no effect. The run decides again, such as after a conflict on a slow machine. */
function stepsIn({ changes }: ScaleStatus): (readonly [from: number, to: number])[] {
  return changes.flatMap(({ from, to, outcome }) => (outcome === 'rejected' ? [] : [[from, to] as const]));
}

async function failureOf(handle: WorkflowHandle): Promise<string | null | undefined> {
  try {
    await handle.result();
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause.type;
    throw error;
  }
  return undefined;
}
