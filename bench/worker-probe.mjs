/**
 * Loaded before a worker (`node --import`). Reports over HTTP the event loop lag since the previous request, and, with
 * `?profileMs=60000`, the time that the main thread spent on metrics in that time.
 */
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

/** The histogram holds times between two ticks of a timer: what is beyond this is lateness. */
const resolution = 10;
const latenessMs = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);

// The threads of the process, where workflow code runs, load this too.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  createServer((request, response) => {
    const profileMs = Number(new URL(request.url, 'http://probe').searchParams.get('profileMs'));
    if (profileMs > 0) {
      void profile(profileMs).then((shares) => response.end(JSON.stringify(shares)));
      return;
    }
    const lag = { p50Ms: delay.percentile(50), p99Ms: delay.percentile(99), maxMs: delay.max };
    response.end(JSON.stringify(Object.fromEntries(Object.entries(lag).map(([name, ns]) => [name, latenessMs(ns)]))));
    delay.reset();
  })
    .listen(Number(process.env.BENCH_LOOP_LAG_PORT), '127.0.0.1')
    .unref();
}

/** The code of metrics: ours, the library's, and the part of the SDK that hands its metrics over. */
const ofMetrics = /\/src\/metrics\/|\/(worker|temporal)-metrics\.js$|\/prom-client\/|\/runtime-metrics\.js$/;

/** In milliseconds. Garbage collection belongs to no function, so it counts as busy only. */
async function profile(profileMs) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await setTimeout(profileMs);
  const { profile: seen } = await session.post('Profiler.stop');
  session.disconnect();
  const spentMs = new Map();
  seen.samples.forEach((id, index) => spentMs.set(id, (spentMs.get(id) ?? 0) + seen.timeDeltas[index] / 1000));
  const nodes = new Map(seen.nodes.map((node) => [node.id, node]));
  const shares = { busyMs: 0, metricsMs: 0 };
  const visit = (node, isMetrics) => {
    const counts = isMetrics || ofMetrics.test(node.callFrame.url);
    const ms = node.callFrame.functionName === '(idle)' ? 0 : (spentMs.get(node.id) ?? 0);
    shares.busyMs += ms;
    if (counts) shares.metricsMs += ms;
    for (const child of node.children ?? []) visit(nodes.get(child), counts);
  };
  visit(seen.nodes[0], false);
  return shares;
}
