import { readFileSync } from 'node:fs';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import { nextCapacity } from '../../src/domain/scale/step.js';
import { minutes, seconds, start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { assignments, importedAs, refusalAs } from './importing-environments.js';

const kind = 'omnistrate';
const capability = (autoscaling: object, others: object = {}) => ({
  'x-omnistrate-capabilities': { autoscaling, ...others },
});
const custom = { policyType: 'custom', minReplicas: 1, maxReplicas: 6 };
const controller = {
  image: 'controller:1',
  environment: ['AUTOSCALER_COOLDOWN=300', 'AUTOSCALER_TARGET_RESOURCE=worker', 'AUTOSCALER_STEPS=1'],
};
const compose = (services: object) => JSON.stringify({ services });
const managed = {
  minReplicas: 1,
  maxReplicas: 8,
  idleThreshold: 10,
  idleMinutesBeforeScalingDown: 4,
  overUtilizedThreshold: 70,
  overUtilizedMinutesBeforeScalingUp: 2,
};
const scalingMetric = {
  metricEndpoint: 'http://localhost:9187/metrics',
  metricLabelName: 'application',
  metricLabelValue: 'shop',
  metricName: 'open_sessions',
};

describe('a controller', () => {
  it('and the service that it scales are the file that a person would write', async () => {
    const text = `
services:
  controller:
    environment:
      - AUTOSCALER_COOLDOWN=120
      - AUTOSCALER_TARGET_RESOURCE=worker # the key below
      - AUTOSCALER_STEPS=2
  worker:
    x-omnistrate-capabilities:
      autoscaling:
        policyType: custom
        maxReplicas: 6 # the licence
        minReplicas: 1
`;
    const { yaml, report } = await importedAs(kind, text);
    expect(yaml).toBe(`version: 1
resources:
  worker:
    platform: { type: omnistrate, url: http://127.0.0.1:49750 }
    min: 1
    max: 6 # the licence
    step: 2 # AUTOSCALER_STEPS
    cooldown: 2m # AUTOSCALER_COOLDOWN
`);
    expect(report.unsupported).toEqual([]);
  });

  it('without the compose file has the bounds of the example, and the report says so', async () => {
    const { config, report } = await importedAs(kind, 'AUTOSCALER_TARGET_RESOURCE=worker\nPORT=3000\nLOG_LEVEL=debug');
    expect(config.resources['worker']?.settings).toMatchObject({
      min: 0,
      max: null,
      step: { up: 1, down: 1 },
      cooldownMs: { up: 300_000, down: 300_000 },
      waitForActive: { timeoutMs: 900_000, intervalMs: 30_000 },
    });
    expect(report.text).toContain('input-1 does not say the bounds of worker: min is 0 and max is none');
    expect(report.text).toContain('PORT is a setting of the process');
    expect(report.text).toContain('LOG_LEVEL is a setting of the process');
  });

  it('and the compose file may be two files', async () => {
    const { config } = await importedAs(
      kind,
      assignments({ AUTOSCALER_TARGET_RESOURCE: 'worker' }),
      compose({ worker: capability(custom) }),
    );
    expect(config.resources['worker']?.settings).toMatchObject({ min: 1, max: 6 });
  });

  it('of several resources becomes one resource for each', async () => {
    const { config } = await importedAs(
      kind,
      compose({
        controller: { environment: { AUTOSCALER_TARGET_RESOURCES: 'api, worker', AUTOSCALER_STEPS: 2 } },
        api: capability({ ...custom, maxReplicas: 3 }),
        worker: capability(custom),
      }),
    );
    expect(config.resources).toMatchObject({
      api: { settings: { max: 3, step: { up: 2 } } },
      worker: { settings: { max: 6, step: { up: 2 } } },
    });
  });

  it('with bounds of its own keeps them', async () => {
    const environment = { AUTOSCALER_TARGET_RESOURCE: 'worker', AUTOSCALER_MAX_CAPACITY: '4' };
    const { config } = await importedAs(kind, compose({ controller: { environment }, worker: capability(custom) }));
    expect(config.resources['worker']?.settings).toMatchObject({ min: 1, max: 4 });
  });

  it('beside a policy of Omnistrate, or beside another controller, is reported', async () => {
    const { report } = await importedAs(kind, compose({ controller, second: controller, worker: capability(managed) }));
    expect(report.text).toContain('policyType is not custom: Omnistrate would scale the resource too');
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the target worker' })]);
  });

  it('with variables that are misspelled, unknown or empty is imported, and the report names them', async () => {
    const { report } = await importedAs(
      kind,
      assignments({
        AUTOSCALER_TARGET_RESOURCE: 'worker',
        AUTOSCALER_COOLDWN: '5',
        AUTOSCALER_STEPS: '',
        AUTOSCALER_DRY_RUN: 'true',
        TEAM: 'payments',
      }),
    );
    for (const words of [
      'AUTOSCALER_COOLDWN is unknown, and has no effect in the autoscaling example either; did you mean AUTOSCALER_COOLDOWN?',
      'AUTOSCALER_STEPS is empty',
      'AUTOSCALER_DRY_RUN is left out: write DRY_RUN',
      'TEAM is left out',
    ]) {
      expect(report.text).toContain(words);
    }
  });

  /** The loop of the example: steps toward the target until it is reached. */
  it.each([
    [2, 7, 1, [3, 4, 5, 6, 7]],
    [2, 7, 2, [4, 6, 7]],
    [7, 2, 3, [4, 2]],
    [3, 3, 1, []],
  ])('from %i to %i in steps of %i makes the changes of the example', async (from, to, step, expected) => {
    const text = assignments({ AUTOSCALER_TARGET_RESOURCE: 'worker', AUTOSCALER_STEPS: step });
    const { settings } = (await importedAs(kind, text)).config.resources['worker']!;
    const changes: number[] = [];
    for (let at = from; at !== to; changes.push(at)) at = nextCapacity(at, to, settings);
    expect(changes).toEqual(expected);
  });
});

describe('a service that no controller of the input scales', () => {
  it('with policyType: custom is a resource that is scaled on request, and the import is not complete', async () => {
    const { config, report } = await importedAs(kind, compose({ worker: capability(custom) }));
    expect(config.resources['worker']).toMatchObject({ settings: { min: 1, max: 6 } });
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'policyType: custom' })]);
  });

  it('with a policy of Omnistrate on the CPU keeps its bounds, and the report has its thresholds', async () => {
    const { config, report } = await importedAs(
      kind,
      compose({ worker: capability({ minReplicas: '1', maxReplicas: '5' }) }),
    );
    expect(config.resources['worker']).toMatchObject({ settings: { min: 1, max: 5 } });
    expect(config.resources['worker']?.autoscale).toBeUndefined();
    // The defaults of Omnistrate.
    expect(report.unsupported).toEqual([
      expect.objectContaining({
        path: 'input-1 services.worker x-omnistrate-capabilities.autoscaling',
        what: 'the policy of Omnistrate (below 20 for 5 min in, above 80 for 5 min out)',
      }),
    ]);
  });

  it('with a metric of its own scales by one unit when the threshold was exceeded for the whole time', async () => {
    const { config, report } = await importedAs(kind, compose({ worker: capability({ ...managed, scalingMetric }) }));
    const { autoscale, settings } = config.resources['worker']!;
    expect(autoscale!.signals['open_sessions']).toMatchObject({
      type: 'exposition',
      settings: { url: scalingMetric.metricEndpoint, metric: 'open_sessions', labels: { application: 'shop' } },
    });
    expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the metric of each replica' })]);

    const worker = new WatchedResource(compileAutoscale(autoscale!.settings, settings), 3);
    const follow = (untilMs: number, fromMs: number, value: number) => {
      const seen: number[] = [];
      for (let atMs = fromMs; atMs < untilMs; atMs += 30 * seconds) {
        seen.push(worker.follow({ atMs, readings: { open_sessions: { value, atMs: start + atMs } } }));
      }
      return seen;
    };
    // Neither above 70 nor below 10.
    expect(new Set([...follow(3 * minutes, 0, 70), ...follow(6 * minutes, 3 * minutes, 10)])).toEqual(new Set([3]));
    const above = follow(10 * minutes, 6 * minutes, 71);
    // Two minutes after the last value that was not above, and two more for the next unit.
    expect(above).toEqual([3, 3, 3, 4, 4, 4, 4, 5]);
    const below = follow(20 * minutes, 10 * minutes, 9);
    expect(below.slice(0, 7)).toEqual([5, 5, 5, 5, 5, 5, 5]);
    expect(below.at(-1)).toBe(3);
    expect(Math.max(...below.slice(1).map((each, index) => below[index]! - each))).toBe(1);
  });

  it.each([
    [
      'a bound that is a parameter',
      { ...custom, maxReplicas: '$var.max' },
      'maxReplicas: its value is that of a deployment ($var.max), and max is none',
    ],
    ['a bound that is not set', { policyType: 'custom', maxReplicas: 3 }, 'minReplicas: it is not set, and min is 0'],
    [
      'a threshold that is a parameter',
      { ...managed, idleThreshold: '{{ $var.idle }}', scalingMetric },
      'the value of idleThreshold is that of a deployment',
    ],
    [
      'a maximum that is a parameter, and a metric',
      { ...managed, maxReplicas: '$var.max', scalingMetric },
      'the value of maxReplicas is that of a deployment',
    ],
  ])('with %s', async (_, autoscaling, words) => {
    const { report } = await importedAs(kind, compose({ worker: capability(autoscaling) }));
    expect(report.text).toContain(words);
  });

  it('in two compose files is imported once', async () => {
    const text = compose({ worker: capability(managed) });
    const { report } = await importedAs(kind, text, text);
    expect(report.unsupported).toContainEqual(
      expect.objectContaining({ path: 'input-2 services.worker', what: 'the whole service' }),
    );
  });
});

