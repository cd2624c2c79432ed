/**
 * Many idle autoscaled resources on one worker: the cost of the watches, and the number at which the worker is late.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { autoscaleWorkflowId, autoscaleWorkflowType } from '../workflows/autoscale/messages.js';
import { freePorts } from '../scripts/services/free-ports.js';
import type { Program } from '../test/support/program.js';
import { Laboratory } from './laboratory.js';
import { processorSeconds, residentMb } from './process-figures.js';
import type { Log } from './report.js';

const intervalMs = 15_000;
const scrapeEveryMs = 15_000;
/** Every watch evaluates four times in this time. */
const measuredForMs = 4 * intervalMs;
/** A pause before the measurement, because starting the watches costs more than running them. */
const settlesForMs = 2 * intervalMs;
/** Maximum event loop lag. Beyond it, the worker is late for all its work. */
const mostLagMs = 100;

export interface WatchFigures {
  readonly watches: number;
  /** Shares of one processor core. */
  readonly workerCpu: number;
  readonly serverCpu: number;
  readonly sidecarCpu: number;
  readonly workerMb: number;
  readonly serverMb: number;
  readonly databaseMb: number;
  /** In the history of one resource, and how many of them came while it was watched. */
  readonly events: number;
  readonly newEvents: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  /** Share of the expected evaluations that were made in the measured time. */
  readonly looksMade: number;
  /** Of one processor core, while the metrics are collected every 15 s. */
  readonly metricsCpu: number;
  /** Size of one page of metrics. */
  readonly metricsMb: number;
}

export interface WatchSettings {
  readonly watches: number;
  /** Doubled, or this: until the event loop of the worker is late. */
  readonly growTo: number;
}

export async function measureWatches({ watches, growTo }: WatchSettings, log: Log): Promise<WatchFigures[]> {
  const laboratory = await Laboratory.open();
  try {
    const sidecarUrl = await laboratory.sidecarOf(Math.max(watches, growTo), 2);
    const [lagPort = 0] = await freePorts(1);
    laboratory.sandbox.configure(configuration(sidecarUrl, watches));
    const env = {
      NODE_OPTIONS: `--import ${fileURLToPath(new URL('./worker-probe.mjs', import.meta.url))}`,
      BENCH_LOOP_LAG_PORT: String(lagPort),
    };
    const worker = await laboratory.startWorker(env);
    const figures: WatchFigures[] = [];
    for (let next = watches; ; next = Math.min(next * 2, growTo)) {
      if (next > watches) {
        laboratory.sandbox.configure(configuration(sidecarUrl, next));
        worker.signal('SIGHUP');
      }
      await untilWatched(laboratory, next, log);
      figures.push(await measure(laboratory, { watches: next, lagPort, sidecarUrl }));
      log(JSON.stringify(figures.at(-1)));
      if (next < growTo && figures.at(-1)!.lagP99Ms <= mostLagMs) continue;
      log(JSON.stringify(await restart(laboratory, worker, { watches: next, sidecarUrl, env })));
      return figures;
    }
  } finally {
    await laboratory.close();
  }
}

/** And until what it took to get there is over. */
async function untilWatched({ client }: Laboratory, watches: number, log: Log): Promise<void> {
  const startedAtMs = performance.now();
  const query = `WorkflowType = '${autoscaleWorkflowType}' AND ExecutionStatus = 'Running'`;
  for (;;) {
    const { count } = await client.workflow.count(query);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0);
    if (count >= watches) {
      log(`${watches} watches are started after ${seconds} s; measuring ...`);
      break;
    }
    log(`${count} of ${watches} watches after ${seconds} s`);
    await setTimeout(5000);
  }
  await setTimeout(settlesForMs);
}

interface Measured {
  readonly watches: number;
  readonly lagPort: number;
  readonly sidecarUrl: string;
}

