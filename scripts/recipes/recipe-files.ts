/**
 * The generated files of docs/recipes: the signals, the charts, and on each page the configuration and the figures. The
 * backtests are those of `escapement backtest`, prepared from the same files and options.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBacktests } from '../../src/backtest/prepare.js';
import { simulate, type Backtest, type BacktestResult } from '../../src/backtest/simulate.js';
import { parseTrace } from '../../src/backtest/trace.js';
import { parseDuration } from '../../src/domain/written/duration.js';
import { fill } from '../fill.js';
import { drawChart, type Line, type Panel } from './chart.js';
import { figuresOf } from './figures.js';
import { recorded } from './recorded.js';
import { pagesWithConfiguration, pictures, signalFiles, type Picture, type Run } from './recipes.js';
import { csv, type Samples } from './signals.js';

const folder = 'docs/recipes';

/** Each file by its path from the root. The pages are read from the disk, and their generated parts are replaced. */
export async function recipeFiles(): Promise<Record<string, string>> {
  const signals = await withSignals(async (path) => {
    const results = await Promise.all(pictures.map((picture) => resultsOf(picture, path)));
    return pictures.map((picture, index) => [picture, results[index] ?? []] as const);
  });
  const charts = signals.value.map(
    ([picture, results]) => [`${folder}/${picture.name}.svg`, chartOf(picture, results)] as const,
  );
  const pages: Record<string, string> = {};
  const edit = async (page: string, name: string, text: string): Promise<void> => {
    const path = `${folder}/${page}`;
    pages[path] = fill(pages[path] ?? (await readFile(path, 'utf8')), name, text);
  };
  for (const name of pagesWithConfiguration) await edit(`${name}.md`, 'configuration', await block(`${name}.yaml`));
  for (const [picture, results] of signals.value) {
    await edit(picture.page, `backtest ${picture.name}`, figuresOf(picture, results, folder));
  }
  const files = Object.entries(signals.files).map(([name, text]) => [`${folder}/signals/${name}.csv`, text] as const);
  return { ...Object.fromEntries([...files, ...charts]), ...pages };
}

async function block(file: string): Promise<string> {
  return `\`\`\`yaml\n${(await readFile(`${folder}/${file}`, 'utf8')).trim()}\n\`\`\``;
}

type PathOf = (signal: string) => string;

/** Makes the signals in a temporary folder, for backtests that read files. */
async function withSignals<Value>(
  use: (path: PathOf) => Promise<Value>,
): Promise<{ value: Value; files: Record<string, string> }> {
  const temporary = await mkdtemp(join(tmpdir(), 'recipes-'));
  const path: PathOf = (name) => join(temporary, `${name}.csv`);
  const files: Record<string, string> = {};
  const keep = async (name: string, samples: Samples): Promise<void> => {
    files[name] = csv(samples);
    await writeFile(path(name), files[name]);
  };
  try {
    for (const [name, file] of Object.entries(signalFiles)) {
      if (file.kind === 'samples') await keep(name, file.samples);
      else for (const [signal, samples] of await record(file, path)) await keep(signal, samples);
    }
    return { value: await use(path), files };
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** @returns the samples by file. */
async function record(
  { run, load, measure }: Extract<(typeof signalFiles)[string], { kind: 'recorded' }>,
  path: PathOf,
): Promise<(readonly [string, Samples])[]> {
  const names = 'signals' in run.load ? run.load.signals : {};
  // Any valid files, to prepare the backtest.
  for (const name of Object.values(names)) await writeFile(path(name), csv(load));
  const [backtest] = await prepare(run, path);
  if (backtest === undefined) throw new Error(`${run.file} has no backtest`);
  const made = recorded(
    (samples) => ({ ...backtest, traces: tracesOf(samples) }),
    load,
    measure,
    backtest.startCapacity,
  );
  return Object.entries(names).map(([signal, name]) => [name, made[signal] ?? load] as const);
}

function tracesOf(samples: Readonly<Record<string, Samples>>): Backtest['traces'] {
  return Object.fromEntries(Object.entries(samples).map(([signal, made]) => [signal, parseTrace(csv(made), signal)]));
}

async function resultsOf({ runs }: Picture, path: PathOf): Promise<BacktestResult[]> {
  const backtests = await Promise.all(runs.map((run) => prepare(run, path)));
  return backtests.flat().map(simulate);
}

function prepare({ file, resource, load, startCapacity, readyAfter }: Run, path: PathOf): Promise<Backtest[]> {
  const signals = 'signals' in load ? load.signals : {};
  return prepareBacktests(
    [`${folder}/${file}`],
    {
      signals: Object.fromEntries(Object.entries(signals).map(([signal, name]) => [signal, path(name)])),
      ...('arrivals' in load && { arrivals: path(load.arrivals), serviceRate: load.serviceRate }),
      ...(resource !== undefined && { resource }),
      ...(startCapacity !== undefined && { startCapacity }),
      readyAfterMs: parseDuration(readyAfter) ?? 0,
    },
    { environment: {}, cwd: process.cwd() },
  );
}

function chartOf(
  { title, panel, runs, startsAtMinute, tickMinutes }: Picture,
  results: readonly BacktestResult[],
): string {
  const signalLines = panel.lines.map(({ name, signal, run = 0 }): Line => ({
    name,
    points: (results[run]?.points ?? []).map(({ seconds, signals }) => [seconds / 60, signals[signal] ?? NaN] as const),
  }));
  const capacityLines = results.map(({ points }, index): Line => ({
    name: runs[index]?.name ?? '',
    points: points.map(({ seconds, capacity }) => [seconds / 60, capacity] as const),
    isStepped: true,
  }));
  return drawChart({
    title,
    panels: [{ title: panel.title, lines: signalLines }, ...capacityPanels(capacityLines)],
    minutes: Math.max(...results.map(({ points }) => (points.at(-1)?.seconds ?? 0) / 60)),
    timeAt: (minute) => (startsAtMinute === undefined ? `${minute} min` : clock(startsAtMinute + minute)),
    tickMinutes,
  });
}

/** More than two capacities in one plot cover each other. */
function capacityPanels(lines: readonly Line[]): Panel[] {
  const title = 'Units that are ready';
  if (lines.length <= 2) return [{ title, lines }];
  return lines.map((line, firstColor) => ({ title: `${title}: ${line.name}`, lines: [line], firstColor, height: 75 }));
}

function clock(minute: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
