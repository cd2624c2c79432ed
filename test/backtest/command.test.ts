import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { backtestCommand } from '../../src/cli/commands/backtest.js';
import type { BacktestResult } from '../../src/backtest/simulate.js';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'backtest-'));
  await write('pool.yaml', configuration('pool', { max: 10 }));
  await write('small.yaml', configuration('pool', { max: 3 }));
  await write('queue.yaml', configuration('pool', { max: 10, value: 'queue', signal: 'queue' }));
  await write('two.yaml', `${configuration('pool', { max: 10 })}${resource('other', { max: 4 })}`);
  await write('waiting.csv', 'time,value\n0,5\n15,460\n30,460\n45,NaN\n60,20\n');
  await write('jobs.csv', 'time,value\n0,30\n60,0\n120,0\n');
});

afterAll(() => rm(cwd, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(cwd, name), text);

interface Written {
  readonly max: number;
  readonly value?: string;
  readonly signal?: string;
}

function configuration(alias: string, written: Written): string {
  return `version: 1\nresources:\n${resource(alias, written)}`;
}

/** The secret is not set anywhere: a back-test needs none. */
function resource(alias: string, { max, value = 'waiting', signal = 'waiting' }: Written): string {
  return `
  ${alias}:
    platform: omnistrate
    min: 1
    max: ${max}
    step: 10
    cooldown: 0s
    autoscale:
      signals:
        ${signal}: { type: prometheus, server: "\${NOT_SET_ANYWHERE}", query: up }
      policies:
        - { type: perUnit, value: ${value}, target: 100 }
`;
}

async function backtest(...parameters: string[]): Promise<string> {
  let output = '';
  const command = backtestCommand({ cwd, environment: {}, write: (text) => (output += text) });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await new Command().addCommand(command).parseAsync(['backtest', ...parameters], { from: 'user' });
  return output;
}

const waiting = ['--signal', 'waiting=waiting.csv'];

describe('what a signal says of its samples', () => {
  const asked = async (signal: string) => {
    await write('sampled.yaml', configuration('pool', { max: 10 }).replace(/\{ type: prometheus.*\}/, signal));
    const result = JSON.parse(await backtest('sampled.yaml', ...waiting, '--json')) as BacktestResult;
    return result.points.map(({ signals }) => signals['waiting']);
  };
  const source = "type: http-json, url: 'http://h', path: a";

  test.each([
    ['nothing', `{ ${source} }`, [5, 460, 460, null, 20]],
    ['what stands for no data', `{ ${source}, emptyAs: 0 }`, [5, 460, 460, 0, 20]],
    ['that it is a counter', `{ ${source}, rate: true }`, [null, 455 / 15, 0, null, 20 / 30]],
    ['a placeholder', `{ ${source}, emptyAs: "\${NOT_SET_ANYWHERE}" }`, [5, 460, 460, null, 20]],
  ])('holds as in life: %s', async (_, signal, expected) => {
    expect(await asked(signal)).toEqual(expected);
  });
});

describe('escapement backtest', () => {
  test('gives every point, the changes and a summary as JSON', async () => {
    const result = JSON.parse(await backtest('pool.yaml', ...waiting, '--json')) as BacktestResult;
    expect(result).toEqual({
      resource: 'pool',
      intervalSeconds: 15,
      points: [
        point(0, 5, 1, 1),
        point(15, 460, 5, 5),
        point(30, 460, 5, 5),
        point(45, null, 5, 5),
        point(60, 20, 1, 1),
      ],
      changes: [
        { seconds: 15, from: 1, to: 5 },
        { seconds: 60, from: 5, to: 1 },
      ],
      summary: {
        changes: 2,
        scaleUps: 1,
        scaleDowns: 1,
        unitHours: (15 * 1 + 45 * 5) / 3600,
        minCapacity: 1,
        maxCapacity: 5,
        underProvisionedSeconds: 0,
        largestBacklog: null,
      },
    });
  });

  function point(seconds: number, value: number | null, target: number, capacity: number): unknown {
    return {
      seconds,
      signals: { waiting: value },
      recommended: target,
      target,
      capacity,
      limitedBy: [],
      reason: expect.stringMatching(/^Asked for \d+ \(.*\)(?:; .*)?\. (?:Scale|Stay|Go on) .*\.$/) as unknown,
    };
  }

  test('names what limited it', async () => {
    const result = JSON.parse(await backtest('small.yaml', ...waiting, '--json')) as BacktestResult;
    expect(result.points[1]).toMatchObject({ recommended: 5, target: 3, capacity: 3, limitedBy: ['max'] });
  });

  test('compares files side by side', async () => {
    const table = await backtest('pool.yaml', 'small.yaml', ...waiting);
    expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual(
      expect.arrayContaining([
        ['', 'pool.yaml', 'small.yaml'],
        ['capacity', '1 to 5', '1 to 3'],
        ['too few units for', '0 s', '30 s'],
      ]),
    );
    const results = JSON.parse(await backtest('pool.yaml', 'small.yaml', ...waiting, '--json')) as BacktestResult[];
    expect(results.map(({ summary }) => summary.maxCapacity)).toEqual([5, 3]);
  });

  test('lists the changes of a single file', async () => {
    expect(await backtest('pool.yaml', ...waiting)).toContain('15 s: 1 -> 5\n60 s: 5 -> 1\n');
  });

  test('takes the start, the interval and the wait for units from its options', async () => {
    const options = ['--start-capacity', '4', '--interval', '30s', '--ready-after', '1m', '--json'];
    const result = JSON.parse(await backtest('pool.yaml', ...waiting, ...options)) as BacktestResult;
    expect(result.intervalSeconds).toBe(30);
    expect(result.changes).toEqual([
      { seconds: 0, from: 4, to: 1 },
      { seconds: 30, from: 1, to: 5 },
    ]);
    expect(result.points.map(({ capacity }) => capacity)).toEqual([1, 1, 1]);
  });

  test('a sample counts for three intervals, or for --max-age', async () => {
    await write('sparse.csv', 'time,value\n0,460\n90,460\n');
    const values = async (...options: string[]) =>
      (
        JSON.parse(
          await backtest('pool.yaml', '--signal', 'waiting=sparse.csv', '--json', ...options),
        ) as BacktestResult
      ).points.map(({ signals }) => signals.waiting);
    expect(await values()).toEqual([460, 460, 460, 460, null, null, 460]);
    expect(await values('--max-age', '15s')).toEqual([460, 460, null, null, null, null, 460]);
  });

  test('closes the loop by arrivals and a service rate', async () => {
    const closed = ['--arrivals', 'jobs.csv', '--service-rate', '10', '--json'];
    const result = JSON.parse(await backtest('queue.yaml', ...closed)) as BacktestResult;
    expect(result.points.slice(0, 3).map(({ signals, capacity }) => [signals.queue, capacity])).toEqual([
      [0, 1],
      [300, 3],
      [300, 3],
    ]);
    expect(result.summary.largestBacklog).toBe(300);
  });

  test.each([
    [['pool.yaml'], 'pool.yaml: pool: its policies read waiting; give each a file: --signal waiting=FILE.csv'],
    [['pool.yaml', ...waiting, '--signal', 'wating=waiting.csv'], 'has no signal wating; it has waiting'],
    [['pool.yaml', ...waiting, '--resource', 'worker'], 'resource worker does not exist; with autoscale: pool'],
    [['two.yaml', ...waiting], 'two.yaml: choose a resource with --resource: pool, other'],
    [['none.yaml', ...waiting], 'none.yaml: cannot be read (ENOENT)'],
    [['pool.yaml', '--signal', 'waiting=none.csv'], 'none.csv: cannot be read (ENOENT)'],
    [['queue.yaml', '--arrivals', 'jobs.csv'], 'a closed loop requires both --arrivals and --service-rate'],
    [['pool.yaml', '--signal', 'waiting'], 'write NAME=FILE.csv'],
    [['pool.yaml', ...waiting, '--interval', '30'], 'write a duration with a unit'],
    [['pool.yaml', ...waiting, '--interval', '0s'], 'must be longer than zero'],
    [['pool.yaml', ...waiting, '--start-capacity', '-1'], 'must be a whole number'],
    [['queue.yaml', '--arrivals', 'jobs.csv', '--service-rate', '0'], 'must be a number above 0'],
  ])('%j is refused', async (parameters, message) => {
    await expect(backtest(...parameters)).rejects.toThrow(message);
  });
});
