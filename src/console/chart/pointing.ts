/** The cursor by keyboard and by touch, and the zoom. */
import type uPlot from 'uplot';
import type { Columns } from './columns.js';
import type { Span } from './span.js';

interface Plots {
  readonly current: readonly uPlot[];
}

export function keyboardHandler(plots: Plots, { times }: Columns, onZoom: (zoom: Span | null) => void) {
  return (event: KeyboardEvent): void => {
    const [plot] = plots.current;
    if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) moveCursor(plot, times, step * (event.shiftKey ? 10 : 1));
    else if (event.key === '+' || event.key === '=') onZoom(zoomed(plot, 0.5));
    else if (event.key === '-') onZoom(zoomed(plot, 2));
    else if (event.key === '0') onZoom(null);
    else return;
    event.preventDefault();
  };
}

function moveCursor(plot: uPlot, times: readonly number[], steps: number): void {
  const at = plot.cursor.idx ?? times.length - 1;
  const time = times[Math.max(0, Math.min(times.length - 1, at + steps))];
  if (time !== undefined) plot.setCursor({ left: plot.valToPos(time, 'x'), top: 10 });
}

/** Around the cursor, or around the middle. */
function zoomed(plot: uPlot, factor: number): Span {
  const { min: from = 0, max: to = 0 } = plot.scales['x'] ?? {};
  const { left = -1 } = plot.cursor;
  const around = left >= 0 ? plot.posToVal(left, 'x') : (from + to) / 2;
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

/** What the pointer has dragged over. */
export function zoomToSelection(plot: uPlot, onZoom: (zoom: Span) => void): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  onZoom({ from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') });
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

export function moveByTouch(plots: Plots) {
  return (event: TouchEvent): void => {
    const [plot] = plots.current;
    const touch = event.touches[0];
    if (!plot || !touch) return;
    const { left } = plot.over.getBoundingClientRect();
    plot.setCursor({ left: touch.clientX - left, top: 10 });
  };
}
