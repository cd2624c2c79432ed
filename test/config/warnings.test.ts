import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem } from '../../src/config/problem.js';
import { validateFile } from '../../src/config/validate.js';
import { fileOf, read } from './written.js';

/** The warnings for an autoscale with one signal and 2 to 8 units: `path: text`, with the path within `autoscale`. */
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

describe('a capacity outside min and max', () => {
  test.each([
    [
      'a fixed capacity above max',
      policies('{ type: fixed, capacity: 9 }'),
      'policies[0].capacity: 9 is above max, so max (8)',
    ],
    [
      'a fixed capacity below min',
      policies('{ type: fixed, capacity: 1 }'),
      'policies[0].capacity: 1 is below min, so min (2)',
    ],
    [
      'the capacity that a step sets',
      policies('{ type: steps, value: load, steps: [{ above: 5, set: 9 }] }'),
      'policies[0].steps[0].set: 9 is above max, so max (8)',
    ],
    [
      'the minimum of a window',
      policies(perUnit, schedule(`{ ${working}, min: 9 }`)),
      'policies[1].windows[0].min: 9 is above max, so max (8)',
    ],
    [
      'the maximum of a window',
      policies(perUnit, schedule(`{ ${working}, max: 1 }`)),
      'policies[1].windows[0].max: 1 is below min, so min (2)',
    ],
    [
      'a window with capacity 0',
      policies(perUnit, schedule(`{ cron: "0 9 * * *", for: 1h, capacity: 0 }`)),
      'policies[1].windows[0].capacity: 0 is below min, so min (2)',
    ],
    [
      'the capacity outside all windows',
      policies(perUnit, schedule(`{ ${working}, min: 3 }`, '0')),
      'policies[1].otherwise: 0 is below min, so min (2)',
    ],
    [
      'a bound outside all windows',
      policies(perUnit, schedule(`{ ${working}, min: 3 }`, '{ max: 12 }')),
      'policies[1].otherwise.max: 12 is above max, so max (8)',
    ],
    ['a fallback', `${policies(perUnit)}\nfallback: { capacity: 9 }`, 'fallback.capacity: 9 is above max, so max (8)'],
    [
      'the minimum of a fallback',
      `${policies(perUnit)}\nfallback: { capacity: { atLeast: 1 } }`,
      'fallback.capacity.atLeast: 1 is below min, so min (2)',
    ],
  ])('is reported: %s', async (_, fields, expected) => {
    expect((await warningsOf(fields)).filter((line) => line.includes(') applies; '))).toEqual([
      expect.stringContaining(`${expected} applies; `),
    ]);
  });

  it('is not reported at the bounds themselves', async () => {
    const fields = `${policies(perUnit, schedule(`{ ${working}, min: 2, max: 8 }`))}\nfallback: { capacity: { atLeast: 8 } }`;
    expect(await warningsOf(fields)).toEqual([]);
  });
});

describe('an unused signal', () => {
  const two = '{ load: { type: constant, value: 1 }, other: { type: constant, value: 1 } }';

  it('is reported', async () => {
    expect(await warningsOf(policies(perUnit), undefined, two)).toEqual([
      expect.stringMatching(/^signals.other: is not used by a policy or by idle, so it is never sampled; /),
    ]);
  });

  it('is not reported if idle uses it', async () => {
    const fields = `${policies(perUnit)}\nidle: { value: other, for: 5m }`;
    expect(await warningsOf(fields, 'min: 0\nmax: 8', two)).toEqual([]);
  });
});

