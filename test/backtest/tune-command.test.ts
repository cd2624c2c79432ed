import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse, stringify } from 'yaml';
import type { BacktestResult } from '../../src/backtest/simulate.js';
import { backtestCommand } from '../../src/cli/commands/backtest.js';
import { tuneCommand } from '../../src/cli/commands/tune.js';
import type { TuneAnswer } from '../../src/cli/commands/tune-answer.js';

let cwd: string;
const originalExitCode = process.exitCode;

/** A load of 1000 for 10 minutes, and of 100 for the rest of two hours. */
const busyThenIdle = Array.from({ length: 121 }, (_, minute) => `${minute * 60},${minute < 10 ? 1000 : 100}`);
/** Ten steps up and down, which every number has an effect on. */
const hills = Array.from(
  { length: 240 },
  (_, minute) => `${minute * 60},${Math.round(400 + 380 * Math.sin(minute / 6))}`,
);

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tune-'));
  await write('idle.csv', ['time,value', ...busyThenIdle].join('\n'));
  await write('hills.csv', ['time,value', ...hills].join('\n'));
  await write('escapement.yaml', configured('perUnit, value: waiting, target: 100'));
  await write('quick.yaml', configured('perUnit, value: waiting, target: 100').replace('down: 1h', 'down: 0s'));
  await write('preset.yaml', configured('thresholds, value: waiting, preset: cost'));
  await write('request.yaml', 'version: 1\nresources: { pool: { platform: omnistrate, min: 1, max: 10 } }');
  await write('fixed.yaml', configured('fixed, capacity: 3').replace('cooldown: { up: 0s, down: 1h }', 'cooldown: 0s'));
});

