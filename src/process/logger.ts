/** One log for the whole process: readable lines on a terminal, JSON elsewhere. */
import { pino, type Logger } from 'pino';
import { default as pretty } from 'pino-pretty';
import type { ServerSettings } from '../config/environment/process.js';

export type { Logger } from 'pino';

/** @param fields of each line, in addition to its own. Absent: none. */
export function createLogger(level: ServerSettings['logLevel'], fields?: () => Record<string, string>): Logger {
  const formatters = { level: (name: string) => ({ level: name }) };
  const options = { level, base: {}, formatters, ...(fields && { mixin: fields }) };
  if (process.stdout.isTTY) {
    return pino(
      options,
      pretty({ sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' }),
    );
  }
  return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, standardOutput());
}

/**
 * Lines are dropped when the reader of the output has gone. Pino's own stream would retry the last line without end.
 */
function standardOutput(): { write(line: string): void } {
  process.stdout.on('error', () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}
