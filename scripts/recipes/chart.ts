/** Draws the panels of a chart as SVG: lines over a common time. The colors suit a light and a dark page. */

export interface Line {
  readonly name: string;
  /** In minutes from the start, and in time order. NaN: a gap. */
  readonly points: readonly (readonly [minute: number, value: number])[];
  /** A capacity changes in steps. */
  readonly isStepped?: boolean;
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The color and the pattern of the first line. Default: the first ones. */
  readonly firstColor?: number;
  /** Of the plot, in pixels. Default: 150. */
  readonly height?: number;
  /** Marked with a band, and words above its lower edge. */
  readonly spans?: readonly Span[];
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Chart {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly minutes: number;
  /** The label of a tick. */
  readonly timeAt: (minute: number) => string;
  readonly tickMinutes: number;
}

const width = 860;
const left = 52;
const right = 16;
const usualHeight = 150;
/** For the title and the legend above the plot of a panel. */
const above = 44;
const below = 34;

/** [light, dark]. The contrast to the page is at least 4.5. */
const colors = [
  ['#1d4ed8', '#7cacff'],
  ['#b45309', '#f5a524'],
  ['#15803d', '#4ade80'],
  ['#a21caf', '#e879f9'],
] as const;

export function drawChart(chart: Chart): string {
  let top = 0;
  const panels = chart.panels.map((panel) => {
    const drawn = drawPanel(chart, panel, top + above);
    top += above + (panel.height ?? usualHeight);
    return drawn;
  });
  const height = top + below;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}">
<title>${escaped(chart.title)}</title>
<style>${style()}</style>
<rect class="page" width="${width}" height="${height}"/>
${panels.join('\n')}
${timeAxis(chart, height - below)}
</svg>
`;
}

function style(): string {
  const scheme = (index: 0 | 1, page: string, ink: string, faint: string): string =>
    [
      `.page{fill:${page}}text{fill:${ink}}.grid{stroke:${faint}}`,
      ...colors.map((pair, line) => `.l${line}{stroke:${pair[index]}}.n${line}{fill:${pair[index]}}`),
    ].join('');
  return [
    'text{font:13px system-ui,sans-serif}.title{font-weight:600}.line{fill:none;stroke-width:2;stroke-linejoin:round}',
    '.grid{stroke-width:1}.l1{stroke-dasharray:7 3}.l2{stroke-dasharray:2 3}.l3{stroke-dasharray:10 3 2 3}',
    scheme(0, '#ffffff', '#1f2937', '#e5e7eb'),
    `@media (prefers-color-scheme:dark){${scheme(1, '#0d1117', '#e6edf3', '#30363d')}}`,
  ].join('');
}

function drawPanel(chart: Chart, panel: Panel, top: number): string {
  const { title, lines, firstColor = 0, height = usualHeight, spans = [] } = panel;
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value || 0)));
  const ticks = ticksUpTo(most, height < usualHeight ? 2 : 4);
  const scale = ticks.at(-1) ?? 1;
  const y = (value: number): number => top + height - (value / scale) * height;
  const x = (minute: number): number => xOf(chart, minute);
  return [
    `<text class="title" x="${left}" y="${top - 24}">${escaped(title)}</text>`,
    ...legend(lines, top - 8),
    ...spans.flatMap(({ from, to, text }) => [
      `<rect fill="#808080" fill-opacity=".13" x="${px(x(from) + 1)}" y="${top}" width="${px(x(to) - x(from) - 2)}" height="${height}"/>`,
      `<text x="${px(x((from + to) / 2))}" y="${top + height - 8}" text-anchor="middle">${escaped(text)}</text>`,
    ]),
    ...ticks.flatMap((value) => [
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${px(y(value))}" y2="${px(y(value))}"/>`,
      `<text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${value}</text>`,
    ]),
    ...lines.map((line, index) => `<path class="line l${firstColor + index}" d="${path(line, x, y)}"/>`),
  ].join('\n');
}

/** Without a legend, a single line has the title of its panel. */
function legend(lines: readonly Line[], y: number): string[] {
  if (lines.length === 1) return [];
  let x = left;
  return lines.flatMap(({ name }, index) => {
    const at = x;
    x += 52 + name.length * 7.2;
    return [
      `<line class="line l${index}" x1="${px(at)}" x2="${px(at + 26)}" y1="${y - 4}" y2="${y - 4}"/>`,
      `<text class="n${index}" x="${px(at + 32)}" y="${y}">${escaped(name)}</text>`,
    ];
  });
}

function timeAxis(chart: Chart, bottom: number): string {
  const count = Math.floor(chart.minutes / chart.tickMinutes) + 1;
  const ticks = Array.from({ length: count }, (_, index) => index * chart.tickMinutes);
  return ticks
    .map((minute) => {
      const anchor = minute === chart.minutes ? 'end' : 'middle';
      return `<text x="${px(xOf(chart, minute))}" y="${bottom + 20}" text-anchor="${anchor}">${chart.timeAt(minute)}</text>`;
    })
    .join('\n');
}

/** Consecutive points on one level add nothing to a stepped line. */
function path(
  { points, isStepped = false }: Line,
  x: (minute: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false;
  let before = NaN;
  const commands = points.map(([minute, value], index) => {
    if (Number.isNaN(value)) {
      isDown = false;
      return '';
    }
    const move = isDown ? 'L' : 'M';
    const isLevel = isStepped && isDown && value === before && index < points.length - 1;
    const corner = isStepped && isDown && value !== before ? `H${px(x(minute))}V${px(y(value))}` : '';
    isDown = true;
    before = value;
    return isLevel ? '' : corner || `${move}${px(x(minute))} ${px(y(value))}`;
  });
  return commands.join('');
}

/** Whole, round numbers from 0 to at least `most`. */
function ticksUpTo(most: number, count: number): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power);
  const whole = Math.ceil(step);
  return Array.from({ length: Math.ceil(most / whole) + 1 }, (_, index) => index * whole);
}

function xOf({ minutes }: Chart, minute: number): number {
  return left + (minute / minutes) * (width - left - right);
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
