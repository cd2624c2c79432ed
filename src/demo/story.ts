/**
 * The script of the demo: ten emitters overload two analyzers, the autoscaler adds analyzers, the load ends, and it
 * removes them.
 */
import { setTimeout } from 'node:timers/promises';
import { AutoscaleReader } from '../client/autoscale/reader.js';
import { RunReader } from '../client/scale/runs.js';
import type { DemoProduct } from './product.js';
import type { DemoQueue } from './queue.js';
import { bounds, resource } from './spike-config.js';
import { emitterPerSecond, startTraffic, type Traffic } from './traffic.js';
import { clock, type View } from './view.js';

export interface Stage {
  readonly product: DemoProduct;
  readonly queue: DemoQueue;
  readonly view: View;
  readonly spikeSeconds: number;
  readonly stopping: AbortSignal;
}

/** The fields of `get_stats` in the guide. */
export interface Stats {
  readonly currentSize: number;
  readonly scaleUps: number;
  readonly scaleDowns: number;
  readonly inCooldown: boolean;
  readonly largestSize: number;
  readonly deepestQueue: number;
}

const emitters = 10;
const lookEveryMs = 200;
const rememberedDecisions = 10;

/** Returns when the load has ended and the size is back at its start, or when `stopping` aborts. */
export async function playSpike({ product, queue, view, spikeSeconds, stopping }: Stage): Promise<Stats> {
  const units = (): number => product.simulated.at(Date.now()).capacity;
  const traffic = startTraffic(queue, units);
  const autoscale = new AutoscaleReader(product.client);
  const startedAtMs = Date.now();
  let deepestQueue = 0;
  let told = 1;
  try {
    view.say(`${clock(0)}  ${emitters} emitters start: ${emitters * emitterPerSecond} messages a second`);
    traffic.emitters = emitters;
    while (!stopping.aborted) {
      await setTimeout(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined);
      const sizes = sizesOf(product);
      const seconds = (Date.now() - startedAtMs) / 1000;
      for (; told < sizes.length; told += 1) {
        const [before = 0, after = 0] = sizes.slice(told - 1);
        view.say(`${clock(seconds)}  ${before} -> ${after}  ${await whyChanged(autoscale, before, after)}`);
      }
      if (seconds >= spikeSeconds && traffic.emitters > 0) endLoad(traffic, view, seconds);
      const depth = await queue.depth();
      deepestQueue = Math.max(deepestQueue, depth);
      const size = sizes.at(-1) ?? 0;
      view.show({ seconds, depth, units: size, emitters: traffic.emitters, reason: await whyNow(autoscale) });
      if (traffic.emitters === 0 && size === bounds.min && !(await isScaling(product))) break;
    }
  } finally {
    await traffic.stop();
  }
  return { ...(await statsOf(product)), deepestQueue };
}

function endLoad(traffic: Traffic, view: View, seconds: number): void {
  traffic.emitters = 0;
  view.say(`${clock(seconds)}  the load ends`);
}

/** The reason of the scale request. The evaluations after it describe only the progress of the scale run. */
async function whyChanged(autoscale: AutoscaleReader, before: number, after: number): Promise<string> {
  const decisions = (await autoscale.decisions(resource, rememberedDecisions)) ?? [];
  const reasons = decisions.map(({ evaluation }) => evaluation);
  const decided =
    reasons.find(({ capacity, target }) => capacity === before && target === after) ??
    reasons.find(({ target }) => target === after);
  return decided?.reason.split(/; |\. /)[0] ?? '';
}

async function whyNow(autoscale: AutoscaleReader): Promise<string> {
  const { progress } = (await autoscale.view(resource)) ?? {};
  return progress?.problem?.message ?? progress?.evaluation?.reason ?? 'not evaluated yet';
}

/** Also true during the cooldown of the last change. */
async function isScaling({ client }: DemoProduct): Promise<boolean> {
  return (await new RunReader(client).newestSummary(resource))?.isOpen ?? false;
}

async function statsOf(product: DemoProduct): Promise<Omit<Stats, 'deepestQueue'>> {
  const sizes = sizesOf(product);
  const moves = sizes.slice(1).map((size, index) => size - (sizes[index] ?? size));
  return {
    currentSize: sizes.at(-1) ?? 0,
    scaleUps: moves.filter((move) => move > 0).length,
    scaleDowns: moves.filter((move) => move < 0).length,
    inCooldown: await isScaling(product),
    largestSize: Math.max(...sizes),
  };
}

/** Every true size over time, the first one first. */
function sizesOf({ simulated }: DemoProduct): number[] {
  return simulated.truth(Date.now()).map(({ capacity }) => capacity);
}
