/** `npm run bench`: measures the cost of Escapement with the same processes that users run. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { evaluations, measureBacktests } from './backtest.js';
import { type ConsoleFigures, measureConsole } from './console.js';
import { compareUnderFaults, type FaultFigures, type Walked } from './faults.js';
import { compareWithHpa, type HpaFigures, type LookCost, type Side } from './hpa.js';
import { measureReadiness } from './ready.js';
import { table } from './report.js';
import { measureStarts, type StartFigures, type Workload } from './starts.js';
import { rounded } from './statistics.js';
import { measureWalks } from './walk.js';
import { measureWatches, type WatchFigures } from './watches.js';

const help = `npm run bench [-- options]
  --rounds N       how often everything is measured; medians count (5)
  --only NAME      starts, walk, ready, backtest or faults; may be repeated. And two that nothing else includes: hpa, beside the
                   real HPA on a kube-apiserver, which is installed as by npm run test:services (Debian, as root), and
                   console, its pages in Chromium, which is installed as by npm run test:e2e
  --json FILE      the figures as JSON
  --watches N      instead: N idle autoscaled resources on one worker,
  --grow-to N      and twice as many, up to this, until its event loop is late`;

const parts = ['ready', 'walk', 'backtest', 'faults', 'starts'] as const;
const onlyWhenAsked = ['hpa', 'console'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    watches: { type: 'string' },
    'grow-to': { type: 'string', default: '0' },
    help: { type: 'boolean' },
  },
});
const rounds = wholeNumber('--rounds', values.rounds);
const chosen: readonly string[] = values.only ?? parts;
const allParts: readonly string[] = [...parts, ...onlyWhenAsked];
const unknown = chosen.find((name) => !allParts.includes(name));
if (unknown !== undefined) fail(`--only ${unknown}: there is ${allParts.join(', ')}.`);
// Ctrl-C also ends the started processes: the exit handler ends programs, and the Temporal server ends with its owner.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const log = (line: string): void => console.log(`  ${line}`);
if (values.help) console.log(help);
else if (values.watches === undefined) await benchmark();
else await watch(wholeNumber('--watches', values.watches), wholeNumber('--grow-to', values['grow-to']));

async function benchmark(): Promise<void> {
  console.log(machine());
  const figures: Record<string, unknown> = {};
  if (chosen.includes('starts')) {
    console.log('\nStarting: POST .../scale beside a bare start of an empty workflow, in turn');
    const door = await starts('door');
    const ratios = (of: (each: StartFigures) => number) =>
      Object.fromEntries(door.map((each) => [String(each.callers), rounded(of(each), 3)]));
    figures.postOverBareStart = ratios(({ throughputRatio }) => throughputRatio);
    figures.postP99OverBareP99 = ratios(({ p99Ratio }) => p99Ratio);
    await starts('atWork');
  }
  if (chosen.includes('walk')) {
    console.log('\nWalking from 1 to 6');
    const walk = await measureWalks(rounds, log);
    figures.walkOverIdeal = rounded(walk.overIdeal, 4);
    figures.firstChangeMs = rounded(walk.firstChangeMs, 0);
    figures.retargetMs = rounded(walk.retargetMs, 1);
    figures.eventsPerStep = walk.eventsPerStep;
    figures.rssMb = mapped(walk.rssMb, (mb) => rounded(mb, 0));
    console.log(
      table(
        ['walk 1 -> 6', 'median'],
        [
          ['over the ideal', walk.overIdeal.toFixed(4)],
          ['beyond the ideal', `${walk.beyondIdealMs.toFixed(0)} ms`],
          ['first change after POST', `${walk.firstChangeMs.toFixed(0)} ms`],
          ['retarget', `${walk.retargetMs.toFixed(1)} ms`],
          ['events a step', walk.eventsPerStep],
          ['events of the whole walk', walk.eventsPerWalk],
          ...Object.entries(walk.rssMb).map(([part, mb]) => [`memory of ${part}`, `${mb.toFixed(0)} MB`]),
        ],
      ),
    );
  }
  if (chosen.includes('ready')) {
    console.log('\nFrom nothing to the first accepted POST');
    figures.readyMs = rounded(await measureReadiness(rounds, log), 0);
  }
  if (chosen.includes('backtest')) {
    console.log(`\nBack-test of 30 days at 15 s: ${evaluations} evaluations`);
    const { recordedMs, closedLoopMs } = await measureBacktests(rounds, log);
    figures.backtestMs = { recorded: rounded(recordedMs, 0), closedLoop: rounded(closedLoopMs, 0) };
  }
  if (chosen.includes('faults')) {
    console.log('\nThe same walk under the same faults');
    console.log(faultTable(await compareUnderFaults(log)));
  }
  if (chosen.includes('hpa')) {
    console.log('\nBeside the real HPA');
    const hpa = await compareWithHpa(log);
    figures.hpa = hpa;
    console.log(hpaTable(hpa));
  }
  if (chosen.includes('console')) {
    console.log('\nThe console in Chromium, with 10 and with 1,000 resources in turn');
    const pages = await measureConsole(rounds, log);
    figures.console = pages;
    console.log(consoleTable(pages));
  }
  console.log(`\n${JSON.stringify(figures)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
}

async function starts(workload: Workload): Promise<StartFigures[]> {
  const figures = await measureStarts(workload, rounds, log);
  console.log(startTable(workload, figures));
  return figures;
}

async function watch(watches: number, growTo: number): Promise<void> {
  console.log(`${machine()}\n\nIdle autoscaled resources on one worker`);
  const figures = await measureWatches({ watches, growTo }, log);
  console.log(watchTable(figures));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
}

function startTable(workload: Workload, figures: readonly StartFigures[]): string {
  const where = { door: 'at the door', atWork: 'with workers at work' }[workload];
  return table(
    [`callers, ${where}`, 'bare start', 'POST', 'throughput', 'p99 bare', 'p99 POST', 'p99'],
    figures.map(({ callers, bare, post, throughputRatio, p99Ratio }) => [
      callers,
      `${bare.perSecond.toFixed(0)}/s`,
      `${post.perSecond.toFixed(0)}/s`,
      throughputRatio.toFixed(2),
      `${bare.p99Ms.toFixed(1)} ms`,
      `${post.p99Ms.toFixed(1)} ms`,
      `${p99Ratio.toFixed(2)} x`,
    ]),
  );
}

function faultTable(figures: readonly FaultFigures[]): string {
  const cells = ({ seconds, changes, overshoot, endedAt }: Walked) => [
    `${seconds.toFixed(1)} s`,
    changes,
    overshoot,
    endedAt,
  ];
  return table(
    ['fault', 'loop', 'changes', 'too many', 'ends at', 'Escapement', 'changes', 'too many', 'ends at'],
    figures.map(({ fault, loop, ours }) => [fault, ...cells(loop), ...cells(ours)]),
  );
}

function hpaTable({ hpa, ours }: HpaFigures): string {
  const row = (what: string, cell: (side: Side) => string) => [what, cell(hpa), cell(ours)];
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const cost = ({ looks, processorMsALook }: LookCost) => `${processorMsALook.toFixed(2)} ms (of ${looks})`;
  return table(
    ['median', 'HPA', 'Escapement'],
    [
      row('jump to change, looked at every 15 s', ({ jumpAt15sMs }) => seconds(jumpAt15sMs)),
      row('jump to change, looked at every 2 s', ({ jumpAt2sMs }) => seconds(jumpAt2sMs)),
      row('jump to change, told of it', ({ pushedMs }) => (pushedMs === null ? '-' : seconds(pushedMs))),
      row('processor time a look, at 15 s', ({ looksAt15s }) => cost(looksAt15s)),
      row('processor time a look, at 2 s', ({ looksAt2s }) => cost(looksAt2s)),
      row('acts again after SIGKILL', ({ afterKillMs }) => seconds(afterKillMs)),
    ],
  );
}

function consoleTable(pages: readonly ConsoleFigures[]): string {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return table(
    ['resources', 'first paint', 'first row', 'all rows change: p50', 'p95', 'max', 'scrolling: p50', 'p95', 'max'],
    pages.map(({ resources, firstPaintMs, firstRowMs, changing, scrolling }) => [
      resources,
      ...[firstPaintMs, firstRowMs, changing.p50Ms, changing.p95Ms, changing.maxMs].map(ms),
      ...[scrolling.p50Ms, scrolling.p95Ms, scrolling.maxMs].map(ms),
    ]),
  );
}

function watchTable(figures: readonly WatchFigures[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    [
      'watches',
      'worker',
      '',
      'server',
      '',
      'database',
      'sidecar',
      'events',
      'looks made',
      'lag p50',
      'p99',
      'max',
      'metrics',
      '',
    ],
    figures.map((each) => [
      each.watches,
      percent(each.workerCpu),
      `${each.workerMb.toFixed(0)} MB`,
      percent(each.serverCpu),
      `${each.serverMb.toFixed(0)} MB`,
      `${each.databaseMb.toFixed(0)} MB`,
      percent(each.sidecarCpu),
      `${each.events} (+${each.newEvents})`,
      percent(each.looksMade),
      `${each.lagP50Ms.toFixed(1)} ms`,
      `${each.lagP99Ms.toFixed(1)} ms`,
      `${each.lagMaxMs.toFixed(0)} ms`,
      percent(each.metricsCpu),
      `${each.metricsMb.toFixed(1)} MB`,
    ]),
  );
}

function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown';
  return `${new Date().toISOString()}, Node ${process.version}, ${cpus().length} cores (${model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
}

function mapped<Key extends string>(
  record: Record<Key, number>,
  of: (value: number) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries<number>(record).map(([key, value]) => [key, of(value)]));
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) fail(`${option} ${text}: it must be a whole number.`);
  return Number(text);
}

function fail(message: string): never {
  console.error(`${message}\n\n${help}`);
  process.exit(2);
}
