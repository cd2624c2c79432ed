/** Prints backtests side by side. */
import { columns } from '../terminal.js';
import type { BacktestResult } from '../../backtest/simulate.js';

/** Above this number, changes are counted but not listed. */
const listedChanges = 20;

export function renderTable(results: readonly BacktestResult[], names: readonly string[]): string {
  const rows = [
    ['', ...names],
    ['resource', ...results.map(({ resource }) => resource)],
    row('changes', results, ({ changes, scaleUps, scaleDowns }) => `${changes} (${scaleUps} up, ${scaleDowns} down)`),
    row('capacity', results, ({ minCapacity, maxCapacity }) => `${minCapacity} to ${maxCapacity}`),
    row('unit hours', results, ({ unitHours }) => unitHours.toFixed(2)),
    row('too few units for', results, ({ underProvisionedSeconds }) => `${underProvisionedSeconds} s`),
    row('largest backlog', results, ({ largestBacklog }) => largestBacklog?.toFixed(0) ?? '-'),
  ];
  const [only, ...others] = results;
  const list = only && others.length === 0 ? listChanges(only) : [];
  return [...columns(rows), ...list, ''].join('\n');
}

function row(
  label: string,
  results: readonly BacktestResult[],
  cell: (summary: BacktestResult['summary']) => string,
): string[] {
  return [label, ...results.map(({ summary }) => cell(summary))];
}

function listChanges({ changes }: BacktestResult): string[] {
  const lines = changes.slice(0, listedChanges).map(({ seconds, from, to }) => `${seconds} s: ${from} -> ${to}`);
  const more = changes.length - lines.length;
  return lines.length === 0 ? [] : ['', ...lines, ...(more > 0 ? [`and ${more} more`] : [])];
}