afterEach(() => {
  process.exitCode = originalExitCode;
});
afterAll(() => rm(cwd, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(cwd, name), text);

/** The secret is not set anywhere: no source is read. */
function configured(policy: string): string {
  return `version: 1
defaults:
  cooldown: { up: 0s, down: 1h }
resources:
  pool:
    platform: omnistrate
    min: 1
    max: 10
    step: all
    autoscale:
      interval: 1m
      signals:
        waiting: { type: prometheus, server: "\${NOT_SET_ANYWHERE}", query: up }
      policies:
        - { type: fixed, capacity: 1 }
        - { type: ${policy} }
`;
}

async function tune(...parameters: string[]): Promise<{ output: string; progress: string }> {
  let [output, progress] = ['', ''];
  const command = tuneCommand({
    cwd,
    environment: {},
    write: (text) => (output += text),
    terminal: { isTTY: true, write: (text) => (progress += text) },
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await new Command().addCommand(command).parseAsync(['tune', ...parameters], { from: 'user' });
  return { output, progress };
}

async function answer(...parameters: string[]): Promise<TuneAnswer> {
  return JSON.parse((await tune(...parameters, '--json')).output) as TuneAnswer;
}

const idle = ['--signal', 'waiting=idle.csv'];
const hilly = ['--signal', 'waiting=hills.csv', '--ready-after', '90s'];

describe('escapement tune', () => {
  test('prints the settings in force, the front, the warnings and the YAML of what differs', async () => {
    const { output } = await tune(...idle, '--objective', 'cost');
    expect(output).toContain('pool: 2h1m of recorded time, 121 evaluations, 3 numbers,');
    const rows = output.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows).toContainEqual(['', 'unit hours', 'below need for', 'changes', 'capacity', 'settings']);
    expect(rows).toContainEqual(['in force', '11.00', '0 s', '2', '1 to 10']);
    expect(rows).toContainEqual(['cost, performance, balanced', '4.25', '0 s', '2', '1 to 10', 'cooldown.down: 15m']);
    expect(output).toContain('warning: waiting: the values are replayed as recorded.');
    expect(output).toContain('note: cooldown.down: 15m: no value beyond was tried.');
    expect(output)
      .toContain(`For cost (the fewest unit hours with no more time below need and no more changes than now):

# cost: what differs from escapement.yaml:10

resources:
  pool:
    cooldown:
      up: 0s
      down: 15m # was 1h

Before you use it, backtest it on the recording of another day.`);
    expect(process.exitCode).toBe(originalExitCode);
  });

  test('shows the progress on a terminal, and how fast the trials were', async () => {
    const { progress } = await tune(...hilly, '--max', '20');
    expect(progress).toMatch(/\d+ of at most 20 trials, .* a second/);
    expect(progress).toMatch(/20 trials in \d+\.\d s: .* a second\n$/);
  });

  test('says that nothing is better, with an exit code of its own', async () => {
    const { output } = await tune(...idle, '--max', '1');
    expect(output).toContain('Nothing better than the settings in force was found for balanced (');
    expect(output).toContain('note: the search ended after 1 trial. A larger --max may find more.');
    expect(output).not.toContain('Before you use it');
    expect(process.exitCode).toBe(3);
  });

  test('the formats have the same answer', async () => {
    const found = await answer(...idle);
    expect(parse((await tune(...idle, '-o', 'yaml')).output)).toEqual(found);
    expect(JSON.parse((await tune(...idle, '-o', 'json')).output)).toEqual(found);
    expect(found.picked).toMatchObject({ objective: 'balanced', isBetter: true });
    expect(found.settings[0]).toMatchObject({ isInForce: true, isOnFront: false, changed: [] });
  });

  test.each(['escapement.yaml', 'quick.yaml', 'preset.yaml'])(
    'the YAML, put into %s, has the figures of the table',
    async (file) => {
      for (const objective of ['cost', 'performance', 'balanced'] as const) {
        const { settings, picked } = await answer('-c', file, ...hilly, '--objective', objective);
        const row = settings.find(({ pickedFor }) => pickedFor.includes(objective));
        const proposed = parse(picked.yaml ?? '{}') as Partial<Document> | null;
        await write('changed.yaml', stringify(merged(parse(await text(file)) as Document, proposed)));
        const { summary } = await backtestOf('changed.yaml', ...hilly);
        const { unitHours, changes, minCapacity, maxCapacity } = summary;
        expect(row).toMatchObject({ unitHours, changes, minCapacity, maxCapacity });
        expect(picked.isBetter).toBe(row?.isInForce === false);
      }
    },
  );

  test('the YAML names the policy that it belongs to', async () => {
    const { picked } = await answer('-c', 'quick.yaml', ...hilly, '--objective', 'performance');
    expect(picked.yaml).toMatch(/- type: perUnit\n {10}value: waiting\n {10}\w+: [\d.]+ # (was 100|not set before)/);
    expect(picked.yaml).toContain('# policies[1]; the others stay as they are');
  });

  test.each([
    [['-c', 'request.yaml', ...idle], 'request.yaml: no resource has autoscale:'],
    [['pool', '-c', 'request.yaml', ...idle], 'resource pool has no autoscale:; with autoscale: none'],
    [['other', ...idle], 'resource other does not exist; with autoscale: pool'],
    [[], 'escapement.yaml: pool: its policies read waiting; give each a file: --signal waiting=FILE.csv'],
    [['--signal', 'waiting=none.csv'], 'none.csv: cannot be read (ENOENT)'],
    [['-c', 'fixed.yaml', ...idle], 'pool: has no number that can be tuned'],
    [['-c', 'none.yaml', ...idle], 'none.yaml: cannot be read (ENOENT)'],
    [[...idle, '--max', '0'], 'must be a whole number, 1 or more'],
    [[...idle, '--objective', 'speed'], 'Allowed choices are cost, performance, balanced'],
  ])('%j is refused', async (parameters, message) => {
    await expect(tune(...parameters)).rejects.toThrow(message);
  });
});

interface Document {
  resources: { pool: { step?: unknown; cooldown?: unknown; autoscale?: { policies: object[] } } };
}

/** As a person does it: into the policy that the YAML names. */
function merged(document: Document, proposed: Partial<Document> | null): Document {
  const { pool } = document.resources;
  const { autoscale, ...pace } = proposed?.resources?.pool ?? {};
  Object.assign(pool, pace);
  const [policy] = autoscale?.policies ?? [];
  if (policy && pool.autoscale) pool.autoscale.policies[1] = { ...pool.autoscale.policies[1], ...policy };
  return document;
}

function text(file: string): Promise<string> {
  return readFile(join(cwd, file), 'utf8');
}

async function backtestOf(...parameters: string[]): Promise<BacktestResult> {
  let output = '';
  const command = backtestCommand({ cwd, environment: {}, write: (written) => (output += written) });
  await new Command().addCommand(command).parseAsync(['backtest', ...parameters, '--json'], { from: 'user' });
  return JSON.parse(output) as BacktestResult;
}
