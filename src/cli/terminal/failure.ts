/** Errors at the edge of the process: words for the terminal, and a code for the script that started us. */
import { BacktestError } from '../../backtest/backtest-error.js';
import { ConfigError } from '../../config/problem.js';
import { DataDirectoryInUseError } from '../../dev-server/leftover-server.js';
import { PortTakenError } from '../../process/ports.js';
import { BinaryNotFoundError } from '../../dev-server/binary.js';

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
