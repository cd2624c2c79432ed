import { autoscaleSchema } from '../../src/config/schema/autoscale.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { complaints, read, workerWith } from './written.js';

/** An autoscale over two signals; what is given begins in line 11, column 7. */
function autoscaleWith(fields: string, min = 1): string {
  const signals = 'signals:\n  waiting: { type: constant, value: 1 }\n  active: { type: constant, value: 2 }\n';
  const inside = `${signals}${fields}`.trimEnd().replaceAll(/^/gm, '  ');
  return workerWith(`autoscale:\n${inside}`).replace('min: 1', `min: ${min}`);
}

/** `escapement.yaml:12:7 path: ...` -> `12 path: ...` */
function withoutColumn(line: string): string {
  return line.replace(/^escapement.yaml:(\d+):\d+:? /, '$1 ');
}

async function settingsOf(fields: string, min?: number) {
  const { resources } = await read(autoscaleWith(fields, min));
  return resources.worker?.autoscale?.settings;
}

const fixed = '{ type: fixed, capacity: 3 }';

describe('an autoscale', () => {
  it('has the documented defaults', async () => {
    expect(await settingsOf(`policies: [${fixed}]`)).toEqual({
      intervalMs: 15_000,
      signals: ['waiting', 'active'],
      policies: [{ type: 'fixed', capacity: 3 }],
      combine: 'max',
      behavior: {},
      idle: null,
      fallback: { after: 3, capacity: 'hold' },
    });
  });

  it('has the same defaults as the domain', () => {
    const { settings } = autoscaleSchema.parse({ policies: [{ type: 'fixed', capacity: 3 }] });
    expect(settings).toEqual(autoscaleSettingsSchema.parse({ policies: [{ type: 'fixed', capacity: 3 }] }));
  });

  it('keeps its signals as they are written', async () => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting + active, target: 1 }]').replace(
      '{ type: constant, value: 1 }',
      '{ type: redis, url: "${REDIS}", key: jobs }',
    );
    const { resources, warnings } = await read(text, { REDIS: 'redis://:hunter2@h:6379' });
    expect(resources.worker?.autoscale?.signals).toEqual({
      waiting: { type: 'redis', settings: { url: '${REDIS}', key: 'jobs' } },
      active: { type: 'constant', settings: { value: 2 } },
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    [
      '{ type: thresholds, value: waiting, up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }',
      { up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } },
    ],
    [
      '{ type: steps, value: waiting, steps: [{ atOrBelow: 10, remove: 1 }, { atOrAbove: 200, add: 50%, atLeast: 2 }] }',
      {
        steps: [
          { atOrBelow: 10, remove: 1 },
          { atOrAbove: 200, add: '50%', atLeast: 2 },
        ],
      },
    ],
    [
      '{ type: perUnit, value: waiting, target: 100 }',
      { target: 100, scaleInBelow: null, tolerance: 0, averageMs: null, burst: null },
    ],
    [
      '{ type: perUnit, value: waiting, target: 10, average: 60s, burst: { window: 6s, above: 200% } }',
      { averageMs: 60_000, burst: { windowMs: 6_000, above: 2 } },
    ],
    ['{ type: utilization, value: active / current, target: 0.7 }', { target: 0.7, tolerance: 0.1 }],
    [
      '{ type: forecast, value: waiting, target: 5 }',
      { seasonMs: 86_400_000, historyMs: 604_800_000, aheadMs: 900_000, buffer: 0, mode: 'observe' },
    ],
    [
      '{ type: schedule, timezone: Europe/Berlin, windows: [{ days: mon-fri, from: "09:00", to: "17:00", min: 4 }] }',
      { windows: [{ days: 'mon-fri', from: '09:00', to: '17:00', min: 4 }] },
    ],
    [
      '{ type: schedule, timezone: UTC, windows: [{ daysOfMonth: 5, min: 4 }, { daysOfMonth: 19-27, dates: 12-24..12-26, max: 2 }] }',
      {
        windows: [
          { daysOfMonth: '5', min: 4 },
          { daysOfMonth: '19-27', dates: '12-24..12-26', max: 2 },
        ],
      },
    ],
    [
      '{ type: schedule, timezone: UTC, windows: [{ cron: "10 19 * * *", until: "06:00", capacity: 0 }] }',
      { windows: [{ cron: '10 19 * * *', until: '06:00', capacity: 0 }] },
    ],
    [
      '{ type: schedule, timezone: UTC, windows: [{ cron: "0 9 * * *", for: 2h, capacity: 4 }], otherwise: 1 }',
      { windows: [{ cron: '0 9 * * *', forMs: 7_200_000, capacity: 4 }], otherwise: 1 },
    ],
  ])('reads the policy %s', async (written, settings) => {
    expect((await settingsOf(`policies: [${written}]`))?.policies[0]).toMatchObject(settings);
  });

  it('reads an amount from the environment, as a number or as a percentage', async () => {
    const steps = 'steps: [{ below: 5, remove: "${LESS}" }, { above: 9, add: "${MORE}" }]';
    const text = autoscaleWith(`policies: [{ type: steps, value: waiting + active, ${steps} }]`);
    const { resources } = await read(text, { LESS: '2', MORE: '50%' });
    expect(resources.worker?.autoscale?.settings.policies[0]).toMatchObject({
      steps: [{ remove: 2 }, { add: '50%' }],
    });
  });

  it('reads limits, idle and fallback', async () => {
    const fields = [
      'behavior: { scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Percent, value: 50, periodSeconds: 60 }] } }',
      'idle: { value: waiting + active, for: 5m }',
      'fallback: { after: 2, capacity: { atLeast: 4 } }',
    ];
    expect(await settingsOf(fields.join('\n'), 0)).toMatchObject({
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] },
      },
      idle: { value: 'waiting + active', atOrBelow: 0, forMs: 300_000 },
      fallback: { after: 2, capacity: { atLeast: 4 } },
    });
  });
});

