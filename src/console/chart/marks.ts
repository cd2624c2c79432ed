/** What is drawn on the chart besides its lines: changes with their numbers, and times without data. */
import type uPlot from 'uplot';
import type { SeriesAnswer } from '../api/answers.js';
import type { Colours } from './colours.js';

type Change = SeriesAnswer['changes'][number];

const size = 5;
/** Numbers closer to each other than this would overlap. */
const leastDistance = 26;

/** A triangle at each change, which points up or down, with the new capacity; a cross at one that the platform refused. */
export function drawChanges(plot: uPlot, changes: readonly Change[], { accent, bad, paper }: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  let lastX = -Infinity;
  ctx.save();
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  for (const { at, from, to, outcome } of changes) {
    const x = plot.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const y = plot.valToPos(to, 'y', true);
    const isRefused = outcome === 'rejected';
    ctx.fillStyle = isRefused ? bad : accent;
    ctx.strokeStyle = isRefused ? bad : paper;
    ctx.lineWidth = (isRefused ? 2 : 1.5) * ratio;
    ctx.beginPath();
    if (isRefused) cross(ctx, x, y, (size - 1) * ratio);
    else triangle(ctx, x, y, to > from ? size * ratio : -size * ratio);
    ctx.stroke();
    if (!isRefused) ctx.fill();
    if (x - lastX < leastDistance * ratio) continue;
    lastX = x;
    drawNumber(plot, { x, y, units: to, isDown: to < from });
  }
  ctx.restore();
}

/** Of a change down, beside the line that leads to it. */
function drawNumber({ ctx, bbox }: uPlot, at: { x: number; y: number; units: number; isDown: boolean }): void {
  const { x, y, units, isDown } = at;
  const ratio = devicePixelRatio;
  const isHigh = y - bbox.top < 20 * ratio;
  ctx.textAlign = isDown ? 'left' : 'center';
  if (isDown) ctx.fillText(String(units), x + 7 * ratio, y - 2 * ratio);
  else ctx.fillText(String(units), x, isHigh ? y + 18 * ratio : y - 9 * ratio);
}

function triangle(ctx: CanvasRenderingContext2D, x: number, y: number, height: number): void {
  const half = Math.abs(height);
  ctx.moveTo(x, y - height);
  ctx.lineTo(x + half, y + height);
  ctx.lineTo(x - half, y + height);
  ctx.closePath();
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number, half: number): void {
  ctx.moveTo(x - half, y - half);
  ctx.lineTo(x + half, y + half);
  ctx.moveTo(x + half, y - half);
  ctx.lineTo(x - half, y + half);
}

/** Slanted lines over each time without data. */
export function drawGaps(plot: uPlot, gaps: readonly (readonly [number, number])[], { faint }: Colours): void {
  const { ctx, bbox } = plot;
  const step = 7 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = faint;
  ctx.lineWidth = 1;
  for (const [from, to] of gaps) {
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    // From the edge of the plot, so that the lines of neighbouring gaps meet.
    for (let x = bbox.left - bbox.height; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}
