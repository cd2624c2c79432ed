/** One log for everything: lines for people on a terminal, JSON for machines elsewhere. */
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
