/** Loaded before a worker (`node --import`). Reports over HTTP the event loop lag since the previous request. */
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** The histogram holds times between two ticks of a timer: what is beyond this is lateness. */
const resolution = 10;
const latenessMs = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);

// The threads of the process, where workflow code runs, load this too.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  createServer((_request, response) => {
    const lag = { p50Ms: delay.percentile(50), p99Ms: delay.percentile(99), maxMs: delay.max };
    response.end(JSON.stringify(Object.fromEntries(Object.entries(lag).map(([name, ns]) => [name, latenessMs(ns)]))));
    delay.reset();
  })
    .listen(Number(process.env.BENCH_LOOP_LAG_PORT), '127.0.0.1')
    .unref();
}
