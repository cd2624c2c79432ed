/** What keeps a back-test from running, in words for the person who asked for it. */
export class BacktestError extends Error {
  override readonly name = 'BacktestError';
  readonly code = 'BACKTEST_INVALID';
}
