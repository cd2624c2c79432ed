/** What the terminal and the shell see: texts for the help, tables, errors in words, exit codes. */
import { BacktestError } from '../backtest/trace.js';
import { ConfigError } from '../config/problem.js';
import { DataDirectoryInUseError } from '../dev-server/leftover-server.js';
import { PortTakenError } from '../process/ports.js';
import { BinaryNotFoundError } from '../dev-server/binary.js';

/** 2: something that was configured is wrong, and starting again will not help. 1: everything else. */
export const exitCodes = { failed: 1, badConfiguration: 2 } as const;

export function exitCodeOf(error: unknown): number {
  const isForTheUser = error instanceof ConfigError || error instanceof BacktestError;
  return isForTheUser ? exitCodes.badConfiguration : exitCodes.failed;
}

/** Without the stack where the message says it all. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const explained = [BacktestError, ConfigError, DataDirectoryInUseError, PortTakenError, BinaryNotFoundError];
  if (error instanceof ConfigError) return `The configuration is wrong:\n${error.message}`;
  return explained.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}

/** A table for a terminal: one line a row, every column as wide as its widest cell. All rows have as many cells. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Paragraphs for the help of a command, which wraps them to the width of the terminal: a line break of the source is none. */
export function prose(text: string): string {
  const paragraphs = text.trim().split('\n\n');
  return paragraphs.map((paragraph) => paragraph.replaceAll('\n', ' ')).join('\n\n');
}
