/** Progress lines and result tables for people. */

/** A line of progress. */
export type Log = (line: string) => void;

/** A table in Markdown, readable on a terminal as well. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, head.map(() => '---'), ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return cells.map(line).join('\n');
}
