/**
 * Compares with the real HPA: one kube-apiserver, equally many Deployments for both, the same loads at the same times.
 */
import { setTimeout } from 'node:timers/promises';
import type { ApiClient } from '../test/e2e/api-client.js';
import type { Program } from '../test/support/program.js';
import { HpaCluster, loadOfOne, most, namespace } from './hpa-cluster.js';
import { Laboratory } from './laboratory.js';
import { MetricsServer } from './metrics-server.js';
import { processorSeconds } from './process-figures.js';
import type { Log } from './report.js';
import { median } from './statistics.js';

const deploymentsEach = 50;
/** The load of each Deployment jumps once, from a load for one replica to a load for five. */
const jumpsEach = 10;
const killsEach = 3;
const intervals = { usual: 15, short: 2 } as const;
const measuredForMs = { usual: 4 * intervals.usual * 1000, short: 15 * intervals.short * 1000 };
const settlesForMs = 20_000;
/** The activities of a killed worker may wait for their heartbeat timeout. */
const patienceMs = 90_000;

/** Cost of a process with all its Deployments idle, including its base cost. */
export interface LookCost {
  readonly looks: number;
  readonly processorMsALook: number;
}

export interface Side {
  /** Median time from a jump of the load to the change of the replicas. */
  readonly jumpAt15sMs: number;
  readonly jumpAt2sMs: number;
  /** With a request to evaluate immediately, which the HPA does not support. */
  readonly pushedMs: number | null;
  readonly looksAt15s: LookCost;
  readonly looksAt2s: LookCost;
  /**
   * Median time from SIGKILL, with the process started again at once, to the change for a jump that came with the kill.
   */
  readonly afterKillMs: number;
}

export interface HpaFigures {
  readonly hpa: Side;
  readonly ours: Side;
}

const names = (side: 'hpa' | 'ours') => Array.from({ length: deploymentsEach }, (_, at) => `${side}-${at}`);

export async function compareWithHpa(log: Log): Promise<HpaFigures> {
  const all = [...names('hpa'), ...names('ours')];
  const metrics = await MetricsServer.open();
  for (const name of all) metrics.setLoad(name, loadOfOne);
  const laboratory = await Laboratory.open();
  try {
    const cluster = await HpaCluster.open(all, metrics.securePort);
    log(`${all.length} Deployments are ready`);
    try {
      return await new Bench(metrics, cluster, laboratory, log).run();
    } finally {
      await cluster.close();
    }
  } finally {
    await laboratory.close();
    metrics.close();
  }
}

class Bench {
  /** Deployments that have not jumped yet. */
  readonly #left = { hpa: names('hpa'), ours: names('ours') };

  constructor(
    private readonly metrics: MetricsServer,
    private readonly cluster: HpaCluster,
    private readonly laboratory: Laboratory,
    private readonly log: Log,
  ) {}