describe('maxAge of a source that reports no time', () => {
  const url = "url: 'http://h/stats', path: waiting";

  test.each([
    [
      'a source without times',
      '{ type: redis, key: jobs, maxAge: 1m }',
      'redis does not report the time of its value with these settings; remove maxAge',
    ],
    [
      'a query, which is evaluated at the time of the read',
      "{ type: prometheus, server: 'http://h', query: up, maxAge: 1m }",
      'prometheus does not report the time',
    ],
    [
      'the number of shards',
      '{ type: kinesis, stream: s, measure: shards, maxAge: 5m }',
      'kinesis does not report the time',
    ],
    [
      'a PromQL query of Google',
      '{ type: google-cloud-monitoring, project: p, query: up, maxAge: 6m }',
      'google-cloud-monitoring does not report the time',
    ],
    ['http-json without observedAt', `{ type: http-json, ${url}, maxAge: 1m }`, 'set observedAt, or remove maxAge'],
  ])('is reported: %s', async (_, signal, expected) => {
    expect(await warningsOf(policies(perUnit), undefined, `{ load: ${signal} }`)).toEqual([
      expect.stringMatching(new RegExp(`^signals.load.maxAge: has no effect: .*${expected}`)),
    ]);
  });

  test.each([
    `{ type: http-json, ${url}, observedAt: updatedAt, maxAge: 1m }`,
    '{ type: cloudwatch, namespace: n, metric: m, maxAge: 10m }',
    '{ type: kinesis, stream: s, maxAge: 5m }',
    '{ type: google-pubsub, project: p, subscription: s, maxAge: 6m }',
    `{ type: google-cloud-monitoring, project: p, filter: 'metric.type="m"', maxAge: 6m }`,
    "{ type: exposition, url: 'http://h/metrics', metric: m, maxAge: 5m }",
    '{ type: redis, key: jobs }',
  ])('is not reported: %s', async (signal) => {
    expect(await warningsOf(policies(perUnit), undefined, `{ load: ${signal} }`)).toEqual([]);
  });
});

describe('idle while work is in progress', () => {
  const cloudRun = (measure: string) =>
    `{ type: google-cloud-monitoring, project: p, cloudRun: { service: s, region: r, measure: ${measure} } }`;
  const idleBy = (signal: string, value = 'load') =>
    warningsOf(`policies: []\nidle: { value: ${value}, for: 5m }`, 'min: 0\nmax: 8', `{ load: ${signal} }`);

  test.each([
    ['sqs', '{ type: sqs, queue: jobs, count: visible }', 'messages that were received and not deleted'],
    [
      'sqs with delayed messages',
      '{ type: sqs, queue: jobs, count: [visible, delayed] }',
      'messages that were received',
    ],
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
    ['requests of Cloud Run', cloudRun('requests'), 'requests that an instance processes'],
    ['waiting requests of Cloud Run', cloudRun('pending'), 'requests that an instance processes'],
  ])('is reported for %s', async (_, signal, expected) => {
    expect(await idleBy(signal)).toEqual([
      expect.stringMatching(
        new RegExp(`^idle.value: may scale to zero while work is in progress: load does not count ${expected}.*; `),
      ),
    ]);
  });

  test.each([
    ['sqs', '{ type: sqs, queue: jobs }'],
    ['rabbitmq', "{ type: rabbitmq, url: 'http://h:15672', queue: jobs }"],
    ['rabbitmq with an address from the environment', '{ type: rabbitmq, url: "${RABBITMQ:-amqp://h}", queue: jobs }'],
    ['activemq', "{ type: activemq, url: 'http://h:8161/api/jolokia', queue: jobs }"],
    ['a stream of redis', '{ type: redis, key: jobs, structure: stream, group: workers }'],
    [
      'the pending entries of a stream',
      '{ type: redis, key: jobs, structure: stream, group: workers, count: pending }',
    ],
    ['temporal', '{ type: temporal, taskQueue: jobs }'],
    ['google-pubsub', '{ type: google-pubsub, project: p, subscription: s }'],
    ['active instances of Cloud Run', cloudRun('activeInstances')],
    [
      'kafka, where a message counts until the group commits it',
      "{ type: kafka, brokers: 'h:9092', topics: jobs, group: workers }",
    ],
  ])('is not reported for %s', async (_, signal) => {
    expect(await idleBy(signal)).toEqual([]);
  });

  it('is not reported for a list if idle also reads another signal', async () => {
    const signals = '{ load: { type: redis, key: jobs }, active: { type: constant, value: 1 } }';
    const fields = 'policies: []\nidle: { value: load + active, for: 5m }';
    expect(await warningsOf(fields, 'min: 0\nmax: 8', signals)).toEqual([]);
  });
});

