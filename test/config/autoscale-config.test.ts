import { autoscaleSchema } from '../../src/config/schema/autoscale.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { errorLines, read, workerWith } from './written.js';

/** An autoscale with two signals. The given fields begin in line 11, column 7. */
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

  it('sends what older workers do not know only where it is set', async () => {
    const idle = async (more: string) => (await settingsOf(`idle: { value: waiting, for: 5m${more} }`, 0))?.idle;
    expect(Object.keys((await idle(', capacity: 0, atOnce: false'))!)).toEqual(['value', 'atOrBelow', 'forMs']);
    expect(await idle(', capacity: 2, atOnce: true')).toMatchObject({ capacity: 2, atOnce: true });
  });
});

describe('the sampling of a signal', () => {
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
    ['else: active', { waiting: { else: { signal: 'active', afterMs: 0 } } }],
    ['else: { signal: active, after: 1m }', { waiting: { else: { signal: 'active', afterMs: 60_000 } } }],
    ['rate: false', undefined],
    ['maxAge: "${AGE:-1m}", rate: "${RATE}"', { waiting: { rate: true, maxAgeMs: 60_000 } }],
  ])('is read separately from the settings of the source: %s', async (fields, expected) => {
    expect(await samplingOf(fields, { RATE: 'true' })).toEqual(expected);
  });

  test.each([
    ['an age without a unit', 'maxAge: 60', 'maxAge: 60 has no unit; write 60s'],
    ['an age of zero', 'maxAge: 0s', 'maxAge: must be longer than zero'],
    ['a misspelled name', 'maxage: 60s', 'maxage: unknown key; did you mean "maxAge"?'],
    ['a rate that is not a boolean', 'rate: 5m', 'rate: must be true or false'],
    [
      'a stand-in that does not exist',
      'else: activ',
      'else: names the signal "activ", which does not exist; did you mean "active"?',
    ],
    ['a signal that stands in for itself', 'else: waiting', 'else: leads back to waiting'],
  ])('is refused if it is invalid: %s', async (_, fields, expected) => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting, target: 1 }]').replace(
      'value: 1 }',
      `value: 1, ${fields} }`,
    );
    expect(await errorLines(text)).toEqual([expect.stringContaining(`signals.waiting.${expected}`)]);
  });

  it('refuses a number for no data of a counter, because the number would count as a reset', async () => {
    const text = autoscaleWith('policies: [{ type: perUnit, value: waiting, target: 1 }]').replace(
      'type: constant, value: 1',
      'type: redis, key: jobs, rate: true, emptyAs: 0',
    );
    expect(await errorLines(text)).toEqual([expect.stringContaining('emptyAs: would count as a reset of the counter')]);
  });
});

