/**
 * What the worker SDK needs from this process: its connection, and the destination of its log. Only code that runs a
 * worker imports it: it loads native code, which takes 10 MB and a tenth of a second.
 */
import type { LogLevel, Logger as TemporalLogger } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from '../process/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { TemporalMetrics } from './temporal-metrics.js';
import { Outage, remindEveryMs } from '../process/outage.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { type TemporalSettings, firstLineOf } from '../client/temporal/connection.js';

const mostBetweenAttemptsMs = 5000;

/** For workers: waits without limit for a server that is not running yet. Rejects only when `signal` aborts. */
export async function connectWorker(
  { address, options }: TemporalSettings,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<NativeConnection> {
  const words = { fails: 'Temporal is unreachable; retrying', worksAgain: 'Temporal is reachable again' };
  const outage = new Outage({ log, fields: { address }, words, remindEveryMs });
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      const connection = await NativeConnection.connect({ ...options, address });
      outage.works();
      return connection;
    } catch (error) {
      outage.fails({ reason: firstLineOf(error) });
      await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), signal);
    }
  }
}

/**
 * Makes the Temporal SDK, including its native core, write to this process's log and metrics, and leave signal handling
 * to the shutdown of this process. Call it before the first connection. A later call in the same process has no effect
 * while the SDK still runs.
 */
export function installTemporalRuntime(log: Logger, metrics?: Metrics): void {
  const temporal = metrics && new TemporalMetrics(metrics, log);
  try {
    Runtime.install({
      logger: temporalLogger(log),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        ...(temporal && { metrics: { buffer: temporal.buffer } }),
      },
    });
  } catch (error) {
    if (!isInstalled) throw error;
    return;
  }
  isInstalled = true;
  temporal?.start();
}

let isInstalled = false;

/**
 * Logs the SDK's info messages (such as a state change of a worker) and its retries at debug level; messages of
 * workflows and activities keep their level.
 */
export function temporalLogger(log: Logger): TemporalLogger {
  // For each line that it may log, the SDK asks its native core for the time, several times per heartbeat.
  const said = (Object.keys(pinoLevels) as LogLevel[]).find((level) => log.isLevelEnabled(pinoLevels[level]));
  return new DefaultLogger(said ?? 'ERROR', ({ level, message, meta = {} }) => {
    const { sdkComponent, error, ...details } = meta as Record<string, unknown>;
    const isOurs = sdkComponent === 'workflow' || sdkComponent === 'activity';
    const fields = {
      ...(isOurs ? ours(details) : details),
      ...(error === undefined ? {} : { err: error }),
      sdkComponent,
    };
    const isDetail = !isOurs && (level === 'INFO' || details['target'] === pollRetries);
    log[isDetail ? 'debug' : pinoLevels[level]](fields, message);
  });
}

/** The core logs each retry of each of its dozen polls. PollWatch logs once that the worker is not polling. */
const pollRetries = 'temporalio_client::retry';

const pinoLevels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/** The fields that help a reader, of the dozen that the SDK adds to a line of a workflow or an activity. */
function ours(details: Record<string, unknown>): Record<string, unknown> {
  const noise = [
    'namespace',
    'taskQueue',
    'taskToken',
    'isLocal',
    'firstExecutionRunId',
    'workflowType',
    'trace_flags',
  ];
  return Object.fromEntries(Object.entries(details).filter(([name]) => !noise.includes(name)));
}
