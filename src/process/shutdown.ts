/** An end in order: what was started last is stopped first, within a time, and nothing is left behind. */
import { setMaxListeners } from 'node:events';
import type { Logger } from './logger.js';

export interface Shutdown {
  /** Aborts when the end begins: whoever waits for something should stop waiting. */
  readonly stopping: AbortSignal;
  /** To be stopped at the end, before all that was registered earlier. */
  onStop(what: string, stop: () => Promise<unknown>): void;
  /** Begins the end, once. */
  begin(reason: string, exitCode: number): void;
}

interface ShutdownSettings {
  readonly log: Logger;
  readonly deadlineMs: number;
  /** The process, but for tests. */
  readonly process: Pick<NodeJS.Process, 'on'> & { exit(code: number): void };
  /** Those that end it; default: all three. */
  readonly signals?: readonly Ending[];
}

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type Ending = keyof typeof numbers;
const endings: readonly Ending[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** `npm start` passes on the Ctrl-C that the terminal has sent to us as well: that is one, not two. */
const sameSignalMs = 500;

/** Ends the process on a signal. A second one ends it at once: whatever it supervises notices and ends too. */
export function installShutdown({ log, deadlineMs, process, signals = endings }: ShutdownSettings): Shutdown {
  const stopping = new AbortController();
  // Everything that waits for something listens, each resource at the start too; Node would take more than ten for a leak.
  setMaxListeners(0, stopping.signal);
  const stops: { readonly what: string; readonly stop: () => Promise<unknown> }[] = [];
  let begunAtMs = 0;

  const begin = (reason: string, exitCode: number): void => {
    if (stopping.signal.aborted) return;
    begunAtMs = performance.now();
    log.info({ reason }, 'Stopping; press Ctrl-C again to stop at once');
    stopping.abort();
    void stopInOrder(exitCode);
  };

  const stopInOrder = async (exitCode: number): Promise<void> => {
    let current = '';
    const deadline = setTimeout(() => {
      log.error({ waitingFor: current }, 'Stopping took too long; ending now');
      process.exit(1);
    }, deadlineMs);
    for (let next = stops.pop(); next; next = stops.pop()) {
      current = next.what;
      await next.stop().catch((error: unknown) => log.error({ err: error }, `Stopping failed: ${current}`));
    }
    clearTimeout(deadline);
    log.info('Stopped');
    process.exit(exitCode);
  };

  for (const signal of signals) {
    process.on(signal, () => {
      if (!stopping.signal.aborted) begin(signal, 0);
      else if (performance.now() - begunAtMs > sameSignalMs) process.exit(128 + numbers[signal]);
    });
  }
  return { stopping: stopping.signal, onStop: (what, stop) => stops.push({ what, stop }), begin };
}
