/** Hairlines in the chart of a signal: the values at which a policy changes its recommendation. */
import type uPlot from 'uplot';
import type { SeriesAnswer } from '../api/answers.js';
import type { Colours } from './colours.js';
import type { Columns } from './columns.js';

type Level = SeriesAnswer['levels'][number];

/** A level far above the values would make them a flat line. It is left out. */
const mostTimesValue = 4;

/** The value at each time. What all units carry together follows the target; it is null where no target is known. */
function columnOf({ value, isPerUnit }: Level, { times, capacity }: Columns): (number | null)[] {
  if (!isPerUnit) return times.map(() => value);
  return capacity.target.map((units) => (units === null ? null : units * value));
}

/** @returns the top of the axis that shows the values, and the levels that are near them. */
export function mostWithLevels(most: number, levels: readonly Level[], columns: Columns): number {
  const tops = levels.map((level) => Math.max(0, ...columnOf(level, columns).map((value) => value ?? 0)));
  return Math.max(most, ...tops.filter((top) => top <= most * mostTimesValue));
}

export function drawLevels(plot: uPlot, levels: readonly Level[], columns: Columns, { quiet }: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = quiet;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const level of levels) drawSteps(plot, columns.times, columnOf(level, columns));
  ctx.restore();
}

/** What the dotted lines are: `scales out above 40 a unit, scales in below 30 a unit`. Empty: there are none. */
export function levelsInWords(levels: readonly Level[]): string {
  return levels.map(wordsOf).join(', ');
}

function wordsOf({ words, value, isPerUnit }: Level): string {
  if (isPerUnit) return `${words} ${value} a unit`;
  return words.includes(String(value)) ? words : `${words} ${value}`;
}

function drawSteps(plot: uPlot, times: readonly number[], column: readonly (number | null)[]): void {
  const { ctx } = plot;
  ctx.beginPath();
  column.forEach((value, index) => {
    const [from, to] = [times[index], times[index + 1]];
    if (value === null || from === undefined) return;
    const y = plot.valToPos(value, 'y', true);
    ctx.lineTo(plot.valToPos(from, 'x', true), y);
    ctx.lineTo(plot.valToPos(to ?? from, 'x', true), y);
  });
  ctx.stroke();
}
