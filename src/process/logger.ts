/** One log for the whole process: readable lines on a terminal, JSON elsewhere. */
import { pino, type Logger } from 'pino';
import { default as pretty } from 'pino-pretty';
import type { ServerSettings } from '../config/environment/process.js';

export type { Logger } from 'pino';

export type Output = typeof process.stdout | typeof process.stderr;

/**
 * @param fields of each line, in addition to its own. Absent: none.
 * @param output standard error for a command whose answer goes to standard output.
 */
export function createLogger(
  level: ServerSettings['logLevel'],
  fields?: () => Record<string, string>,
  output: Output = process.stdout,
): Logger {
  const formatters = { level: (name: string) => ({ level: name }) };
  const options = { level, base: {}, formatters, ...(fields && { mixin: fields }) };
  if (output.isTTY) {
    return pino(
      options,
      pretty({
        destination: output.fd,
        sync: true,
        ignore: 'pid,hostname',
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss.l',
      }),
    );
  }
  return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, linesTo(output));
}

/**
 * Lines are dropped when the reader of the output has gone. Pino's own stream would retry the last line without end.
 */
function linesTo(output: Output): { write(line: string): void } {
  output.on('error', () => undefined);
  return { write: (line) => void output.write(line) };
}
