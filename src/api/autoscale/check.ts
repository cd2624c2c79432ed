/**
 * Checks periodically whether every autoscaler has a worker that watches it: a worker that is suspended, or an
 * autoscaler that was ended in Temporal, reports nothing itself. The result is in `/readyz`, in the status and in the
 * log.
 */
import { setTimeout } from 'node:timers/promises';
import { atMost } from '../../client/temporal/at-most.js';
import type { AutoscaleReader } from '../../client/autoscale/reader.js';
import type { ApiDependencies } from '../dependencies.js';
import { autoscalerNotice } from './notice.js';

const everyMs = 5000;
/** Workers start at the same time as this process and need some time to start their watches. */
const firstAfterMs = 10_000;
const usuallyAtOnce = 20;
/** A round checks at most so many resources that each is checked once a minute. */
const roundsAMinute = 60_000 / everyMs;
const askedAtOnce = 8;

type Known = Pick<ApiDependencies, 'config' | 'log' | 'stopping'> & { readonly autoscaleReader: AutoscaleReader };

export class AutoscalerCheck {
  /** Null: a worker watches it. */
  readonly #notices = new Map<string, string | null>();
  #next = 0;

  /** Runs until `stopping` aborts. */
  start(api: Known): void {
    void this.#run(api);
  }

  /**
   * What prevents the autoscaler from working. Null: nothing; undefined: not checked yet, or the resource is not
   * autoscaled.
   */
  noticeOf(resource: string): string | null | undefined {
    return this.#notices.get(resource);
  }

  async #run(api: Known): Promise<void> {
    const pause = (ms: number) => setTimeout(ms, true, { signal: api.stopping, ref: false }).catch(() => false);
    for (let ms = firstAfterMs; await pause(ms); ms = everyMs) {
      // Without Temporal no autoscaler can be checked; `/readyz` reports that separately.
      await this.round(api).catch((error: unknown) =>
        api.log.debug({ err: error }, 'Autoscalers could not be checked'),
      );
    }
  }

  /** Checks the next resources in rotation. */
  async round({ config, autoscaleReader, log }: Known): Promise<void> {
    const autoscaled = Object.values(config.resources).filter(({ autoscale }) => autoscale);
    const names = new Set(autoscaled.map(({ alias }) => alias));
    for (const resource of this.#notices.keys()) if (!names.has(resource)) this.#notices.delete(resource);
    const most = Math.max(usuallyAtOnce, Math.ceil(autoscaled.length / roundsAMinute));
    const first = autoscaled.length === 0 ? 0 : this.#next % autoscaled.length;
    const turns = [...autoscaled.slice(first), ...autoscaled.slice(0, first)].slice(0, most);
    this.#next = first + turns.length;
    await atMost(askedAtOnce, turns, async ({ alias, autoscale }) => {
      const notice = autoscalerNotice(alias, await autoscaleReader.view(alias), autoscale?.settings.intervalMs);
      const before = this.#notices.get(alias) ?? null;
      this.#notices.set(alias, notice);
      if (notice !== null && before === null)
        log.warn({ resource: alias, notice }, 'No worker autoscales this resource');
      if (notice === null && before !== null) log.info({ resource: alias }, 'This resource is autoscaled again');
    });
  }
}
