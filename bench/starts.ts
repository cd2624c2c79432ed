/** Starting: POST .../scale, which starts a scale run, beside a bare start of an empty workflow on the same server. */
import { Pool } from 'undici';
import { putUnderLoad, type Performance } from './callers.js';
import { Laboratory } from './laboratory.js';
import type { Log } from './report.js';
import { median } from './statistics.js';

/** So that each takes a second or more. */
const loads = [
  { callers: 1, calls: 100 },
  { callers: 16, calls: 320 },
  { callers: 64, calls: 640 },
] as const;
const warmUp = { callers: 16, calls: 64 };
const callsPerRound = loads.reduce((sum, { calls }) => sum + calls, 0);

/**
 * `door`: no worker polls. Started workflows wait, so both sides put the same load on the server.
 * `atWork`: both sides have a worker, which runs the workflows while more are started. A scale run reads its resource,
 * finds the capacity at the target, and closes. This is more work than an empty workflow, on the same processors.
 */
export type Workload = 'door' | 'atWork';

export interface StartFigures {
  readonly callers: number;
  readonly post: Performance;
  readonly bare: Performance;
  /** Medians of the rounds' own ratios. */
  readonly throughputRatio: number;
  readonly p99Ratio: number;
}

/** Every POST is for a resource of its own, so that each of them is a start. */
export async function measureStarts(workload: Workload, rounds: number, log: Log): Promise<StartFigures[]> {
  const laboratory = await Laboratory.open();
  try {
    const resources = warmUp.calls + rounds * callsPerRound;
    laboratory.sandbox.configure(configuration(await laboratory.sidecarOf(resources, 1), resources));
    const { url } = await laboratory.startApi();
    if (workload === 'atWork') {
      await laboratory.startWorker();
      await laboratory.startEmptyWorker();
    }
    return await inTurn(laboratory, new Pool(url, { connections: 64 }), rounds, log);
  } finally {
    await laboratory.close();
  }
}

async function inTurn(laboratory: Laboratory, http: Pool, rounds: number, log: Log): Promise<StartFigures[]> {
  let posted = 0;
  let started = 0;
  const { workflow } = laboratory.client;
  const post = async (): Promise<boolean> => {
    const path = `/v1/resources/r${posted++}/scale`;
    const headers = { 'Content-Type': 'application/json' };
    const { statusCode, body } = await http.request({ method: 'POST', path, headers, body: '{"targetCapacity": 1}' });
    const text = await body.text();
    const isStarted = statusCode === 202 && text.includes('"started"');
    if (!isStarted && statusCode !== 503) throw new Error(`POST ${path}: ${statusCode} ${text}`);
    return isStarted;
  };
  const start = async (): Promise<boolean> => {
    await workflow.start('empty', { workflowId: `empty:${started++}`, taskQueue: 'empty' });
    return true;
  };

  await putUnderLoad(warmUp, start);
  await putUnderLoad(warmUp, post);
  const measured = loads.map((load) => ({ load, posts: [] as Performance[], bares: [] as Performance[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { load, posts, bares } of measured) {
      await laboratory.untilQuiet();
      bares.push(await putUnderLoad(load, start));
      await laboratory.untilQuiet();
      posts.push(await putUnderLoad(load, post));
      const [bare, ours] = [bares.at(-1)!, posts.at(-1)!];
      log(
        `round ${round}, ${load.callers} callers: bare ${shown(bare)}, POST ${shown(ours)}, ${(ours.perSecond / bare.perSecond).toFixed(2)} of the throughput`,
      );
    }
  }
  await http.close();
  return measured.map(({ load, posts, bares }) => ({
    callers: load.callers,
    post: medians(posts),
    bare: medians(bares),
    throughputRatio: median(posts.map((each, round) => each.perSecond / bares[round]!.perSecond)),
    p99Ratio: median(posts.map((each, round) => each.p99Ms / bares[round]!.p99Ms)),
  }));
}

function medians(performances: readonly Performance[]): Performance {
  return {
    perSecond: median(performances.map(({ perSecond }) => perSecond)),
    p50Ms: median(performances.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(performances.map(({ p99Ms }) => p99Ms)),
    unanswered: median(performances.map(({ unanswered }) => unanswered)),
  };
}

function shown({ perSecond, p99Ms, unanswered }: Performance): string {
  return `${perSecond.toFixed(0)}/s (p99 ${p99Ms.toFixed(0)} ms${unanswered > 0 ? `, ${unanswered} unanswered` : ''})`;
}

/** Every resource is at its target, so no change is made. */
function configuration(url: string, resources: number): string {
  const names = Array.from({ length: resources }, (_, number) => `  r${number}: {}`);
  return `
version: 1
defaults:
  platform: { type: omnistrate, url: "${url}" }
  min: 1
  max: 6
resources:
${names.join('\n')}
`;
}