describe('what a signal says of its samples', () => {
  const samplingOf = async (fields: string, environment = {}) => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting + active, target: 1 }]').replace(
      'waiting: { type: constant, value: 1 }',
      `waiting: { type: constant, value: 1, ${fields} }`,
    );
    const { resources } = await read(text, environment);
    const { settings, signals } = resources.worker!.autoscale!;
    expect(signals['waiting']).toEqual({ type: 'constant', settings: { value: 1 } });
    return settings.sampling;
  };

  test.each([
    ['maxAge: 2m', { waiting: { maxAgeMs: 120_000 } }],
    ['rate: true', { waiting: { rate: true } }],
    ['rate: true, maxAge: 30s', { waiting: { rate: true, maxAgeMs: 30_000 } }],
    ['rate: false', undefined],
    ['maxAge: "${AGE:-1m}", rate: "${RATE}"', { waiting: { rate: true, maxAgeMs: 60_000 } }],
  ])('is read apart from where it is sampled: %s', async (fields, expected) => {
    expect(await samplingOf(fields, { RATE: 'true' })).toEqual(expected);
  });

  test.each([
    ['an age without a unit', 'maxAge: 60', 'maxAge: 60 has no unit; write 60s'],
    ['an age of nothing', 'maxAge: 0s', 'maxAge: must be longer than zero'],
    ['a slip in a name', 'maxage: 60s', 'maxage: unknown key; did you mean "maxAge"?'],
    ['a rate that is no yes or no', 'rate: 5m', 'rate: must be true or false'],
  ])('is refused where it makes no sense: %s', async (_, fields, expected) => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting, target: 1 }]').replace(
      'value: 1 }',
      `value: 1, ${fields} }`,
    );
    expect(await complaints(text)).toEqual([expect.stringContaining(`signals.waiting.${expected}`)]);
  });

  it('refuses a number in the place of no data for a counter, which would begin anew with it', async () => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting, target: 1 }]').replace(
      'type: constant, value: 1',
      'type: redis, key: jobs, rate: true, emptyAs: 0',
    );
    expect(await complaints(text)).toEqual([expect.stringContaining('emptyAs: would read as a reset of the counter')]);
  });
});

