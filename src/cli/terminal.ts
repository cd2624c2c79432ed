/** Texts on the terminal: help, tables, errors in words, exit codes. */
import { BacktestError } from '../backtest/trace.js';
import { ExportError } from '../exporters/exporter.js';
import { ImportError } from '../importers/importer.js';
import { ConfigError } from '../config/problem.js';
import { DataDirectoryInUseError } from '../dev-server/leftover-server.js';
import { PortTakenError } from '../process/ports.js';
import { BinaryNotFoundError } from '../dev-server/binary.js';
import { EscapementError } from '../library/escapement-error.js';

/**
 * 1: every failure without a number of its own. 2: the configuration or another input is invalid, and a restart does not
 * help. 3 and 4: the answers of `evaluate`, and 3 an import or an export that is not complete. 5: `diff` has found a
 * difference.
 */
export const exitCodes = {
  failed: 1,
  badConfiguration: 2,
  noChange: 3,
  notCarriedOver: 3,
  refused: 4,
  wouldChange: 5,
} as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof EscapementError) return exitCodeOfAnswer(error);
  const isForTheUser = [ConfigError, BacktestError, ImportError, ExportError].some((kind) => error instanceof kind);
  return isForTheUser ? exitCodes.badConfiguration : exitCodes.failed;
}

/** 409 and 422 refuse a valid request; the other statuses from 400 say that it cannot be understood or is not allowed. */
function exitCodeOfAnswer({ status }: EscapementError): number {
  if (status === 409 || status === 422) return exitCodes.refused;
  return status !== null && status >= 400 && status < 500 ? exitCodes.badConfiguration : exitCodes.failed;
}

/** Without the stack when the message is sufficient. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const explained = [
    BacktestError,
    ImportError,
    ExportError,
    ConfigError,
    DataDirectoryInUseError,
    PortTakenError,
    BinaryNotFoundError,
    EscapementError,
  ];
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
