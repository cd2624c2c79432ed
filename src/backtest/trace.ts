/** A recorded signal: a CSV file with the header `time,value`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileErrorCode, formatProblem, type ConfigProblem } from '../config/problem.js';

/** Why a backtest cannot run. */
export class BacktestError extends Error {
  override readonly name = 'BacktestError';
  readonly code = 'BACKTEST_INVALID';

  constructor(
    readonly told: Omit<ConfigProblem, 'path'>,
    options?: ErrorOptions,
  ) {
    super(formatProblem({ ...told, path: '' }), options);
  }
}

type Place = Pick<ConfigProblem, 'file' | 'line'>;

/** Sorted by time. A value that is not finite means "no data" at that time. */
export interface Trace {
  /** The file name as the user gave it, for messages. */
  readonly file: string;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}

/** @throws BacktestError with file and line */
export async function readTrace(file: string, cwd: string): Promise<Trace> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    const problem = `cannot be read (${fileErrorCode(error)})`;
    throw new BacktestError({ file, problem, fix: 'check the path and the permissions' });
  });
  return parseTrace(text, file);
}

/** @throws BacktestError with file and line */
export function parseTrace(text: string, file: string): Trace {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (!/^\s*time\s*,\s*value\s*$/i.test(header)) {
    throw new BacktestError({ file, line: 1, problem: 'the first line must be "time,value"' });
  }
  const timesMs: number[] = [];
  const values: number[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const place = { file, line: index + 2 };
    const comma = line.indexOf(',');
    if (comma < 0) throw new BacktestError({ ...place, problem: `"${line}" has no comma`, fix: 'write time,value' });
    const timeMs = parseTime(line.slice(0, comma).trim(), place);
    if (timeMs < (timesMs.at(-1) ?? -Infinity)) {
      const problem = 'the time is earlier than on the line before';
      throw new BacktestError({ ...place, problem, fix: 'sort the file by time' });
    }
    timesMs.push(timeMs);
    values.push(parseValue(line.slice(comma + 1).trim(), place));
  });
  if (timesMs.length === 0)
    throw new BacktestError({ file, problem: 'contains no samples', fix: 'add lines such as 0,12' });
  return { file, timesMs, values };
}

const isoPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/;

/** Seconds, or ISO 8601; a time without a zone is UTC. */
function parseTime(text: string, place: Place): number {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const match = isoPattern.exec(text);
  const isClock = text.length > 'yyyy-mm-dd'.length;
  const timeMs = match ? Date.parse(isClock && match.groups?.zone === undefined ? `${text}Z` : text) : NaN;
  if (Number.isNaN(timeMs)) {
    const fix = 'write seconds, or 2026-01-31T09:00:00Z';
    throw new BacktestError({ ...place, problem: `"${text}" is not a time`, fix });
  }
  return timeMs;
}

function parseValue(text: string, place: Place): number {
  if (text === '' || /^(?:nan|[+-]?inf(?:inity)?)$/i.test(text)) return NaN;
  const value = Number(text);
  if (Number.isNaN(value) || /^0[xbo]/i.test(text)) {
    throw new BacktestError({ ...place, problem: `"${text}" is not a number`, fix: 'leave it empty for no data' });
  }
  return value;
}