describe('an invalid autoscale', () => {
  const perUnit = (fields: string) => `policies: [{ type: perUnit, value: waiting, target: 10, ${fields} }]`;
  const policy0 = 'resources.worker.autoscale.policies[0]';

  test.each([
    [
      'an interval without a unit',
      `interval: 15\npolicies: [${fixed}]`,
      '11 resources.worker.autoscale.interval: 15 has no unit; write 15s',
    ],
    [
      'a misspelled name in an expression',
      'policies: [{ type: perUnit, value: waitng * 2, target: 1 }]',
      `11 ${policy0}.value: column 1 of the expression: unknown name; did you mean "waiting"?`,
    ],
    [
      'an expression that ends too early',
      'policies: [{ type: perUnit, value: waiting +, target: 1 }]',
      `11 ${policy0}.value: column 10 of the expression: ends too early`,
    ],
    [
      'code in place of an expression',
      'policies: [{ type: perUnit, value: "process.exit()", target: 1 }]',
      `11 ${policy0}.value: column 8 of the expression`,
    ],
    [
      'a misspelled type',
      'policies: [{ type: perUnits, value: waiting, target: 1 }]',
      `11 ${policy0}.type: unknown value; did you mean "perUnit"?`,
    ],
    [
      'a target of zero',
      'policies: [{ type: perUnit, value: waiting, target: 0 }]',
      `11 ${policy0}.target: must be above 0`,
    ],
    [
      'thresholds in the reverse order',
      'policies: [{ type: thresholds, value: waiting, up: { at: 5, add: 1 }, down: { at: 6, remove: 1 } }]',
      `11 ${policy0}.down.at: must be below up.at: one value would otherwise add and remove units; lower down.at, or raise up.at`,
    ],
    [
      'a step with a field of a schedule',
      'policies: [{ type: steps, value: waiting, steps: [{ from: 5, below: 6, add: 1 }] }]',
      `11 ${policy0}.steps[0].from: unknown key; supported keys: atOrAbove, above, below, atOrBelow, add, remove, set, atLeast`,
    ],
    [
      'steps that overlap',
      'policies: [{ type: steps, value: waiting, steps: [{ below: 6, remove: 1 }, { above: 5, add: 1 }] }]',
      `11 ${policy0}.steps[1].above: overlaps steps[0], which applies up to 6; write atOrBelow: 5 in steps[0], or atOrAbove: 6 in this step`,
    ],
    [
      'a threshold for scaling in above the target',
      perUnit('scaleInBelow: 11'),
      `11 ${policy0}.scaleInBelow: must not be above target: the capacity would otherwise alternate between two values; lower scaleInBelow, or raise target`,
    ],
    [
      'a burst without an average',
      perUnit('burst: { window: 6s, above: 200% }'),
      `11 ${policy0}.burst: requires an average that is longer than the window of burst; set average, for example 60s`,
    ],
    [
      'a burst below 100%',
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
      `11 ${policy0}.windows[0].cron: has 6 fields, but a cron pattern has five (minute, hour, day of month, month, day of week); write "10 19 * * *"`,
    ],
    [
      'a day that the month does not have',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ cron: "0 0 31 2 *", for: 1h, min: 4 }] }]',
      `11 ${policy0}.windows[0].cron: never occurs; write a day that exists in one of the months`,
    ],
    [
      'a percentage without a percent sign',
      perUnit('tolerance: 5'),
      `11 ${policy0}.tolerance: 5 has no unit; write 5%`,
    ],
    [
      'a history of less than a season',
      'policies: [{ type: forecast, value: waiting, target: 1, history: 2h }]',
      `11 ${policy0}.history: must be at least one season`,
    ],
    [
      'a time zone that does not exist',
      'policies: [{ type: schedule, timezone: Europe/Berln, windows: [{ from: "09:00", to: "17:00", min: 4 }] }]',
      `11 ${policy0}.timezone: is not a supported time zone; did you mean "Europe/Berlin"?`,
    ],
    [
      'an offset in place of a time zone',
      'policies: [{ type: schedule, timezone: CET+1, windows: [{ from: "09:00", to: "17:00", min: 4 }] }]',
      `11 ${policy0}.timezone: is not a supported time zone; write a name such as Europe/Berlin or UTC`,
    ],
    [
      'an invalid time of day',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:60", min: 4 }] }]',
      `11 ${policy0}.windows[0].to: is not a time of day`,
    ],
    [
      'a window without bounds',
      'policies: [{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:00" }] }]',
      `11 ${policy0}.windows[0]: requires min, max or both, or capacity alone`,
    ],
    ['a duplicate section', `policies: [${fixed}]\nsignals: {}`, '12 duplicate key; remove one of the two keys'],
    [
      'idle with min above 0',
      'idle: { value: waiting, for: 5m }',
      '11 resources.worker.autoscale.idle: scales to zero, but min is above 0; write min: 0, or remove idle',
    ],
    [
      'idle with a capacity below min',
      'idle: { value: waiting, for: 5m, capacity: 0 }',
      'scales to zero, but min is above 0',
    ],
    [
      'idle with a capacity above max',
      'idle: { value: waiting, for: 5m, capacity: 99 }',
      '11 resources.worker.autoscale.idle.capacity: is above max; lower it, or raise max',
    ],
    [
      'neither a policy nor idle',
      '',
      '7 resources.worker.autoscale.policies: is empty, so the autoscaler would never change the capacity; add a policy, or add idle:',
    ],
    [
      'a misspelled type of a limit',
      `policies: [${fixed}]\nbehavior: { scaleUp: { policies: [{ type: Pod, value: 1, periodSeconds: 60 }] } }`,
      '12 resources.worker.autoscale.behavior.scaleUp.policies[0].type: unknown value; did you mean "Pods"?',
    ],
    [
      'an invalid fallback',
      `policies: [${fixed}]\nfallback: { capacity: keep }`,
      '12 resources.worker.autoscale.fallback.capacity: must be hold or a whole number or a mapping',
    ],
  ])('%s is reported with its position', async (_, fields, expected) => {
    expect((await errorLines(autoscaleWith(fields))).map(withoutColumn)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['current: { type: constant, value: 1 }', 'current: is a reserved name in expressions; choose another name'],
    ['max: { type: constant, value: 1 }', 'max: is a reserved name in expressions; choose another name'],
    [
      'queue-depth: { type: constant, value: 1 }',
      'queue-depth: is not a valid signal name; write only letters, digits and "_", and begin with a letter',
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
    const lines = await errorLines(text);
    expect(lines).toEqual([expect.stringContaining(`resources.worker.autoscale.signals.${expected}`)]);
    expect(lines.join()).not.toContain('pass#20');
  });

  it('is reported with all problems', async () => {
    const fields =
      'interval: 15\npolicies:\n  - { type: perUnit, value: waitng, target: 0 }\n  - { type: fixd }\nfallback: { aftr: 3 }';
    expect(await errorLines(autoscaleWith(fields))).toHaveLength(5);
  });
});

