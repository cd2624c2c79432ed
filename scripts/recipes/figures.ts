/** The generated part of a page: a chart, the figures of its backtests, and the commands that print them. */
import type { BacktestResult } from '../../src/backtest/simulate.js';
import type { Figure, Picture, Run } from './recipes.js';

export function figuresOf(picture: Picture, results: readonly BacktestResult[], folder: string): string {
  return [
    `![${picture.title}](${picture.name}.svg)`,
    table(picture, results),
    `\`\`\`sh\n${commands(picture.runs, folder).join('\n')}\n\`\`\``,
  ].join('\n\n');
}

const usual: readonly Figure[] = [
  { label: 'changes', of: ({ summary }) => `${summary.scaleUps} up, ${summary.scaleDowns} down` },
  { label: 'units', of: ({ summary }) => `${summary.minCapacity} to ${summary.maxCapacity}` },
  { label: 'unit hours', of: ({ summary }) => summary.unitHours.toFixed(1) },
];
const backlog: Figure = {
  label: 'largest backlog',
  of: ({ summary }) => summary.largestBacklog?.toFixed(0) ?? '',
};

function table({ runs, figures = [] }: Picture, results: readonly BacktestResult[]): string {
  const isClosedLoop = results.some(({ summary }) => summary.largestBacklog !== null);
  const rows = [...usual, ...(isClosedLoop ? [backlog] : []), ...figures];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...runs.map(({ name }) => name)]),
    line(['---', ...runs.map(() => '---')]),
    ...rows.map(({ label, of }) => line([label, ...results.map(of)])),
  ].join('\n');
}

/** Runs with the same signals and options are one command with several files. */
function commands(runs: readonly Run[], folder: string): string[] {
  const files = new Map<string, string[]>();
  for (const run of runs) {
    const options = optionsOf(run, folder);
    files.set(options, [...(files.get(options) ?? []), `${folder}/${run.file}`]);
  }
  return [...files].map(([options, names]) => ['npx escapement backtest', ...names].join(' ') + options);
}

function optionsOf({ resource, load, startCapacity, readyAfter }: Run, folder: string): string {
  const path = (name: string): string => `${folder}/signals/${name}.csv`;
  const options = [
    ...(resource === undefined ? [] : [`--resource ${resource}`]),
    ...('signals' in load
      ? Object.entries(load.signals).map(([signal, name]) => `--signal ${signal}=${path(name)}`)
      : [`--arrivals ${path(load.arrivals)} --service-rate ${load.serviceRate}`]),
    ...(startCapacity === undefined ? [] : [`--start-capacity ${startCapacity}`]),
    `--ready-after ${readyAfter}`,
  ];
  return options.map((option) => ` \\\n  ${option}`).join('');
}
