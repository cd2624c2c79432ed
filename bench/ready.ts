/** From nothing to the first accepted request: `escapement up` in an empty folder, its Temporal server included. */
import { setTimeout } from 'node:timers/promises';
import { ApiClient } from '../test/e2e/api-client.js';
import { Sandbox } from '../test/e2e/sandbox.js';
import type { Log } from './report.js';
import { median } from './statistics.js';

const betweenAttemptsMs = 20;

export async function measureReadiness(rounds: number, log: Log): Promise<number> {
  const tookMs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    tookMs.push(await measureOnce());
    log(`round ${round}: ${tookMs.at(-1)!.toFixed(0)} ms`);
  }
  return median(tookMs);
}

async function measureOnce(): Promise<number> {
  const sandbox = await Sandbox.create();
  try {
    const startedAtMs = performance.now();
    const program = sandbox.escapement(['up']);
    const api = new ApiClient(`http://127.0.0.1:${sandbox.env.PORT ?? ''}`);
    for (;;) {
      if (program.hasEnded) throw new Error(`escapement up ended:\n${program.output}`);
      // The port is closed or the process is not ready yet: retry.
      const answer = await api.scale('worker', { targetCapacity: 2 }).catch(() => undefined);
      if (answer?.status === 202) break;
      await setTimeout(betweenAttemptsMs);
    }
    const tookMs = performance.now() - startedAtMs;
    program.signal('SIGTERM');
    await program.ended;
    return tookMs;
  } finally {
    await sandbox.close();
  }
}