async function measure(laboratory: Laboratory, { watches, lagPort, sidecarUrl }: Measured): Promise<WatchFigures> {
  const { client, sandbox } = laboratory;
  const pids = {
    worker: laboratory.pidOf('worker'),
    server: laboratory.serverPid,
    sidecar: laboratory.pidOf('simulator'),
  };
  const lengthOf = async (number: number): Promise<number> =>
    (await client.workflow.getHandle(autoscaleWorkflowId(`r${number}`)).describe()).historyLength;
  const lag = async () => lagSchema.parse(await (await fetch(`http://127.0.0.1:${lagPort}`)).json());
  const spent = () => ({
    worker: processorSeconds(pids.worker),
    server: processorSeconds(pids.server),
    sidecar: processorSeconds(pids.sidecar),
  });

  const eventsBefore = await lengthOf(0);
  const looksBefore = await callsOf(sidecarUrl);
  await lag();
  const before = spent();
  const startedAtMs = performance.now();
  await setTimeout(measuredForMs);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = spent();
  const { p50Ms, p99Ms, maxMs } = await lag();
  const looks = (await callsOf(sidecarUrl)) - looksBefore;
  const events = await lengthOf(0);
  const metrics = await measureMetrics(laboratory, lagPort);
  return {
    ...metrics,
    watches,
    workerCpu: (after.worker - before.worker) / seconds,
    serverCpu: (after.server - before.server) / seconds,
    sidecarCpu: (after.sidecar - before.sidecar) / seconds,
    workerMb: residentMb(pids.worker),
    serverMb: residentMb(pids.server),
    databaseMb: statSync(join(sandbox.folder, 'temporal', 'temporal.db')).size / 1e6,
    events,
    newEvents: events - eventsBefore,
    lagP50Ms: p50Ms,
    lagP99Ms: p99Ms,
    lagMaxMs: maxMs,
    looksMade: looks / ((watches * seconds * 1000) / intervalMs),
  };
}

/** In a minute after the other measurements, because the profiler takes time itself. */
async function measureMetrics({ workerUrl }: Laboratory, lagPort: number) {
  const profiling = fetch(`http://127.0.0.1:${lagPort}/?profileMs=${measuredForMs}`);
  let page = '';
  for (let scrape = 0; scrape < measuredForMs / scrapeEveryMs; scrape++) {
    page = await (await fetch(`${workerUrl}/metrics`)).text();
    await setTimeout(scrapeEveryMs);
  }
  const { metricsMs } = profileSchema.parse(await (await profiling).json());
  return { metricsCpu: metricsMs / measuredForMs, metricsMb: page.length / 1e6 };
}

interface Restarted {
  /** From the end of the worker until as many evaluations were made as there are watches. */
  readonly lookedAgainAfterSeconds: number;
  /** In the histories of the first hundred. */
  readonly newEvents: number;
}

async function restart(
  laboratory: Laboratory,
  worker: Program,
  { watches, sidecarUrl, env }: { watches: number; sidecarUrl: string; env: NodeJS.ProcessEnv },
): Promise<Restarted> {
  const events = async () => {
    const each = Array.from({ length: Math.min(watches, 100) }, (_, number) =>
      laboratory.client.workflow.getHandle(autoscaleWorkflowId(`r${number}`)).describe(),
    );
    return (await Promise.all(each)).reduce((sum, { historyLength }) => sum + historyLength, 0);
  };
  const before = await events();
  worker.signal('SIGTERM');
  await worker.ended;
  const looksBefore = await callsOf(sidecarUrl);
  const startedAtMs = performance.now();
  await laboratory.startWorker(env);
  while ((await callsOf(sidecarUrl)) - looksBefore < watches) await setTimeout(500);
  const lookedAgainAfterSeconds = Math.round((performance.now() - startedAtMs) / 1000);
  await setTimeout(settlesForMs);
  return { lookedAgainAfterSeconds, newEvents: (await events()) - before };
}

const profileSchema = z.object({ busyMs: z.number(), metricsMs: z.number() });
const lagSchema = z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() });
const logSchema = z.object({ calls: z.array(z.object({ call: z.number() })) });

/** The log keeps the last ones; each has its number. */
async function callsOf(sidecarUrl: string): Promise<number> {
  const { calls } = logSchema.parse(await (await fetch(`${sidecarUrl}/log`)).json());
  return calls.at(-1)?.call ?? 0;
}

/** Always as they should be. */
function configuration(url: string, resources: number): string {
  const names = Array.from({ length: resources }, (_, number) => `  r${number}: {}`);
  return `
version: 1
defaults:
  platform: { type: omnistrate, url: "${url}" }
  min: 1
  max: 6
  autoscale:
    interval: ${intervalMs / 1000}s
    signals: { depth: { type: constant, value: 30 } }
    policies: [{ type: thresholds, value: depth, up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }]
resources:
${names.join('\n')}
`;
}
