/** Texts on the terminal: help, tables, errors in words, exit codes. */
import { BacktestError } from '../backtest/trace.js';
import { ConfigError } from '../config/problem.js';
import { DataDirectoryInUseError } from '../dev-server/leftover-server.js';
import { PortTakenError } from '../process/ports.js';
import { BinaryNotFoundError } from '../dev-server/binary.js';

/** 2: the configuration is invalid, and a restart does not help. 1: every other failure. */
export const exitCodes = { failed: 1, badConfiguration: 2 } as const;

export function exitCodeOf(error: unknown): number {
  const isForTheUser = error instanceof ConfigError || error instanceof BacktestError;
  return isForTheUser ? exitCodes.badConfiguration : exitCodes.failed;
}

/** Without the stack when the message is sufficient. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const explained = [BacktestError, ConfigError, DataDirectoryInUseError, PortTakenError, BinaryNotFoundError];
  if (error instanceof ConfigError) return `The configuration is invalid:\n${error.message}`;
  return explained.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}

/**
 * A table for a terminal: one line per row, every column as wide as its widest cell. All rows have the same number of
 * cells.
 */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * Paragraphs for the help of a command, which is wrapped to the width of the terminal: single line breaks of the source
 * are removed.
 */
export function prose(text: string): string {
  const paragraphs = text.trim().split('\n\n');
  return paragraphs.map((paragraph) => paragraph.replaceAll('\n', ' ')).join('\n\n');
}
