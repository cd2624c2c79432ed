/** The capacity under both policies side by side, and the recorded signals below, under one cursor. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { BacktestAnswer, ResourceRow } from '../api/answers.js';
import { coloursOf } from '../chart/colours.js';
import { capacityLines, gapsOf } from '../chart/columns.js';
import { drawGaps } from '../chart/marks.js';
import { capacityOptions, signalOptions } from '../chart/options.js';
import { keyboardHandler, moveByTouch, zoomToSelection } from '../chart/pointing.js';
import type { Span } from '../chart/span.js';
import { useTheme } from '../theme.js';
import { columnsOfTry, mostOf, type TriedColumns } from './columns.js';
import { TriedReadout } from './readout.js';

interface ChartProps {
  readonly answer: BacktestAnswer;
  readonly bounds: ResourceRow['bounds'];
  readonly zoom: Span | null;
  readonly onZoom: (zoom: Span | null) => void;
}

export function TriedChart({ answer, bounds, zoom, onZoom }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const columns = columnsOfTry(answer, bounds);
  const [index, setIndex] = useState<number | null>(null);
  const plots = usePlots(holder, { answer, columns, theme, onZoom, onMove: setIndex });

  useEffect(() => {
    const { from, to } = zoom ?? { from: columns.times[0] ?? 0, to: columns.times.at(-1) ?? 1 };
    for (const plot of plots.current) plot.setScale('x', { min: from, max: to });
  }, [zoom?.from, zoom?.to, answer, theme]);

  return (
    <figure class="chart">
      <TriedReadout columns={columns} index={index} />
      <div
        ref={holder}
        class="plots try-plots"
        role="application"
        tabIndex={0}
        aria-label="Capacity under both policies, and the signals. Arrow keys move the cursor, plus and minus zoom, zero shows everything."
        onKeyDown={keyboardHandler(plots, { times: columns.times, capacity: columns.inForce, signals: {} }, onZoom)}
        onTouchMove={moveByTouch(plots)}
        onTouchStart={moveByTouch(plots)}
      />
    </figure>
  );
}

interface PlotsProps {
  readonly answer: BacktestAnswer;
  readonly columns: TriedColumns;
  readonly theme: string;
  readonly onZoom: (zoom: Span) => void;
  readonly onMove: (index: number | null) => void;
}

interface Latest {
  readonly current: PlotsProps;
}

/** The plots are made again for other signals or colours; other numbers are only set. */
function usePlots(holder: { readonly current: HTMLDivElement | null }, props: PlotsProps) {
  const plots = useRef<uPlot[]>([]);
  const latest = useRef(props);
  latest.current = props;
  const names = Object.keys(props.columns.signals);

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const parts = partsOf(element, names, latest);
    plots.current = parts.map(({ plot }) => plot);
    const observer = new ResizeObserver(() => {
      for (const { plot, part } of parts) plot.setSize({ width: part.clientWidth, height: plot.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      for (const { plot, part } of parts) {
        plot.destroy();
        part.remove();
      }
      plots.current = [];
    };
  }, [`${names.join('\n')}\n${props.theme}`]);

  useEffect(() => {
    plots.current.forEach((plot, index) => plot.setData(dataOf(props.columns, index, names), false));
  }, [props.answer]);
  return plots;
}

interface Part {
  readonly plot: uPlot;
  readonly part: HTMLDivElement;
}

function partsOf(element: HTMLDivElement, names: readonly string[], latest: Latest): Part[] {
  const titles = ['in force', 'edited', ...names];
  return titles.map((title, index) => {
    const part = document.createElement('div');
    part.className = index < 2 ? 'plot' : 'plot try-signal';
    const name = document.createElement('span');
    name.className = 'plot-title';
    name.textContent = index < 2 ? `capacity, ${title}` : title;
    part.append(name);
    element.append(part);
    const plot = new uPlot(optionsOf(part, index, names, latest), dataOf(latest.current.columns, index, names), part);
    return { plot, part };
  });
}

/** At the right, so that the last time is not cut. */
const padding: uPlot.Padding = [12, 20, 0, 0];

function optionsOf(part: HTMLDivElement, index: number, names: readonly string[], latest: Latest): uPlot.Options {
  // Not those of this place, which are grey while the numbers are those of an earlier text.
  const colours = coloursOf(document.documentElement);
  const width = part.clientWidth;
  const hooks = (draw: (plot: uPlot) => void): uPlot.Hooks.Arrays => ({
    draw: [draw],
    setCursor: [({ cursor: { idx } }) => latest.current.onMove(idx ?? null)],
    setSelect: [(plot) => zoomToSelection(plot, latest.current.onZoom)],
  });
  if (index < 2) {
    const options = capacityOptions({ width, colours, hasTimeAxis: true, hooks: hooks(() => undefined) });
    const range = (): uPlot.Range.MinMax => [0, mostOf(latest.current.columns) * 1.12];
    return { ...options, padding, height: 200, scales: { ...options.scales, y: { ...options.scales?.['y'], range } } };
  }
  const name = names[index - 2] ?? '';
  const drawMissing = (plot: uPlot) => {
    const { times, signals } = latest.current.columns;
    drawGaps(plot, gapsOf(times, signals[name] ?? []), colours);
  };
  const hasTimeAxis = index === names.length + 1;
  return { ...signalOptions({ width, colours, hasTimeAxis, hooks: hooks(drawMissing) }, name), padding };
}

function dataOf(columns: TriedColumns, index: number, names: readonly string[]): uPlot.AlignedData {
  const { times, inForce, tried, signals } = columns;
  if (index >= 2) return [times, signals[names[index - 2] ?? ''] ?? []];
  const capacity = index === 0 ? inForce : tried;
  return [times, ...capacityLines.map((line) => capacity[line])];
}