describe('a policy without effect', () => {
  const reportedFor = async (fields: string) =>
    (await warningsOf(fields)).filter((line) => !line.startsWith('signals.'));

  const always = schedule(`{ ${working}, capacity: 5 }`, '2');

  test.each([
    ['the smaller of two numbers', policies('{ type: fixed, capacity: 3 }', '{ type: fixed, capacity: 4 }'), [0]],
    ['the same number twice', policies('{ type: fixed, capacity: 4 }', '{ type: fixed, capacity: 4 }'), [1]],
    [
      'the larger of two numbers, with combine: min',
      `${policies('{ type: fixed, capacity: 3 }', '{ type: fixed, capacity: 4 }')}\ncombine: min`,
      [1],
    ],
    ['min in addition to a policy that is never below min', policies('{ type: fixed, capacity: 2 }', perUnit), [0]],
    ['any policy in addition to max', policies(perUnit, '{ type: fixed, capacity: 8 }'), [0]],
    [
      'max in addition to another policy, with combine: min',
      `${policies('{ type: fixed, capacity: 8 }', perUnit)}\ncombine: min`,
      [0],
    ],
    [
      'any policy in addition to min, with combine: min',
      `${policies(perUnit, '{ type: fixed, capacity: 2 }')}\ncombine: min`,
      [0],
    ],
    ['the larger target of one value', policies(perUnit, '{ type: perUnit, value: load, target: 20 }'), [1]],
    [
      'the smaller target of one value, with combine: min',
      `${policies(perUnit, '{ type: perUnit, value: load, target: 20 }')}\ncombine: min`,
      [0],
    ],
    ['a policy written twice', policies(perUnit, perUnit), [1]],
    [
      'every policy, with a schedule that always sets the capacity',
      policies(perUnit, '{ type: fixed, capacity: 5 }', always),
      [0, 1],
    ],
  ])('is reported: %s', async (_, fields, reportedIndexes) => {
    const reported = await reportedFor(fields);
    expect(reported.map(indexIn)).toEqual(reportedIndexes);
    for (const line of reported) expect(line).toMatch(/^policies\[\d\]: has no effect: .*; remove this policy/);
  });

  test.each([
    ['a number in between', policies(perUnit, '{ type: fixed, capacity: 4 }')],
    ['another value', policies(perUnit, '{ type: perUnit, value: load * 2, target: 20 }')],
    [
      'another threshold for scaling in',
      policies(perUnit, '{ type: perUnit, value: load, target: 20, scaleInBelow: 1 }'),
    ],
    ['another type of policy', policies(perUnit, '{ type: utilization, value: load, target: 20 }')],
    ['a single policy', policies('{ type: fixed, capacity: 2 }')],
    ['a schedule that does not cover all times', policies(perUnit, schedule(`{ ${working}, capacity: 5 }`))],
    ['a schedule of bounds', policies(perUnit, schedule(`{ ${working}, min: 5 }`, '{ max: 5 }'))],
  ])('is not reported: %s', async (_, fields) => {
    expect(await reportedFor(fields)).toEqual([]);
  });
});

describe('a window without effect', () => {
  test.each([
    ['a later window on every day', `{ days: sat, ${working}, min: 3 }, { ${working}, min: 4 }`, [0]],
    [
      'a later window for the whole day',
      `{ days: mon-fri, ${working}, min: 3 }, { from: "00:00", to: "24:00", min: 4 }`,
      [0],
    ],
    [
      'two later windows that cover it together',
      `{ ${working}, min: 3 }, { from: "08:00", to: "12:00", min: 4 }, { from: "12:00", to: "18:00", min: 5 }`,
      [0],
    ],
    [
      'a later window that crosses midnight',
      `{ days: sun, from: "00:00", to: "05:00", min: 3 }, { days: sat, from: "22:00", to: "06:00", min: 4 }`,
      [0],
    ],
  ])('is reported: %s', async (_, windows, hidden) => {
    const reported = await warningsOf(policies(perUnit, schedule(windows)));
    expect(reported.map(indexIn)).toEqual(hidden);
    for (const line of reported)
      expect(line).toMatch(/^policies\[1\].windows\[\d\]: has no effect: .*; move this window/);
  });

  test.each([
    ['a special window after a general one', `{ ${working}, min: 4 }, { days: sat, ${working}, min: 3 }`],
    ['a window that is one minute longer', `{ from: "09:00", to: "17:01", min: 3 }, { ${working}, min: 4 }`],
    ['a later window on dates', `{ ${working}, min: 3 }, { dates: 12-24..12-26, min: 4 }`],
    [
      'days of the month before another day',
      `{ daysOfMonth: 1, min: 3 }, { days: mon-fri, from: "00:00", to: "24:00", min: 4 }`,
    ],
    ['a later cron window', `{ ${working}, min: 3 }, { cron: "0 9 * * *", for: 8h, min: 4 }`],
  ])('is not reported: %s', async (_, windows) => {
    expect(await warningsOf(policies(perUnit, schedule(windows)))).toEqual([]);
  });
});

it('a file with warnings is valid, and validate reports the warnings with their positions', async () => {
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
          problem: '9 is above max, so max (8) applies',
          fix: 'raise max, or write 8',
        },
      ],
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});
