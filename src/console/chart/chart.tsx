/** The plots of one resource, under one cursor. The keyboard moves the cursor and zooms. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { SeriesAnswer } from '../api/answers.js';
import { useStore } from '../store.js';
import { useTheme } from '../theme.js';
import { coloursOf } from './colours.js';
import { capacityLines, columnsOf, gapsOf, type Columns } from './columns.js';
import { drawLevels, levelsInWords, mostWithLevels } from './levels.js';
import { lineOfSignal, markedLine } from './marked.js';
import { drawChanges, drawGaps } from './marks.js';
import { capacityOptions, signalOptions } from './options.js';
import { keyboardHandler, moveByTouch, zoomToSelection } from './pointing.js';
import { Readout } from './readout.js';
import type { Span } from './span.js';

interface ChartProps {
  readonly series: SeriesAnswer;
  /** What was requested. */
  readonly span: Span;
  readonly zoom: Span | null;
  readonly onZoom: (zoom: Span | null) => void;
  readonly label: string;
}

export function Chart({ series, span, zoom, onZoom, label }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const columns = columnsOf(series, span.from, span.to);
  const [index, setIndex] = useState<number | null>(null);
  const plots = usePlots(holder, { series, columns, theme, onZoom, onMove: setIndex });

  useEffect(() => {
    const { from, to } = zoom ?? span;
    for (const plot of plots.current) plot.setScale('x', { min: from, max: to });
  }, [zoom?.from, zoom?.to, series, theme]);
  const marked = useStore(markedLine);
  useEffect(() => markLine(plots.current, Object.keys(columns.signals), marked), [marked, theme]);

  return (
    <figure class="chart">
      <Readout columns={columns} index={index} changes={series.changes} />
      <div
        ref={holder}
        class="plots"
        role="application"
        tabIndex={0}
        aria-label={`${label}. Arrow keys move the cursor, plus and minus zoom, zero shows everything.`}
        onKeyDown={keyboardHandler(plots, columns, onZoom)}
        onTouchMove={moveByTouch(plots)}
        onTouchStart={moveByTouch(plots)}
      />
    </figure>
  );
}

interface PlotsProps {
  readonly series: SeriesAnswer;
  readonly columns: Columns;
  readonly theme: string;
  readonly onZoom: (zoom: Span) => void;
  readonly onMove: (index: number | null) => void;
}

/** The plots are made again for other signals or colours; other numbers are only set. */
function usePlots(holder: { readonly current: HTMLDivElement | null }, props: PlotsProps) {
  const plots = useRef<uPlot[]>([]);
  const latest = useRef(props);
  latest.current = props;
  const names = Object.keys(props.columns.signals);
  const shape = [...names, levelsInWords(props.series.levels), props.theme].join('\n');

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    plots.current = makePlots(element, names, latest);
    const observer = new ResizeObserver(() => {
      for (const plot of plots.current) plot.setSize({ width: element.clientWidth, height: plot.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      for (const plot of plots.current) plot.destroy();
      plots.current = [];
    };
  }, [shape]);

  useEffect(() => {
    plots.current.forEach((plot, index) => plot.setData(dataOf(props.columns, names[index - 1]), false));
  }, [props.series]);
  return plots;
}

function makePlots(
  element: HTMLDivElement,
  names: readonly string[],
  latest: { readonly current: PlotsProps },
): uPlot[] {
  const colours = coloursOf(element);
  const width = element.clientWidth;
  const hooks = (draw: (plot: uPlot) => void): uPlot.Hooks.Arrays => ({
    drawAxes: [],
    draw: [draw],
    setCursor: [({ cursor: { idx } }) => latest.current.onMove(idx ?? null)],
    setSelect: [(plot) => zoomToSelection(plot, latest.current.onZoom)],
  });
  const levelsOf = (name: string) => latest.current.series.levels.filter(({ signal }) => signal === name);
  const capacity = capacityOptions({
    ...{ width, colours, hasTimeAxis: names.length === 0 },
    hooks: hooks((plot) => {
      const { series } = latest.current;
      drawGaps(plot, gapsAfterFirst(series), colours);
      drawChanges(plot, series.changes, colours);
    }),
  });
  const signals = names.map((name, index) =>
    signalOptions(
      {
        ...{ width, colours, hasTimeAxis: index === names.length - 1 },
        hooks: hooks((plot) => {
          const { columns } = latest.current;
          drawGaps(plot, gapsOf(columns.times, columns.signals[name] ?? []), colours);
          drawLevels(plot, levelsOf(name), columns, colours);
        }),
        mostShown: (most) => mostWithLevels(most, levelsOf(name), latest.current.columns),
      },
      name,
    ),
  );
  return [capacity, ...signals].map((options, index) => {
    const signal = names[index - 1];
    const part = titledPart(signal ?? 'capacity', signal === undefined ? '' : levelsInWords(levelsOf(signal)));
    element.append(part);
    const plot = new uPlot(options, dataOf(latest.current.columns, signal), part);
    plot.hooks.destroy = [() => part.remove()];
    return plot;
  });
}

/** @param dotted what the dotted lines are; empty: there are none. */
function titledPart(name: string, dotted: string): HTMLElement {
  const part = document.createElement('div');
  part.className = 'plot';
  const title = document.createElement('span');
  title.className = 'plot-title';
  title.textContent = name;
  if (dotted !== '') {
    const levels = document.createElement('span');
    levels.className = 'plot-levels';
    levels.textContent = ` dotted: ${dotted}`;
    title.append(levels);
  }
  part.append(title);
  return part;
}

/** @param marked the line that stays as it is while all others fade. Null: none fades. */
function markLine(plots: readonly uPlot[], signals: readonly string[], marked: string | null): void {
  const ofCapacity = capacityLines.findIndex((line) => line === marked);
  plots.forEach((plot, index) => {
    const isOfSignal = marked === lineOfSignal(signals[index - 1] ?? '');
    const isFaded = marked !== null && !isOfSignal && !(index === 0 && ofCapacity !== -1);
    plot.root.classList.toggle('faded', isFaded);
    plot.root.classList.toggle('marked', isOfSignal);
    if (index === 0) plot.setSeries(ofCapacity === -1 ? null : ofCapacity + 1, { focus: true });
  });
}

/** Before the first known capacity nothing is missing. */
function gapsAfterFirst({ gaps, capacity }: SeriesAnswer): [from: number, to: number][] {
  const first = capacity.find(([, value]) => value !== null)?.[0] ?? Infinity;
  const inSeconds = gaps.map(({ from, to }): [number, number] => [Date.parse(from) / 1000, Date.parse(to) / 1000]);
  return inSeconds.filter(([, to]) => to > first);
}

function dataOf({ times, capacity, signals }: Columns, signal: string | undefined): uPlot.AlignedData {
  if (signal !== undefined) return [times, signals[signal] ?? []];
  return [times, ...capacityLines.map((line) => capacity[line])];
}
