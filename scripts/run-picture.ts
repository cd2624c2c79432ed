/** docs/images/run.svg: one scale run whose target is changed, for the page about the concepts. The times are in seconds. */
import { drawChart, type Line } from './recipes/chart.js';

const end = 46;

const stepped = (name: string, ...changes: readonly (readonly [number, number])[]): Line => ({
  name,
  points: [...changes, [end, changes.at(-1)?.[1] ?? NaN]],
  isStepped: true,
});

export function runPicture(): string {
  return drawChart({
    title:
      'A scale run from 2 to 8 units that is retargeted to 5: changes of at most 2 units, each followed by a cooldown of 10 seconds',
    panels: [
      {
        title: 'A scale run: step 2, cooldown 10 s',
        lines: [
          stepped('capacity', [0, 2], [6, 4], [16, 6], [26, 5]),
          stepped('target', [0, 2], [5, 8], [22, 5]),
          stepped('ready units', [0, 2], [10, 3], [11, 4], [20, 5], [21, 6], [26, 5]),
        ],
        height: 260,
        spans: [
          { from: 6, to: 16, text: 'cooldown' },
          { from: 16, to: 26, text: 'cooldown' },
          { from: 26, to: 36, text: 'cooldown' },
        ],
      },
    ],
    minutes: end,
    timeAt: (second) => `${second} s`,
    tickMinutes: 5,
  });
}