  async run(): Promise<HpaFigures> {
    const { cluster, laboratory, log } = this;
    await cluster.autoscale(names('hpa'));
    await cluster.startHpa(intervals.usual);
    await this.#configure(intervals.usual);
    let worker = await laboratory.startWorker();
    const api = await laboratory.startApi();
    await this.#untilLookedAt();
    await setTimeout(settlesForMs);
    const looksAt15s = await this.#measureLooks(measuredForMs.usual);
    log(`processor time a look at ${intervals.usual} s: ${JSON.stringify(looksAt15s)}`);

    await this.#lookEvery(intervals.short, worker);
    const looksAt2s = await this.#measureLooks(measuredForMs.short);
    log(`processor time a look at ${intervals.short} s: ${JSON.stringify(looksAt2s)}`);
    const short = await this.#jump(intervals.short);
    log(`jump to change at ${intervals.short} s: ${JSON.stringify(short)}`);

    await this.#lookEvery(intervals.usual, worker);
    const usual = await this.#jump(intervals.usual);
    log(`jump to change at ${intervals.usual} s: ${JSON.stringify(usual)}`);
    const pushed = await this.#push(api);
    log(`pushed: ${pushed.toFixed(0)} ms`);

    const hpaKill = await this.#kill('hpa', () => cluster.startHpa(intervals.usual));
    const ourKill = await this.#kill('ours', async () => {
      await worker.kill();
      worker = laboratory.sandbox.escapement(['worker'], { ESCAPEMENT_WORKER_PORT: '0' });
    });
    log(`after SIGKILL: ${JSON.stringify({ hpa: hpaKill, ours: ourKill })}`);
    const side = (who: 'hpa' | 'ours') => ({
      ...{ jumpAt15sMs: usual[who], jumpAt2sMs: short[who] },
      ...{ looksAt15s: looksAt15s[who], looksAt2s: looksAt2s[who] },
    });
    return {
      hpa: { ...side('hpa'), pushedMs: null, afterKillMs: hpaKill },
      ours: { ...side('ours'), pushedMs: pushed, afterKillMs: ourKill },
    };
  }

  async #lookEvery(intervalSeconds: number, worker: Program): Promise<void> {
    await this.cluster.startHpa(intervalSeconds);
    await this.#configure(intervalSeconds);
    worker.signal('SIGHUP');
    await setTimeout(settlesForMs);
  }

  async #untilLookedAt(): Promise<void> {
    while (['hpa-', 'ours-'].some((side) => this.metrics.looksAt(side) < deploymentsEach)) await setTimeout(500);
  }

  /** No load changes in this time. Both are measured at the same time, because neither uses much processor time. */
  async #measureLooks(forMs: number): Promise<Record<'hpa' | 'ours', LookCost>> {
    const pids = { hpa: this.cluster.hpaPid, ours: this.laboratory.pidOf('worker') };
    const seen = (side: 'hpa' | 'ours') => ({
      seconds: processorSeconds(pids[side]),
      looks: this.metrics.looksAt(`${side}-`),
    });
    const before = { hpa: seen('hpa'), ours: seen('ours') };
    await setTimeout(forMs);
    const cost = (side: 'hpa' | 'ours') => {
      const { seconds, looks } = seen(side);
      const made = looks - before[side].looks;
      return { processorMsALook: ((seconds - before[side].seconds) * 1000) / made, looks: made };
    };
    return { hpa: cost('hpa'), ours: cost('ours') };
  }

  /** Spread over an interval, so that the jumps occur at every phase between two evaluations. */
  async #jump(intervalSeconds: number): Promise<Record<'hpa' | 'ours', number>> {
    const took = { hpa: [] as Promise<number>[], ours: [] as Promise<number>[] };
    for (let jump = 0; jump < jumpsEach; jump += 1) {
      for (const side of ['hpa', 'ours'] as const) took[side].push(this.#jumpOf(side));
      await setTimeout((intervalSeconds * 1000) / jumpsEach);
    }
    const [hpa, ours] = await Promise.all([Promise.all(took.hpa), Promise.all(took.ours)]);
    return { hpa: median(hpa), ours: median(ours) };
  }

  async #push(api: ApiClient): Promise<number> {
    const took: number[] = [];
    for (let jump = 0; jump < jumpsEach; jump += 1) {
      const name = this.#left.ours[0] ?? '';
      const change = this.#jumpOf('ours');
      const { status } = await api.call(`/v1/resources/${name}/evaluate`, { method: 'POST' });
      if (status >= 300) throw new Error(`POST evaluate returned ${status}`);
      took.push(await change);
    }
    return median(took);
  }

  async #kill(side: 'hpa' | 'ours', restart: () => Promise<void>): Promise<number> {
    const took: number[] = [];
    for (let kill = 0; kill < killsEach; kill += 1) {
      const change = this.#jumpOf(side);
      await restart();
      took.push(await change);
    }
    return median(took);
  }

  /** @returns milliseconds until the replicas were changed. */
  async #jumpOf(side: 'hpa' | 'ours'): Promise<number> {
    const name = this.#left[side].shift();
    if (name === undefined) throw new Error(`no Deployment of ${side} is left to jump`);
    const startedAtMs = performance.now();
    this.metrics.setLoad(name, 5 * loadOfOne);
    return (await this.cluster.changed(name, patienceMs)) - startedAtMs;
  }

  async #configure(intervalSeconds: number): Promise<void> {
    const resources = names('ours').map(
      (name) => `  ${name}:
    autoscale:
      interval: ${intervalSeconds}s
      signals: { load: { type: http-json, url: "${this.metrics.url}/${name}" } }
      policies: [{ type: perUnit, value: load, target: ${loadOfOne} }]`,
    );
    this.laboratory.sandbox.configure(`
version: 1
defaults:
  platform: { type: kubernetes, kubeconfig: "${await this.cluster.kubeconfig()}", namespace: ${namespace} }
  min: 1
  max: ${most}
  step: ${most}
resources:
${resources.join('\n')}
`);
  }
}