test.each(['Europe/Berlin', 'US/Eastern', 'Asia/Calcutta', 'UTC'])('%s is a time zone', async (timezone) => {
  const policy = `{ type: schedule, timezone: ${timezone}, windows: [{ from: "09:00", to: "17:00", min: 4 }] }`;
  expect(await settingsOf(`policies: [${policy}]`)).toMatchObject({ policies: [{ timezone }] });
});

describe('an autoscale that cannot scale out from zero', () => {
  const utilization = '{ type: utilization, value: active, target: 50 }';
  const perUnit = '{ type: perUnit, value: waiting, target: 10 }';
  const nightly = (bounds: string) =>
    `{ type: schedule, timezone: UTC, windows: [{ from: "09:00", to: "17:00", ${bounds} }] }`;
  const never = '11 resources.worker.autoscale.policies: cannot scale out from zero';

  it.each([
    ['utilization alone', `policies: [${utilization}]`],
    ['utilization and a maximum by time', `policies: [${utilization}, ${nightly('max: 4')}]`],
    [
      'utilization and a forecast that only observes',
      `policies: [${utilization}, { type: forecast, value: active, target: 5 }]`,
    ],
    ['utilization and a fixed capacity of 0', `policies: [${utilization}, { type: fixed, capacity: 0 }]`],
    ['utilization and a queue, with combine: min', `policies: [${utilization}, ${perUnit}]\ncombine: min`],
    [
      'utilization and a fallback that only removes units',
      `policies: [${utilization}]\nfallback: { capacity: { atMost: 2 } }`,
    ],
  ])('is refused: %s', async (_, fields) => {
    const [line, ...others] = (await errorLines(autoscaleWith(fields, 0))).map(withoutColumn);
    expect(line).toContain(never);
    expect(line).toContain('add idle: with a value that measures work');
    expect(others).toEqual([]);
  });

  it.each([
    ['a min of one', `policies: [${utilization}]`, 1],
    ['idle', `policies: [${utilization}]\nidle: { value: waiting, for: 5m }`, 0],
    ['a policy on a queue', `policies: [${utilization}, ${perUnit}]`, 0],
    ['a minimum by time', `policies: [${utilization}, ${nightly('min: 1')}]`, 0],
    ['a minimum by time, with combine: min', `policies: [${utilization}, ${nightly('capacity: 1')}]\ncombine: min`, 0],
    ['a fallback that adds units', `policies: [${utilization}]\nfallback: { capacity: { atLeast: 1 } }`, 0],
    ['no utilization policy', `policies: [{ type: fixed, capacity: 0 }]`, 0],
  ])('is not reported with %s', async (_, fields, min) => {
    expect(await errorLines(autoscaleWith(fields, min))).toEqual([]);
  });
});
