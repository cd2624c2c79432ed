/** How the plots look: the capacity with its bounds, and each signal on its own axis below it. */
import uPlot from 'uplot';
import { number } from '../number.js';
import type { Colours } from './colours.js';

const axisFont = '12px system-ui, sans-serif';
const sync = 'escapement';
/** How much of a line stays visible while another one is marked. */
const unmarkedAlpha = 0.2;

interface Frame {
  readonly width: number;
  readonly colours: Colours;
  readonly hasTimeAxis: boolean;
  readonly height: number;
  readonly hooks: uPlot.Hooks.Arrays;
  /** The value that must still be visible, where the largest one is `most`. */
  readonly mostShown?: (most: number) => number;
}

/** Options that every plot shares. They move one cursor together, and zoom together. */
function frame({
  width,
  height,
  colours,
  hasTimeAxis,
  hooks,
  mostShown = (most) => most,
}: Frame): Pick<
  uPlot.Options,
  'width' | 'height' | 'cursor' | 'focus' | 'legend' | 'axes' | 'hooks' | 'padding' | 'scales'
> {
  const axis = { stroke: colours.quiet, font: axisFont, ticks: { show: false }, border: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [12, 8, hasTimeAxis ? 0 : 6, 0],
    scales: { x: { time: true }, y: { range: (_plot, _least, most) => [0, Math.max(1, mostShown(most)) * 1.12] } },
    focus: { alpha: unmarkedAlpha },
    cursor: {
      sync: { key: sync, setSeries: false, scales: ['x', null] },
      drag: { x: true, y: false },
      points: { show: false },
      y: false,
    },
    axes: [
      { ...axis, show: hasTimeAxis, size: 28, grid: { show: false }, values: timesOfDay, space: 72 },
      {
        ...axis,
        size: 44,
        space: 32,
        gap: 8,
        grid: { stroke: colours.line, width: 1 },
        values: (_plot, values) => values.map(number),
      },
    ],
    hooks,
  };
}

const stepped = uPlot.paths.stepped?.({ align: 1 });

export function capacityOptions(given: Omit<Frame, 'height'>): uPlot.Options {
  const { ink, accent, faint } = given.colours;
  // Exact option types do not accept undefined.
  const paths = stepped ? { paths: stepped } : {};
  const line = { ...paths, points: { show: false } };
  return {
    ...frame({ ...given, height: 260 }),
    series: [
      {},
      { ...line, label: 'capacity', stroke: ink, width: 1, fill: withAlpha(ink, 0.1) },
      { ...line, label: 'ready', stroke: ink, width: 1.5, dash: [1, 4], cap: 'round' },
      { ...line, label: 'target', stroke: accent, width: 2 },
      { ...line, label: 'min', stroke: faint, width: 1, dash: [6, 4] },
      { ...line, label: 'max', stroke: faint, width: 1, dash: [6, 4] },
    ],
  };
}

export function signalOptions(given: Omit<Frame, 'height'>, name: string): uPlot.Options {
  const { quiet } = given.colours;
  const paths = stepped ? { paths: stepped } : {};
  return {
    ...frame({ ...given, height: given.hasTimeAxis ? 140 : 116 }),
    series: [
      {},
      { ...paths, label: name, stroke: quiet, width: 1.5, fill: withAlpha(quiet, 0.1), points: { show: false } },
    ],
  };
}

function withAlpha(colour: string, alpha: number): string {
  const [, digits = '000000'] = /^#([0-9a-f]{6})$/i.exec(colour) ?? [];
  const part = (at: number) => parseInt(digits.slice(at, at + 2), 16);
  return `rgb(${part(0)} ${part(2)} ${part(4)} / ${alpha})`;
}

/** In the zone of the reader; with the day where the day changes. */
function timesOfDay(_plot: uPlot, seconds: number[]): string[] {
  const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const exact = new Intl.DateTimeFormat(undefined, { minute: '2-digit', second: '2-digit' });
  const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
  const isFine = (seconds[1] ?? 60) - (seconds[0] ?? 0) < 60;
  return seconds.map((second) => {
    const date = new Date(second * 1000);
    if (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0) return day.format(date);
    return isFine ? `${date.getHours()}:${exact.format(date)}` : time.format(date);
  });
}
