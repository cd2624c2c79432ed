import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem } from '../../src/config/problem.js';
import { validateFile } from '../../src/config/validate.js';
import { fileOf, read } from './written.js';

/** What is told of an autoscale over one signal, between 2 and 8 units: `path: text`, paths within `autoscale`. */
async function warningsOf(
  fields: string,
  bounds = 'min: 2\nmax: 8',
  signals = '{ load: { type: constant, value: 1 } }',
) {
  const autoscale = `signals: ${signals}\n${fields}`.trimEnd().replaceAll(/^/gm, '  ');
  const { warnings } = await read(fileOf(`platform: kubernetes\n${bounds}\nautoscale:\n${autoscale}`));
  return warnings.map((warning) =>
    formatProblem(warning).replace(/^escapement.yaml:\d+:\d+ resources.worker.autoscale\./, ''),
  );
}

/** The last index in a path. */
function indexIn(line: string): number {
  return Number(/\[(\d)\]:/.exec(line)?.[1]);
}

const perUnit = '{ type: perUnit, value: load, target: 10 }';
const policies = (...written: string[]) => `policies: [${written.join(', ')}]`;
const schedule = (windows: string, otherwise = '') =>
  `{ type: schedule, timezone: UTC, windows: [${windows}]${otherwise && `, otherwise: ${otherwise}`} }`;
const working = 'from: "09:00", to: "17:00"';

describe('capacities outside of min and max', () => {
  test.each([
    ['a fixed one above', policies('{ type: fixed, capacity: 9 }'), 'policies[0].capacity: 9 is above max, 8'],
    ['a fixed one below', policies('{ type: fixed, capacity: 1 }'), 'policies[0].capacity: 1 is below min, 2'],
    [
      'what a step sets',
      policies('{ type: steps, value: load, steps: [{ above: 5, set: 9 }] }'),
      'policies[0].steps[0].set: 9 is above max, 8',
    ],
    [
      'the floor of a window',
      policies(perUnit, schedule(`{ ${working}, min: 9 }`)),
      'policies[1].windows[0].min: 9 is above max, 8',
    ],
    [
      'the ceiling of a window',
      policies(perUnit, schedule(`{ ${working}, max: 1 }`)),
      'policies[1].windows[0].max: 1 is below min, 2',
    ],
    [
      'a window that sends it away',
      policies(perUnit, schedule(`{ cron: "0 9 * * *", for: 1h, capacity: 0 }`)),
      'policies[1].windows[0].capacity: 0 is below min, 2',
    ],
    [
      'what holds otherwise',
      policies(perUnit, schedule(`{ ${working}, min: 3 }`, '0')),
      'policies[1].otherwise: 0 is below min, 2',
    ],
    [
      'a bound of what holds otherwise',
      policies(perUnit, schedule(`{ ${working}, min: 3 }`, '{ max: 12 }')),
      'policies[1].otherwise.max: 12 is above max, 8',
    ],
    ['a fallback', `${policies(perUnit)}\nfallback: { capacity: 9 }`, 'fallback.capacity: 9 is above max, 8'],
    [
      'the least of a fallback',
      `${policies(perUnit)}\nfallback: { capacity: { atLeast: 1 } }`,
      'fallback.capacity.atLeast: 1 is below min, 2',
    ],
  ])('are told: %s', async (_, fields, expected) => {
    expect((await warningsOf(fields)).filter((line) => line.includes('which is what comes of it'))).toEqual([
      expect.stringContaining(`${expected}, which is what comes of it; `),
    ]);
  });

  it('are fine at the bounds themselves', async () => {
    const fields = `${policies(perUnit, schedule(`{ ${working}, min: 2, max: 8 }`))}\nfallback: { capacity: { atLeast: 8 } }`;
    expect(await warningsOf(fields)).toEqual([]);
  });
});

describe('a signal that nothing uses', () => {
  const two = '{ load: { type: constant, value: 1 }, other: { type: constant, value: 1 } }';

  it('is told', async () => {
    expect(await warningsOf(policies(perUnit), undefined, two)).toEqual([
      expect.stringMatching(/^signals.other: is used by nothing, so it is never sampled; /),
    ]);
  });

  it('is used by idle, too', async () => {
    const fields = `${policies(perUnit)}\nidle: { value: other, for: 5m }`;
    expect(await warningsOf(fields, 'min: 0\nmax: 8', two)).toEqual([]);
  });
});

