/**
 * The metrics that only Temporal knows: the scale run of each resource, and whether a worker watches its autoscaler.
 * They are read when the metrics are requested, so that they cost nothing where nobody collects them.
 */
import { setTimeout } from 'node:timers/promises';
import { resourcesInMotion } from '../../client/open-workflows.js';
import type { RunView } from '../../client/scale/runs.js';
import { failureFields } from '../../client/temporal/grpc-status.js';
import { atMost } from '../../client/temporal/at-most.js';
import type { ResourceConfig } from '../../config/config.js';
import { metricFamilies as families } from '../../domain/metrics.js';
import type { Metrics } from '../../metrics/metrics.js';
import type { ApiContext } from '../context.js';
import { phaseOf } from '../scale/present.js';

/** Prometheus waits 10 s by default. What is not known by then is shown as it was last known. */
const refreshedWithinMs = 2000;
const listedWithinMs = 1500;
/** How late a closed run may be in the list, with the difference between the clocks of the API and the server. */
const visibilityLagMs = 60_000;
const readAtOnce = 8;
/** Resources whose last run is not known yet: the first requests after a start share the work. */
const mostUnknownAtOnce = 100;

type Known = Pick<ApiContext, 'config' | 'client' | 'runs' | 'autoscalerCheck' | 'log'>;

export class RunMetrics {
  /** The newest run; undefined where the resource has had none. */
  readonly #runs = new Map<string, RunView | undefined>();
  #isReachable = false;
  #readAtMs = Date.now();
  #refreshing: Promise<void> | undefined;

  constructor(
    private readonly api: Known,
    private readonly metrics: Metrics,
  ) {
    metrics.collect(
      () => this.#show(),
      () => this.#refresh(),
    );
  }

  /** One refresh at a time, however many collect. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return Promise.race([this.#refreshing, setTimeout(refreshedWithinMs, undefined, { ref: false })]);
  }

  /** Reads the runs that are open or have closed since the last time, and some of those that are not known yet. */
  async #read(): Promise<void> {
    const { config, client, runs, log } = this.api;
    try {
      const startedAtMs = Date.now();
      const moving = await client.withDeadline(startedAtMs + listedWithinMs, () =>
        resourcesInMotion(client, this.#readAtMs - visibilityLagMs),
      );
      this.#isReachable = true;
      const names = Object.keys(config.resources);
      for (const known of this.#runs.keys()) if (!names.includes(known)) this.#runs.delete(known);
      const current = names.filter((name) => moving.has(name) || this.#runs.get(name)?.isOpen);
      const unknown = names.filter((name) => !this.#runs.has(name) && !current.includes(name));
      await atMost(readAtOnce, [...current, ...unknown.slice(0, mostUnknownAtOnce)], async (name) => {
        this.#runs.set(name, await runs.newest(name));
      });
      this.#readAtMs = startedAtMs;
    } catch (error) {
      this.#isReachable = false;
      log.debug(failureFields(error), 'The metrics of runs could not be read');
    }
  }

  #show(): void {
    const { config, autoscalerCheck } = this.api;
    this.metrics.set(families.temporalReachable, {}, this.#isReachable ? 1 : 0);
    for (const [resource, { autoscale, settings }] of Object.entries(config.resources)) {
      this.#showRun(resource, settings, autoscale !== undefined);
      const notice = autoscalerCheck.noticeOf(resource);
      if (notice !== undefined) this.metrics.set(families.autoscalerWatched, { resource }, notice === null ? 1 : 0);
    }
  }

  #showRun(resource: string, settings: ResourceConfig['settings'], isAutoscaled: boolean): void {
    if (!this.#runs.has(resource)) return;
    const run = this.#runs.get(resource);
    const { metrics } = this;
    metrics.set(families.runPhase, { resource, phase: phaseOf(run) }, 1);
    const target = run?.status?.targetCapacity ?? run?.memo.targetCapacity ?? null;
    if (run?.isOpen && target !== null) metrics.set(families.targetCapacity, { resource }, target);
    for (const direction of ['up', 'down'] as const) {
      const leftMs = (run?.status?.cooldownUntilMs?.[direction] ?? 0) - Date.now();
      metrics.set(families.cooldownLeft, { resource, direction }, Math.max(0, leftMs / 1000));
    }
    // The worker that watches an autoscaled resource shows its capacity.
    if (isAutoscaled) return;
    metrics.set(families.minCapacity, { resource }, settings.min);
    if (settings.max !== null) metrics.set(families.maxCapacity, { resource }, settings.max);
    if (target !== null) metrics.set(families.desiredCapacity, { resource }, target);
    const observed = run?.status?.observed;
    if (observed) metrics.set(families.observedCapacity, { resource }, observed.capacity);
    if (observed?.ready !== undefined) metrics.set(families.readyCapacity, { resource }, observed.ready);
  }
}
