/** An autoscaler for a pool of workers in the process that imports the library. */
import type { AutoscalerOptions } from '../pool/options.js';
import type { RunningAutoscaler } from '../pool/running.js';
import { type AutoscalerStats, stoppedStats } from '../pool/stats.js';
import { EscapementError } from './escapement-error.js';

/**
 * Adjusts the size of a pool to the length of a queue, with the rules of the queue-backpressure guide. It needs a Temporal
 * server, and no server of Escapement: the worker runs in this process.
 *
 * A change is sent once, whatever crashes. Temporal keeps the cooldown and the decisions across restarts. The pool itself
 * begins again with the size that the program gives it.
 */
export class Autoscaler {
  readonly #options: AutoscalerOptions;
  #starting: Promise<RunningAutoscaler> | undefined;
  #running: RunningAutoscaler | undefined;

  constructor(options: AutoscalerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when Temporal has answered and the worker has been started. A second call has no effect until `stop`.
   * @throws ConfigError if an option is invalid; EscapementError `temporal-unavailable` if Temporal does not answer.
   */
  async start(): Promise<void> {
    this.#starting ??= this.#start();
    try {
      this.#running = await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  /**
   * Resolves when no function of the program is called any more: a resize in progress has up to 5 s to end. The pool keeps
   * its size. `start` continues later, also in another process.
   */
  async stop(): Promise<void> {
    const running = await this.#starting?.catch(() => undefined);
    await running?.stop();
    this.#starting = undefined;
    this.#running = undefined;
  }

  /** What the autoscaler does now. Never fails, and calls nothing. */
  stats(): AutoscalerStats {
    return this.#running?.stats() ?? stoppedStats;
  }

  /** Loads the worker only here: it has native code, which a program that only imports the client does not need. */
  async #start(): Promise<RunningAutoscaler> {
    const { startAutoscaler } = await import('../pool/running.js');
    const started = await startAutoscaler(this.#options);
    if ('running' in started) return started.running;
    const fix =
      'Start one with "temporal server start-dev", or give the address of yours in temporal or TEMPORAL_ADDRESS.';
    const detail = `${started.unavailable}. ${fix}`;
    throw new EscapementError('urn:escapement:problem:temporal-unavailable', 'Temporal is unavailable', detail, null);
  }
}