describe('an age that has no date to count from', () => {
  const url = "url: 'http://h/stats', path: waiting";

  test.each([
    [
      'of a source that has none',
      '{ type: redis, key: jobs, maxAge: 1m }',
      'here redis does not say when its number was true; remove it',
    ],
    [
      'of a query, which is as young as the look',
      "{ type: prometheus, server: 'http://h', query: up, maxAge: 1m }",
      'here prometheus does not say',
    ],
    ['of shards', '{ type: kinesis, stream: s, measure: shards, maxAge: 5m }', 'here kinesis does not say'],
    ['of an answer whose time nobody named', `{ type: http-json, ${url}, maxAge: 1m }`, 'set observedAt, or remove it'],
  ])('is told: %s', async (_, signal, expected) => {
    expect(await warningsOf(policies(perUnit), undefined, `{ load: ${signal} }`)).toEqual([
      expect.stringMatching(new RegExp(`^signals.load.maxAge: has no effect: .*${expected}`)),
    ]);
  });

  test.each([
    `{ type: http-json, ${url}, observedAt: updatedAt, maxAge: 1m }`,
    '{ type: cloudwatch, namespace: n, metric: m, maxAge: 10m }',
    '{ type: kinesis, stream: s, maxAge: 5m }',
    '{ type: redis, key: jobs }',
  ])('is none of these: %s', async (signal) => {
    expect(await warningsOf(policies(perUnit), undefined, `{ load: ${signal} }`)).toEqual([]);
  });
});

describe('idle over work in hand', () => {
  const idleBy = (signal: string, value = 'load') =>
    warningsOf(`policies: []\nidle: { value: ${value}, for: 5m }`, 'min: 0\nmax: 8', `{ load: ${signal} }`);

  test.each([
    ['sqs', '{ type: sqs, queue: jobs, count: visible }', 'messages that were received and not deleted'],
    ['sqs, not yet due', '{ type: sqs, queue: jobs, count: [visible, delayed] }', 'messages that were received'],
    [
      'rabbitmq',
      "{ type: rabbitmq, url: 'http://h:15672', queue: jobs, count: ready }",
      'messages that consumers hold',
    ],
    [
      'rabbitmq over AMQP',
      "{ type: rabbitmq, url: 'amqp://h', queue: jobs }",
      'messages that consumers hold, which AMQP does not report',
    ],
    [
      'activemq',
      "{ type: activemq, url: 'http://h:8161/api/jolokia', queue: jobs, count: waiting }",
      'messages that consumers hold',
    ],
    [
      'a stream of redis',
      '{ type: redis, key: jobs, structure: stream, group: workers, count: lag }',
      'entries that were delivered',
    ],
    ['a list of redis', '{ type: redis, key: jobs }', 'entries that workers removed from the list'],
    ['temporal', '{ type: temporal, taskQueue: jobs, count: backlog }', 'tasks that workers run'],
  ])('is told of %s', async (_, signal, expected) => {
    expect(await idleBy(signal)).toEqual([
      expect.stringMatching(
        new RegExp(`^idle.value: may go to zero over work in hand: load does not count ${expected}.*; `),
      ),
    ]);
  });

  test.each([
    ['sqs', '{ type: sqs, queue: jobs }'],
    ['rabbitmq', "{ type: rabbitmq, url: 'http://h:15672', queue: jobs }"],
    ['rabbitmq at an address that is a secret', '{ type: rabbitmq, url: "${RABBITMQ:-amqp://h}", queue: jobs }'],
    ['activemq', "{ type: activemq, url: 'http://h:8161/api/jolokia', queue: jobs }"],
    ['a stream of redis', '{ type: redis, key: jobs, structure: stream, group: workers }'],
    ['what is pending alone', '{ type: redis, key: jobs, structure: stream, group: workers, count: pending }'],
    ['temporal', '{ type: temporal, taskQueue: jobs }'],
    ['kafka, where only a commit is the end of it', "{ type: kafka, brokers: 'h:9092', topics: jobs, group: workers }"],
  ])('is none of what %s counts by itself', async (_, signal) => {
    expect(await idleBy(signal)).toEqual([]);
  });

  it('is settled for a list where idle reads another signal, too', async () => {
    const signals = '{ load: { type: redis, key: jobs }, active: { type: constant, value: 1 } }';
    const fields = 'policies: []\nidle: { value: load + active, for: 5m }';
    expect(await warningsOf(fields, 'min: 0\nmax: 8', signals)).toEqual([]);
  });
});