it('every field of a compose file is in the output or in the report', async () => {
  const document = {
    version: '3.9',
    services: {
      controller,
      worker: { image: 'w', ...capability(custom, { enableMultiZone: true }) },
      db: {
        ...capability({ ...managed, scalingMetric }, { serverlessConfiguration: { targetPort: 5432 } }),
        environment: { DB: 'x' },
      },
      cache: capability(managed),
    },
  };
  const textsOf = async (value: object) => {
    const result = await importedAs(kind, JSON.stringify(value)).catch(String);
    return typeof result === 'string' ? result : result.yaml + result.report.text;
  };
  const whole = await textsOf(document);
  const leftOut = /no effect on scaling: (.*)/.exec(whole)?.[1]?.split(', ') ?? [];
  expect(leftOut).toContain('services.worker.image');
  const cannotMatter = [
    'services.db.environment.DB',
    'services.db.x-omnistrate-capabilities.serverlessConfiguration.targetPort',
  ];
  for (const path of leavesOf(document)) {
    const name = path.join('.');
    if (leftOut.includes(name) || cannotMatter.includes(name)) continue;
    expect([name, (await textsOf(changed(document, path) as object)) === whole]).toEqual([name, false]);
  }
});

function leavesOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each).map((path) => [key, ...path]));
}

