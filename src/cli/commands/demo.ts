/** `escapement demo`: a traffic spike on simulated units. */
import { Command } from 'commander';
import { playDemo } from '../../demo/demo.js';
import { createLogger } from '../../process/logger.js';
import { installShutdown } from '../../process/shutdown.js';
import { count } from '../arguments.js';
import { exitCodeOf, explain, prose } from '../terminal.js';

const deadlineMs = 10_000;

export function demoCommand(): Command {
  return new Command('demo')
    .summary('watch a simulated traffic spike for about a minute')
    .description(
      prose(`
Simulates a traffic spike in the terminal: the load rises and falls, the capacity follows it, and each step is shown with
its reason. Temporal, a worker and a simulated sidecar run in this process, with a temporary folder that is removed at the
end; nothing real is scaled. If a Redis server answers at REDIS_URL, the queue is a list in it. It prints a story for a
person, so there is no --json.

Exit code 0: the demo is over, or was ended with Ctrl-C; 1: failed.`),
    )
    .option('--spike-seconds <seconds>', 'how long the load rises', count, 25)
    .action(demo);
}

async function demo({ spikeSeconds }: { spikeSeconds: number }): Promise<void> {
  const log = createLogger('error');
  const shutdown = installShutdown({ log, deadlineMs, process });
  try {
    await playDemo({ log, shutdown }, spikeSeconds);
    shutdown.begin('The demo is over', 0);
  } catch (error) {
    // An error during the shutdown after Ctrl-C is not a failure.
    if (!shutdown.stopping.aborted) console.error(explain(error));
    shutdown.begin('The demo failed', exitCodeOf(error));
  }
}
