/** What the commands for a running Escapement print: a table for a person, or the answer as data. */
import { styleText } from 'node:util';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { columns } from '../terminal.js';

export interface OutputOptions {
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
  readonly json?: true;
}

export function withOutput(command: Command): Command {
  const formats = ['table', 'wide', 'json', 'yaml'];
  return command
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(formats).default('table'))
    .option('--json', 'the same as -o json');
}

/** @param text of a person's table; `isWide` asks for every column. */
export function print(answer: unknown, { output, json }: OutputOptions, text: (isWide: boolean) => string): void {
  if (json || output === 'json') console.log(JSON.stringify(answer));
  else if (output === 'yaml') process.stdout.write(stringify(answer));
  else console.log(text(output === 'wide'));
}

/** @param head the names of the columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first = '', ...others] = columns([head, ...rows]);
  return [styled('bold', first), ...others].join('\n');
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Only on a terminal, and never with NO_COLOR. */
export function styled(style: Style, text: string): string {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return isColoured ? styleText(style, text) : text;
}

/** `12:04:31`, or with the date if it is another day. */
export function clock(iso: string | null, now = new Date()): string {
  if (iso === null) return '';
  const at = new Date(iso);
  const [date, time] = [at.toLocaleDateString('sv'), at.toLocaleTimeString('sv')];
  return date === now.toLocaleDateString('sv') ? time : `${date} ${time}`;
}

/** The end of a pause or an override; empty if it lasts until it is removed. */
export function untilText(until: string | null): string {
  return until === null ? '' : ` until ${clock(until)}`;
}

const bars = '▁▂▃▄▅▆▇█';
/** As many columns as the API has points for an hour. */
const sparkColumns = 30;

/** The last hour of a line of `[seconds since the epoch, value]`, each value valid until the next point. */
export function sparkline(points: readonly (readonly [number, number | null])[], nowMs = Date.now()): string {
  const values = points.flatMap(([, value]) => value ?? []);
  if (values.length === 0) return '';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const startSeconds = nowMs / 1000 - 3600;
  return Array.from({ length: sparkColumns }, (_, column) => {
    const untilSeconds = startSeconds + ((column + 1) * 3600) / sparkColumns;
    const value = points.findLast(([seconds]) => seconds <= untilSeconds)?.[1];
    if (value === undefined || value === null) return ' ';
    return bars[high === low ? 0 : Math.round(((value - low) / (high - low)) * (bars.length - 1))];
  }).join('');
}
