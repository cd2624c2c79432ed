/** One log for everything: lines for people on a terminal, JSON for machines elsewhere. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogLevel, Logger as TemporalLogger } from '@temporalio/common';
import { pino, type Logger } from 'pino';
import { default as pretty } from 'pino-pretty';
import type { ServerSettings } from '../config/server-settings.js';

export type { Logger } from 'pino';

export function createLogger(level: ServerSettings['logLevel']): Logger {
  const options = { level, base: {} };
  return process.stdout.isTTY
    ? pino(options, pretty({ sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' }))
    : pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime });
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
  return new DefaultLogger('TRACE', ({ level, message, meta = {} }) => {
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
