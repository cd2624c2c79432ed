/** Ordered shutdown: what was started last is stopped first, before a deadline, and nothing keeps running. */
import { setMaxListeners } from 'node:events';
import type { Logger } from './logger.js';

export interface Shutdown {
  /** Aborts when the shutdown begins: every wait should end. */
  readonly stopping: AbortSignal;
  /** Registers something that is stopped on shutdown, before everything that was registered earlier. */
  onStop(what: string, stop: () => Promise<unknown>): void;
  /** Begins the shutdown. Only the first call has an effect. */
  begin(reason: string, exitCode: number): void;
}

interface ShutdownSettings {
  readonly log: Logger;
  readonly deadlineMs: number;
  readonly process: EndedProcess;
  /** The signals that end the process; default: all three. */
  readonly signals?: readonly Ending[];
  /** The exit code after a signal; default: 0. */
  readonly signalExitCode?: number | undefined;
}

/** The process, or an object in place of it where the process outlives what is stopped. */
export type EndedProcess = Pick<NodeJS.Process, 'on'> & { exit(code: number): void };

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type Ending = keyof typeof numbers;
const endings: readonly Ending[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** `npm start` forwards a Ctrl-C that the terminal also sends to this process: both count as one. */
const sameSignalMs = 500;

/**
 * Ends the process on a signal. A second signal ends it at once: the processes that it supervises notice that and end
 * too.
 */
export function installShutdown({
  log,
  deadlineMs,
  process,
  signals = endings,
  signalExitCode = 0,
}: ShutdownSettings): Shutdown {
  const stopping = new AbortController();
  // Every wait adds a listener, at the start also one per resource. Node would report more than ten as a leak.
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
      log.error({ waitingFor: current }, 'Shutdown exceeded its deadline; exiting now');
      process.exit(1);
    }, deadlineMs);
    for (let next = stops.pop(); next; next = stops.pop()) {
      current = next.what;
      await next.stop().catch((error: unknown) => log.error({ err: error }, `Shutdown failed: ${current}`));
    }
    clearTimeout(deadline);
    log.info('Stopped');
    process.exit(exitCode);
  };

  for (const signal of signals) {
    process.on(signal, () => {
      if (!stopping.signal.aborted) begin(signal, signalExitCode);
      else if (performance.now() - begunAtMs > sameSignalMs) process.exit(128 + numbers[signal]);
    });
  }
  return { stopping: stopping.signal, onStop: (what, stop) => stops.push({ what, stop }), begin };
}
