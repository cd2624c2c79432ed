/**
 * Looks from time to time at whether somebody watches what is autoscaled: a worker that is frozen, or an autoscaler that
 * was ended in Temporal, tells nobody by itself. What it finds stands in `/readyz`, in the status and in the log.
 */
import { setTimeout } from 'node:timers/promises';
import { atMost } from '../../client/temporal/at-most.js';
import type { AutoscaleReader } from '../../client/autoscale/reader.js';
import type { ApiDependencies } from '../dependencies.js';
import { autoscalerNotice } from './notice.js';

const everyMs = 5000;
/** Workers start together with this process, and take up their watches. */
const firstAfterMs = 10_000;
const usuallyAtOnce = 20;
/** Of more than those, each is looked at once a minute. */
const roundsAMinute = 60_000 / everyMs;
const askedAtOnce = 8;

type Known = Pick<ApiDependencies, 'config' | 'log' | 'stopping'> & { readonly autoscaleReader: AutoscaleReader };

export class AutoscalerCheck {
  /** Null: it is watched. */
  readonly #notices = new Map<string, string | null>();
  #next = 0;

  /** Until `stopping` aborts. */
  start(api: Known): void {
    void this.#run(api);
  }

  /** What stands in the way of its autoscaler. Null: nothing; undefined: not known yet, or it is not autoscaled. */
  noticeOf(resource: string): string | null | undefined {
    return this.#notices.get(resource);
  }

  async #run(api: Known): Promise<void> {
    const pause = (ms: number) => setTimeout(ms, true, { signal: api.stopping, ref: false }).catch(() => false);
    for (let ms = firstAfterMs; await pause(ms); ms = everyMs) {
      // Without Temporal nothing can be said of anybody; `/readyz` has its own word for that.
      await this.round(api).catch((error: unknown) =>
        api.log.debug({ err: error }, 'The autoscalers were not checked'),
      );
    }
  }

  /** The next ones in turn. */
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
      if (notice !== null && before === null) log.warn({ resource: alias, notice }, 'Nobody autoscales this resource');
      if (notice === null && before !== null) log.info({ resource: alias }, 'This resource is autoscaled again');
    });
  }
}