describe('a policy that can never win', () => {
  const toldOf = async (fields: string) => (await warningsOf(fields)).filter((line) => !line.startsWith('signals.'));

  const always = schedule(`{ ${working}, capacity: 5 }`, '2');

  test.each([
    ['the smaller of two numbers', policies('{ type: fixed, capacity: 3 }', '{ type: fixed, capacity: 4 }'), [0]],
    ['the same number again', policies('{ type: fixed, capacity: 4 }', '{ type: fixed, capacity: 4 }'), [1]],
    [
      'the larger of two numbers, where the least counts',
      `${policies('{ type: fixed, capacity: 3 }', '{ type: fixed, capacity: 4 }')}\ncombine: min`,
      [1],
    ],
    ['min beside a policy that is never below it', policies('{ type: fixed, capacity: 2 }', perUnit), [0]],
    ['any beside max', policies(perUnit, '{ type: fixed, capacity: 8 }'), [0]],
    [
      'max beside another, where the least counts',
      `${policies('{ type: fixed, capacity: 8 }', perUnit)}\ncombine: min`,
      [0],
    ],
    [
      'any beside min, where the least counts',
      `${policies(perUnit, '{ type: fixed, capacity: 2 }')}\ncombine: min`,
      [0],
    ],
    ['the larger target of one value', policies(perUnit, '{ type: perUnit, value: load, target: 20 }'), [1]],
    [
      'the smaller target of one value, where the least counts',
      `${policies(perUnit, '{ type: perUnit, value: load, target: 20 }')}\ncombine: min`,
      [0],
    ],
    ['a policy written twice', policies(perUnit, perUnit), [1]],
    ['all, under a schedule that says it all', policies(perUnit, '{ type: fixed, capacity: 5 }', always), [0, 1]],
  ])('is told: %s', async (_, fields, losers) => {
    const told = await toldOf(fields);
    expect(told.map(indexIn)).toEqual(losers);
    for (const line of told) expect(line).toMatch(/^policies\[\d\]: never wins: .*; remove it/);
  });

  test.each([
    ['a number in between', policies(perUnit, '{ type: fixed, capacity: 4 }')],
    ['another value', policies(perUnit, '{ type: perUnit, value: load * 2, target: 20 }')],
    ['another edge for scaling in', policies(perUnit, '{ type: perUnit, value: load, target: 20, scaleInBelow: 1 }')],
    ['another kind', policies(perUnit, '{ type: utilization, value: load, target: 20 }')],
    ['a number alone', policies('{ type: fixed, capacity: 2 }')],
    ['a schedule with holes', policies(perUnit, schedule(`{ ${working}, capacity: 5 }`))],
    ['a schedule of bounds', policies(perUnit, schedule(`{ ${working}, min: 5 }`, '{ max: 5 }'))],
  ])('is none of these: %s', async (_, fields) => {
    expect(await toldOf(fields)).toEqual([]);
  });
});

describe('a window that can never hold', () => {
  test.each([
    ['every day after', `{ days: sat, ${working}, min: 3 }, { ${working}, min: 4 }`, [0]],
    ['the whole day after', `{ days: mon-fri, ${working}, min: 3 }, { from: "00:00", to: "24:00", min: 4 }`, [0]],
    [
      'two halves after',
      `{ ${working}, min: 3 }, { from: "08:00", to: "12:00", min: 4 }, { from: "12:00", to: "18:00", min: 5 }`,
      [0],
    ],
    [
      'over midnight',
      `{ days: sun, from: "00:00", to: "05:00", min: 3 }, { days: sat, from: "22:00", to: "06:00", min: 4 }`,
      [0],
    ],
  ])('is told: %s', async (_, windows, hidden) => {
    const told = await warningsOf(policies(perUnit, schedule(windows)));
    expect(told.map(indexIn)).toEqual(hidden);
    for (const line of told) expect(line).toMatch(/^policies\[1\].windows\[\d\]: never holds: .*; move it/);
  });

  test.each([
    ['the special after the general', `{ ${working}, min: 4 }, { days: sat, ${working}, min: 3 }`],
    ['a minute more', `{ from: "09:00", to: "17:01", min: 3 }, { ${working}, min: 4 }`],
    ['dates after', `{ ${working}, min: 3 }, { dates: 12-24..12-26, min: 4 }`],
    [
      'days of the month before another day',
      `{ daysOfMonth: 1, min: 3 }, { days: mon-fri, from: "00:00", to: "24:00", min: 4 }`,
    ],
    ['a cron pattern after', `{ ${working}, min: 3 }, { cron: "0 9 * * *", for: 8h, min: 4 }`],
  ])('is none of these: %s', async (_, windows) => {
    expect(await warningsOf(policies(perUnit, schedule(windows)))).toEqual([]);
  });
});

it('a file with warnings is right, and validate tells them with their place', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'warnings-'));
  try {
    await writeFile(
      join(directory, 'a.yaml'),
      fileOf(`platform: kubernetes\nmin: 2\nmax: 8\nautoscale:\n  ${policies('{ type: fixed, capacity: 9 }')}`),
    );
    expect(await validateFile('a.yaml', {}, directory)).toMatchObject({
      problems: [],
      warnings: [
        {
          file: 'a.yaml',
          line: 8,
          path: 'resources.worker.autoscale.policies[0].capacity',
          problem: '9 is above max, 8, which is what comes of it',
          fix: 'raise max, or write 8',
        },
      ],
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});