describe('what is wrong with an autoscale', () => {
  const perUnit = (fields: string) => `policies: [{ type: perUnit, value: waiting, target: 10, ${fields} }]`;
  const policy0 = 'resources.worker.autoscale.policies[0]';

  test.each([
    [
      'an interval without a unit',
      `interval: 15\npolicies: [${fixed}]`,
      '11 resources.worker.autoscale.interval: 15 has no unit; write 15s',
    ],
    [
      'a slip in an expression',
      'policies: [{ type: perUnit, value: waitng * 2, target: 1 }]',
      `11 ${policy0}.value: column 1 of the expression: unknown name; did you mean "waiting"?`,
    ],
    [
      'an expression that ends too early',
      'policies: [{ type: perUnit, value: waiting +, target: 1 }]',
      `11 ${policy0}.value: column 10 of the expression: ends too early`,
    ],
    [
      'code in the place of one',
      'policies: [{ type: perUnit, value: "process.exit()", target: 1 }]',
      `11 ${policy0}.value: column 8 of the expression`,
    ],
    [
      'a slip in a type',
      'policies: [{ type: perUnits, value: waiting, target: 1 }]',
      `11 ${policy0}.type: unknown value; did you mean "perUnit"?`,
    ],
    [
      'a target of nothing',
      'policies: [{ type: perUnit, value: waiting, target: 0 }]',
      `11 ${policy0}.target: target must be above 0`,
    ],
    [
      'edges in the wrong order',
      'policies: [{ type: thresholds, value: waiting, up: { at: 5, add: 1 }, down: { at: 6, remove: 1 } }]',
      `11 ${policy0}.down.at: down.at must be below up.at; one value would ask for both`,
    ],
    [
      'a step in the words of a schedule',
      'policies: [{ type: steps, value: waiting, steps: [{ from: 5, below: 6, add: 1 }] }]',
      `11 ${policy0}.steps[0].from: unknown key; known here: atOrAbove, above, below, atOrBelow, add, remove, set, atLeast`,
    ],
    [
      'steps that overlap',
      'policies: [{ type: steps, value: waiting, steps: [{ below: 6, remove: 1 }, { above: 5, add: 1 }] }]',
      `11 ${policy0}.steps[1].above: overlaps steps[0]: that one applies up to 6; write atOrBelow: 5 there, or atOrAbove: 6 here`,
    ],
    [
      'an edge for scaling in above the target',
      perUnit('scaleInBelow: 11'),
      `11 ${policy0}.scaleInBelow: scaleInBelow must not be above target; capacity would go in and out by turns`,
    ],
    [
      'a burst without an average',
      perUnit('burst: { window: 6s, above: 200% }'),
      `11 ${policy0}.burst: burst needs an average over a longer window; set average, for example 60s`,
    ],
    [
      'a burst below the whole capacity',
      perUnit('average: 60s, burst: { window: 6s, above: 50% }'),
      `11 ${policy0}.burst.above: must be at least 100%`,
    ],
    [
      'a window of less than a second',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ cron: "0 9 * * *", for: 10ms, min: 4 }] }]',
      `11 ${policy0}.windows[0].for: must be at least 1000ms`,
    ],
    [
      "the six fields of AWS's cron",
      'policies: [{ type: schedule, timezone: UTC, windows: [{ cron: "10 19 * * ? *", for: 10h50m, capacity: 0 }] }]',
      `11 ${policy0}.windows[0].cron: has 6 fields where cron has five (minute, hour, day of month, month, day of week); write "10 19 * * *"`,
    ],
    [
      'a day that no month has',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ cron: "0 0 31 2 *", for: 1h, min: 4 }] }]',
      `11 ${policy0}.windows[0].cron: never occurs; write days that the months have`,
    ],
    ['a share without its sign', perUnit('tolerance: 5'), `11 ${policy0}.tolerance: 5 has no unit; write 5%`],
    [
      'a history of less than a season',
      'policies: [{ type: forecast, value: waiting, target: 1, history: 2h }]',
      `11 ${policy0}.history: history must be at least one season`,
    ],
    [
      'a zone that does not exist',
      'policies: [{ type: schedule, timezone: Europe/Berln, windows: [{ from: "09:00", to: "17:00", min: 4 }] }]',
      `11 ${policy0}.timezone: is not a time zone that is known here; did you mean "Europe/Berlin"?`,
    ],
    [
      'an offset in the place of a zone',
      'policies: [{ type: schedule, timezone: CET+1, windows: [{ from: "09:00", to: "17:00", min: 4 }] }]',
      `11 ${policy0}.timezone: is not a time zone that is known here; write a name such as Europe/Berlin or UTC`,
    ],
    [
      'a time that no clock shows',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:60", min: 4 }] }]',
      `11 ${policy0}.windows[0].to: is not a time of day`,
    ],
    [
      'a window that says nothing',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:00" }] }]',
      `11 ${policy0}.windows[0]: needs min, max or both, or capacity alone`,
    ],
    [
      'a name that expressions know already',
      `policies: [${fixed}]\nsignals: {}`,
      '12 this key stands here twice; remove one of the two',
    ],
    [
      'idle where min forbids zero',
      'idle: { value: waiting, for: 5m }',
      '11 resources.worker.autoscale.idle: goes to zero, which min forbids; write min: 0, or leave idle out',
    ],
    [
      'nothing that could decide',
      '',
      '7 resources.worker.autoscale.policies: is empty, so nothing would ever be decided; add a policy, or idle:',
    ],
    [
      "a slip in a limit's type",
      `policies: [${fixed}]\nbehavior: { scaleUp: { policies: [{ type: Pod, value: 1, periodSeconds: 60 }] } }`,
      '12 resources.worker.autoscale.behavior.scaleUp.policies[0].type: unknown value; did you mean "Pods"?',
    ],
    [
      'a fallback that is no word',
      `policies: [${fixed}]\nfallback: { capacity: keep }`,
      '12 resources.worker.autoscale.fallback.capacity: must be hold or a whole number or a mapping',
    ],
  ])('%s is told where it stands', async (_, fields, expected) => {
    expect((await complaints(autoscaleWith(fields))).map(withoutColumn)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['current: { type: constant, value: 1 }', 'current: has a meaning of its own in expressions; choose another name'],
    ['max: { type: constant, value: 1 }', 'max: has a meaning of its own in expressions; choose another name'],
    [
      'queue-depth: { type: constant, value: 1 }',
      'queue-depth: cannot be named in an expression; write letters, digits and "_" only, a letter first',
    ],
    ['waiting: { type: redis2, url: x }', 'waiting.type: unknown value; did you mean "redis"?'],
    ['waiting: { type: constant }', 'waiting.value: is missing'],
    ['waiting: constant', 'waiting: must be a mapping'],
    [
      'waiting: { type: prometheus, server: "http://svc:pass#20@h:9090", query: up }',
      'waiting.server: is not an address',
    ],
  ])('the signal `%s` is refused', async (signal, expected) => {
    const text = workerWith(`autoscale:\n  signals: { ${signal} }\n  policies: [${fixed}]`);
    const lines = await complaints(text);
    expect(lines).toEqual([expect.stringContaining(`resources.worker.autoscale.signals.${expected}`)]);
    expect(lines.join()).not.toContain('pass#20');
  });

  it('is told all at once', async () => {
    const fields =
      'interval: 15\npolicies:\n  - { type: perUnit, value: waitng, target: 0 }\n  - { type: fixd }\nfallback: { aftr: 3 }';
    expect(await complaints(autoscaleWith(fields))).toHaveLength(5);
  });
});

