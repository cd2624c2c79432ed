/**
 * Parses metrics as text: the Prometheus text format (0.0.4, and 1.0.0 with quoted names) and OpenMetrics 1.0.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import { AdapterError } from '../../net/errors.js';

/** One line: the value of one series. Histograms and summaries are series too: `_bucket`, `_sum`, `_count`. */
export interface Point {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** The timestamp on the line, in milliseconds since the epoch. */
  readonly atMs?: number;
}

export type ExpositionFormat = 'prometheus' | 'openMetrics';

/**
 * The points of the wanted names, in the order of the text. Of any other line only the name is parsed, because a page
 * of metrics may have many thousand lines.
 * @throws AdapterError `malformed`, with the number of the line and never its content.
 */
export function pointsIn(text: string, format: ExpositionFormat, isWanted: (name: string) => boolean): Point[] {
  const points: Point[] = [];
  let isEnded = false;
  for (const { line, number } of linesOf(text)) {
    if (line === '') continue;
    if (isEnded) throw invalid(`has text after # EOF (line ${number})`);
    if (line.startsWith('#')) {
      isEnded = format === 'openMetrics' && line === '# EOF';
      continue;
    }
    const parsed = pointOn(line, format, isWanted);
    if (parsed === 'invalid') {
      throw invalid(`is neither the Prometheus text format nor OpenMetrics (line ${number})`);
    }
    if (parsed !== 'other') points.push(parsed);
  }
  // OpenMetrics requires this end, so that a part of a page is not mistaken for the page.
  if (format === 'openMetrics' && !isEnded) throw invalid('is not complete: OpenMetrics ends with # EOF');
  return points;
}

/** Names for the same series always give the same text, whatever the order of the labels. */
export function identityOf({ name, labels }: Pick<Point, 'name' | 'labels'>): string {
  return JSON.stringify([name, ...[...labels].sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function invalid(what: string): AdapterError {
  return new AdapterError('malformed', `the response ${what}. Check url.`);
}

/** Without the white space around a line, which the text format allows. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (let from = 0; from < text.length;) {
    const found = text.indexOf('\n', from);
    const to = found < 0 ? text.length : found;
    number += 1;
    yield { line: text.slice(from, to).trim(), number };
    from = to + 1;
  }
}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** `name="value"`, or a quoted name: of the metric where it stands alone, of a label before `=`. */
const label =
  /[ \t]*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"([^"\\]*(?:\\.[^"\\]*)*)")[ \t]*(?:=[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t]*)?/y;
const endOfLabels = /[ \t]*\}/y;
const tails: Readonly<Record<ExpositionFormat, RegExp>> = {
  prometheus: /^[ \t]*(\S+)(?:[ \t]+([+-]?\d+))?$/,
  // An exemplar may follow: `# {trace_id="7"} 0.5 1719685000.1`.
  openMetrics:
    /^[ \t]*(\S+)(?:[ \t]+([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?))?(?:[ \t]+# \{.*\}[ \t]+\S+(?:[ \t]+\S+)?)?$/,
};

/** `other`: a point of a name that is not wanted. */
function pointOn(
  line: string,
  format: ExpositionFormat,
  isWanted: (name: string) => boolean,
): Point | 'invalid' | 'other' {
  metricName.lastIndex = 0;
  const bareName = metricName.exec(line)?.[0];
  const afterName = bareName?.length ?? 0;
  const next = line.slice(afterName).trimStart()[0];
  if (next === undefined || (next !== '{' && bareName === undefined)) return 'invalid';
  if (bareName !== undefined && !/[\s{]/.test(line[afterName] ?? '')) return 'invalid';
  if (bareName !== undefined && !isWanted(bareName)) return 'other';
  const braces = next === '{' ? labelsAt(line, line.indexOf('{', afterName) + 1) : noBraces(afterName);
  const name = bareName ?? braces?.name;
  // A name both before the braces and in them is not allowed.
  if (braces === undefined || name === undefined || (bareName !== undefined && braces.name !== undefined)) {
    return 'invalid';
  }
  if (!isWanted(name)) return 'other';
  const [, valueText, timeText] = tails[format].exec(line.slice(braces.end)) ?? [];
  const value = numberOf(valueText);
  if (value === undefined) return 'invalid';
  const { labels } = braces;
  if (timeText === undefined) return { name, labels, value };
  // Milliseconds in the text format, seconds in OpenMetrics.
  const atMs = format === 'openMetrics' ? Math.round(Number(timeText) * 1000) : Number(timeText);
  return { name, labels, value, atMs };
}

interface Braces {
  /** The position after the closing brace. */
  readonly end: number;
  readonly labels: ReadonlyMap<string, string>;
  /** The name of the metric, where it is written in the braces: `{"queue.depth", queue="jobs"} 3`. */
  readonly name?: string;
}

function noBraces(end: number): Braces {
  return { end, labels: new Map() };
}

/** Undefined if they are invalid. */
function labelsAt(line: string, from: number): Braces | undefined {
  const labels = new Map<string, string>();
  let name: string | undefined;
  for (let at = from; ;) {
    endOfLabels.lastIndex = at;
    if (endOfLabels.test(line)) return { end: endOfLabels.lastIndex, labels, ...(name !== undefined && { name }) };
    label.lastIndex = at;
    const [whole, bare, quoted, value] = label.exec(line) ?? [];
    if (whole === undefined) return undefined;
    at += whole.length;
    const key = bare ?? unescaped(quoted ?? '');
    if (value !== undefined) {
      if (labels.has(key)) return undefined;
      labels.set(key, unescaped(value));
    } else {
      if (bare !== undefined || name !== undefined) return undefined;
      name = key;
    }
    // A comma may also follow the last label.
    if (line[at] === ',') at += 1;
    else if (line[at] !== '}') return undefined;
  }
}

function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([\\"n])/g, (_, escaped) => (escaped === 'n' ? '\n' : String(escaped)))
    : text;
}

const finite = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** Undefined if the text is not a number. NaN is one. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (finite.test(text)) return Number(text);
  const sign = infinite.exec(text)?.[1];
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(text) ? NaN : undefined;
}