/** Another value of the same kind in one place. */
function changed(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}9`;
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (String(index) === key ? changed(each, rest) : each));
  const given = value as Record<string, unknown>;
  return { ...given, [key]: changed(given[key], rest) };
}

describe('an input that is refused', () => {
  it.each([
    ['nothing', '', 'The input (empty) has neither AUTOSCALER_TARGET_RESOURCE'],
    [
      'a compose file without autoscaling',
      compose({ web: { image: 'nginx' } }),
      'has neither AUTOSCALER_TARGET_RESOURCE',
    ],
    ['a plan with charts', JSON.stringify({ services: [{ name: 'web', helmChartConfiguration: {} }] }), 'has neither'],
    ['a controller without a target', 'AUTOSCALER_COOLDOWN=5', 'input-1 AUTOSCALER_TARGET_RESOURCE: is not set'],
    [
      'steps of 0, which never end',
      'AUTOSCALER_TARGET_RESOURCE=a\nAUTOSCALER_STEPS=0',
      'AUTOSCALER_STEPS: is not a whole number',
    ],
    [
      'a cooldown that is a parameter',
      'AUTOSCALER_TARGET_RESOURCE=a\nAUTOSCALER_COOLDOWN=$var.cooldown',
      'AUTOSCALER_COOLDOWN: is not a whole number of seconds',
    ],
    [
      'a misspelled dry run',
      'AUTOSCALER_TARGET_RESOURCE=a\nDRYRUN=true',
      'DRYRUN: is unknown, so that changes would be sent',
    ],
    [
      'bounds that cross',
      compose({ a: capability({ minReplicas: 3, maxReplicas: 1 }) }),
      'input-1 services.a.x-omnistrate-capabilities.autoscaling.minReplicas is above maxReplicas',
    ],
    [
      'a bound that is no number',
      compose({ a: capability({ ...custom, minReplicas: 'one' }) }),
      'minReplicas is not a whole number from 0',
    ],
    [
      'a bound that is a mapping',
      compose({ a: capability({ ...custom, minReplicas: { IntVal: 1 } }) }),
      'minReplicas is not a text',
    ],
    [
      'a threshold that is no number',
      compose({ a: capability({ ...managed, idleThreshold: 'low' }) }),
      'idleThreshold is not a number from 0',
    ],
    [
      'a metric without a name',
      compose({ a: capability({ ...managed, scalingMetric: { metricEndpoint: 'http://x' } }) }),
      'metricName is missing',
    ],
  ])('%s', async (_, text, words) => {
    expect(await refusalAs(kind, text)).toContain(words);
  });
});

it('the page has a line for each field of the autoscaling', () => {
  const page = readFileSync('docs/coming-from.md', 'utf8');
  for (const name of [
    ...Object.keys(managed),
    ...Object.keys(scalingMetric),
    'policyType',
    'AUTOSCALER_TARGET_RESOURCES',
  ]) {
    expect(page).toContain(name);
  }
});