test.each(['Europe/Berlin', 'US/Eastern', 'Asia/Calcutta', 'UTC'])('%s is a time zone', async (timezone) => {
  const policy = `{ type: schedule, timezone: ${timezone}, windows: [{ from: "09:00", to: "17:00", min: 4 }] }`;
  expect(await settingsOf(`policies: [${policy}]`)).toMatchObject({ policies: [{ timezone }] });
});

describe('from zero', () => {
  const utilization = '{ type: utilization, value: active, target: 50 }';
  const perUnit = '{ type: perUnit, value: waiting, target: 10 }';
  const nightly = (bounds: string) =>
    `{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:00", ${bounds} }] }`;
  const never = '11 resources.worker.autoscale.policies: cannot bring it back from zero';

  it.each([
    ['utilization alone', `policies: [${utilization}]`],
    ['a ceiling does not help', `policies: [${utilization}, ${nightly('max: 4')}]`],
    [
      'nor does a forecast that only observes',
      `policies: [${utilization}, { type: forecast, value: active, target: 5 }]`,
    ],
    ['nor none of something else', `policies: [${utilization}, { type: fixed, capacity: 0 }]`],
    ['nor a queue, where the least counts', `policies: [${utilization}, ${perUnit}]\ncombine: min`],
    ['nor a fallback that takes away', `policies: [${utilization}]\nfallback: { capacity: { atMost: 2 } }`],
  ])('is refused: %s', async (_, fields) => {
    const [line, ...others] = (await complaints(autoscaleWith(fields, 0))).map(withoutColumn);
    expect(line).toContain(never);
    expect(line).toContain('add idle: with a value that tells of work');
    expect(others).toEqual([]);
  });

  it.each([
    ['a min of one', `policies: [${utilization}]`, 1],
    ['idle', `policies: [${utilization}]\nidle: { value: waiting, for: 5m }`, 0],
    ['a policy on a queue', `policies: [${utilization}, ${perUnit}]`, 0],
    ['a floor by the clock', `policies: [${utilization}, ${nightly('min: 1')}]`, 0],
    [
      'a floor by the clock, where the least counts',
      `policies: [${utilization}, ${nightly('capacity: 1')}]\ncombine: min`,
      0,
    ],
    ['a fallback that adds', `policies: [${utilization}]\nfallback: { capacity: { atLeast: 1 } }`, 0],
    ['no utilization at all', `policies: [{ type: fixed, capacity: 0 }]`, 0],
  ])('is fine with %s', async (_, fields, min) => {
    expect(await complaints(autoscaleWith(fields, min))).toEqual([]);
  });
});
