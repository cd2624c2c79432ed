/**
 * What the SDK of the worker needs of this process: its connection, and where its log goes. Only who runs a worker loads
 * it: it brings native code along, which takes 10 MB and a tenth of a second.
 */
import type { LogLevel, Logger as TemporalLogger } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { type TemporalSettings, firstLineOf } from '../client/temporal/connection.js';

const mostBetweenAttemptsMs = 5000;

/** For workers: waits for a server that is not there yet, for as long as it takes. Rejects only when `signal` aborts. */
export async function connectWorker(
  { address, options }: TemporalSettings,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<NativeConnection> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await NativeConnection.connect({ ...options, address });
    } catch (error) {
      log.warn({ address, attempt, reason: firstLineOf(error) }, 'Temporal cannot be reached; trying again');
      await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), signal);
    }
  }
}

/**
 * Has the Temporal SDK, its native core included, write to our log, and leaves the signals to our own ordered shutdown.
 * Once a process, before the first connection.
 */
export function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

/** What the SDK calls news (a worker changed its state) is detail here; what workflows and activities log is not. */
export function temporalLogger(log: Logger): TemporalLogger {
  // For each line that it may say the SDK asks its native core for the time, several times a heartbeat.
  const said = (Object.keys(pinoLevels) as LogLevel[]).find((level) => log.isLevelEnabled(pinoLevels[level]));
  return new DefaultLogger(said ?? 'ERROR', ({ level, message, meta = {} }) => {
    const { sdkComponent, error, ...details } = meta as Record<string, unknown>;
    const isOurs = sdkComponent === 'workflow' || sdkComponent === 'activity';
    const fields = {
      ...(isOurs ? ours(details) : details),
      ...(error === undefined ? {} : { err: error }),
      sdkComponent,
    };
    log[!isOurs && level === 'INFO' ? 'debug' : pinoLevels[level]](fields, message);
  });
}

const pinoLevels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/** Of the dozen fields the SDK adds to a line of a workflow or an activity, those that help a reader. */
function ours(details: Record<string, unknown>): Record<string, unknown> {
  const noise = ['namespace', 'taskQueue', 'taskToken', 'isLocal', 'firstExecutionRunId'];
  return Object.fromEntries(Object.entries(details).filter(([name]) => !noise.includes(name)));
}
