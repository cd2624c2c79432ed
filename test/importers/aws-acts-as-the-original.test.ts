/** Imported policies of AWS decide as AWS does: import, the real loader, and the evaluation of production. */
import type { Reading } from '../../src/domain/autoscale/evaluation.js';
import { compileAutoscale, type AutoscaleSpec } from '../../src/domain/autoscale/spec.js';
import { directionOf, sentChange, type SentChange } from '../../src/domain/scale/step.js';
import { capacityAfter, minutes, seconds, start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { bySteps } from './aws-decisions-by-steps.js';
import { formsOfSteps } from './aws-forms-of-steps.js';
import { byTracking } from './aws-decisions-by-tracking.js';
import type { StepDecision, TrackingDecision } from './aws-decisions.js';
import { actionOf, alarmOf, metricOf, outputs, stepsOf, targetOf, trackingOf } from './aws-described.js';
import { importedAs, refusal } from './importing.js';

const kind = 'aws-application-autoscaling';
const waits = 'within a cooldown Escapement waits, and AWS adds the difference';
const missing = 'a missing datapoint neither counts nor restarts the count';

/** Where we differ on purpose, with what we do. The report or docs/coming-from.md names each. */
const stepDifferences: Readonly<Record<string, readonly [expected: number, why: string]>> = {
  'agg average': [10, 'of several datapoints, the one with the smallest change selects the step'],
  'cool out larger': [12, waits],
  'cool out percent': [11, waits],
  'cool out exact': [12, waits],
  'cool zero': [12, 'a datapoint from before the last change is not counted again'],
  'cool out then in': [12, 'the cooldown of a scale-in counts from the last change in either direction'],
};

const bound = 'a bound of a schedule goes through behavior';
const again = 'after a scale-out, the next one needs as many new datapoints';
const trackingDifferences: Readonly<Record<string, readonly [expected: TrackingDecision['expected'], why: string]>> = {
  'out missing breaks': [
    [
      [3, 10],
      [3, 15],
    ],
    missing,
  ],
  'out again no cooldown': [
    [
      [2, 10],
      [3, 15],
    ],
    again,
  ],
  'out cooldown larger': [
    [
      [2, 10],
      [4, 15],
    ],
    waits,
  ],
  'out cooldown chain': [
    [
      [2, 10],
      [3, 15],
      [2, 24],
      [2, 27],
    ],
    waits,
  ],
  'in missing then 15': [
    [
      [14, 10],
      [10, 2],
    ],
    missing,
  ],
  'in cooldown stopped': [
    [
      [14, 10],
      [3, 5],
      [16, 10],
    ],
    'a scale-out does not end the cooldown of a scale-in',
  ],
  'from zero stays': [
    [
      [2, 1],
      [3, 2],
    ],
    'MinCapacity: 0 became min: 1, because target tracking cannot leave zero',
  ],
  'sched max down': [[[5, 20]], bound],
  'sched not reverted': [
    [
      [3, 3],
      [5, 8],
    ],
    bound,
  ],
  'external left alone': [
    [
      [1, 10],
      [4, 20],
    ],
    'a capacity outside of the bounds is corrected',
  ],
};

it.each([...bySteps, ...formsOfSteps].map((decision) => [decision.name, decision] as const))(
  'step scaling: %s',
  async (name, decision) => {
    expect(await afterSteps(decision)).toEqual(stepDifferences[name]?.[0] ?? decision.expected);
  },
);

it.each(byTracking.map((decision) => [decision.name, decision] as const))(
  'target tracking: %s',
  async (name, decision) => {
    expect(await afterTracking(decision)).toEqual(inFull(trackingDifferences[name]?.[0] ?? decision.expected));
  },
);

it('every difference is one of a decision that exists, and is a difference', () => {
  const expectations = [
    ...Object.entries(stepDifferences).map(([name, [ours]]) => [bySteps, name, ours] as const),
    ...Object.entries(trackingDifferences).map(([name, [ours]]) => [byTracking, name, ours] as const),
  ];
  for (const [decisions, name, ours] of expectations) {
    const found = (decisions as readonly { name: string; expected: unknown }[]).find((each) => each.name === name);
    expect(found?.expected).toBeDefined();
    expect(found?.expected).not.toEqual(ours);
  }
});

async function afterSteps(decision: StepDecision): Promise<number | string> {
  const { adjustment, steps, side, least, aggregation, points, capacity = 10, min, max, cooldown, last } = decision;
  const policy = stepsOf('steps', steps, {
    AdjustmentType: adjustment,
    Cooldown: cooldown ?? 300,
    ...(least !== undefined && { MinAdjustmentMagnitude: least }),
    ...(aggregation !== undefined && { MetricAggregationType: aggregation }),
  });
  const alarm = alarmOf('steps', side === 'above' ? 'above' : 'below', { EvaluationPeriods: points?.length ?? 1 });
  const text = outputs({ targets: [targetOf(min, max)], policies: [policy], alarms: [alarm] });
  if (points === undefined) return (await refusal(text, kind)).startsWith('imported') ? 'valid' : 'invalid';
  const spec = await specOf(text);
  // Without a step that changes anything, there is nothing to evaluate.
  if (spec === undefined) return capacity;
  const resource = new WatchedResource(spec, capacity);
  const [direction, ago] = last ?? [];
  const sentAtMs = start - Number(ago) * seconds;
  const lastChange = last ? { sentAtMs, upSentAtMs: direction === 'out' ? sentAtMs : null, confirmed: true } : null;
  const outcomes = points.map((value, index) => {
    const atMs = (index + 1 - points.length) * minutes;
    return resource.look({ atMs, readings: { load: dated(value, atMs) }, lastChange });
  });
  return capacityAfter(outcomes.at(-1)!);
}

async function afterTracking({ capacity, min, max, policies, events = [], expected }: TrackingDecision) {
  const names = policies.map((_, index) => (index === 0 ? 'load' : `load${index + 1}`));
  const described = policies.map((policy, index) =>
    trackingOf(
      `p${index}`,
      {
        CustomizedMetricSpecification: metricOf(names[index]),
        ScaleOutCooldown: policy.outCooldown ?? 0,
        ScaleInCooldown: policy.inCooldown ?? 0,
        ...(policy.disableScaleIn && { DisableScaleIn: true }),
      },
      { Alarms: [{ AlarmName: `high-${index}` }, { AlarmName: `low-${index}` }] },
    ),
  );
  // AWS makes these alarms.
  const alarms = policies.flatMap(({ high = 3, margin = 10 }, index) => [
    alarmOf('', 'above', { AlarmName: `high-${index}`, EvaluationPeriods: high }),
    alarmOf('', 'below', { AlarmName: `low-${index}`, EvaluationPeriods: 15, Threshold: 50 - margin / 2 }),
  ]);
  const scheduled = events.filter(({ capacity: byHand }) => byHand === undefined);
  // The bounds of the night return at 06:00, so that each action has an end.
  const bounds = { MinCapacity: min ?? 1, MaxCapacity: max ?? 100 };
  const actions = scheduled.map(({ minute, minCapacity, maxCapacity }) =>
    actionOf(`at-${minute}`, `cron(${minute} 12 * * ? *)`, {
      MinCapacity: minCapacity ?? bounds.MinCapacity,
      MaxCapacity: maxCapacity ?? bounds.MaxCapacity,
    }),
  );
  const night = actions.length === 0 ? [] : [actionOf('night', 'cron(0 6 * * ? *)', bounds)];
  const text = outputs({
    targets: [targetOf(min ?? 1, max ?? 100)],
    policies: described,
    alarms,
    actions: [...actions, ...night],
  });
  const resource = new WatchedResource((await specOf(text))!, capacity);
  let lastChange: SentChange | null = null;
  const minute = (index: number, values: readonly (number | null)[]): number => {
    const atMs = index * minutes;
    const readings = Object.fromEntries(names.map((name, place) => [name, dated(values[place] ?? null, atMs)]));
    const then = capacityAfter(resource.look({ atMs, readings, lastChange }));
    if (then !== resource.capacity) {
      lastChange = { ...sentChange(lastChange, directionOf(resource.capacity, then), start + atMs), confirmed: true };
      resource.capacity = then;
    }
    return resource.capacity;
  };
  const onTarget = names.map(() => 50);
  for (let before = 30; before > 0; before -= 1) minute(-before, onTarget);
  const rows = policies.map(({ points }) => inFull(points));
  return inFull(expected).map((_, index) => {
    const byHand = events.find((event) => event.minute === index)?.capacity;
    if (byHand !== undefined) resource.capacity = byHand;
    return minute(
      index,
      rows.map((row) => row[index] ?? null),
    );
  });
}

describe('several policies at 10 units', () => {
  const load = (name: string) => metricOf(name);
  const low = { CustomizedMetricSpecification: load('tracked') };
  const other = { CustomizedMetricSpecification: load('other') };
  interface Described {
    readonly policies: readonly object[];
    readonly alarms: readonly object[];
  }
  const up = (name: string, by: number, settings: object = {}): Described => ({
    policies: [stepsOf(name, [[0, null, by]], settings)],
    alarms: [alarmOf(name, 'above', load(name))],
  });
  const down = (name: string, by: number): Described => ({
    policies: [stepsOf(name, [[null, 0, -by]])],
    alarms: [alarmOf(name, 'below', load(name))],
  });
  const tracked: Described = { policies: [trackingOf('t', low)], alarms: [] };
  const without: Described = { policies: [trackingOf('o', { ...other, DisableScaleIn: true })], alarms: [] };

  it.each<readonly [string, readonly Described[], Readonly<Record<string, number | null>>, number]>([
    [
      '+3 and +200%: the larger',
      [up('a', 3), up('b', 200, { AdjustmentType: 'PercentChangeInCapacity' })],
      { a: 60, b: 60 },
      30,
    ],
    ['a scale-out has precedence over a scale-in', [down('a', 6), up('b', 2)], { a: 40, b: 60 }, 12],
    ['a policy that only scales out has no say in scaling in', [down('a', 6), up('b', 2)], { a: 40, b: 20 }, 4],
    ['not without data either', [down('a', 6), up('b', 2)], { a: 40, b: null }, 4],
    [
      'target tracking: all must agree',
      [tracked, { policies: [trackingOf('o', other)], alarms: [] }],
      { tracked: 30, other: null },
      10,
    ],
    [
      'and then the larger applies',
      [tracked, { policies: [trackingOf('o', other)], alarms: [] }],
      { tracked: 30, other: 40 },
      8,
    ],
    ['one with DisableScaleIn has no say', [tracked, without], { tracked: 30, other: 10 }, 6],
    ['not without data either', [tracked, without], { tracked: 30, other: null }, 6],
    ['but it scales out', [tracked, without], { tracked: 30, other: 100 }, 20],
    ['target tracking with steps above a backlog: in', [tracked, up('b', 2)], { tracked: 30, b: 20 }, 6],
    ['and out', [tracked, up('b', 2)], { tracked: 50, b: 80 }, 12],
    ['none asks for anything', [down('a', 6), tracked], { a: 70, tracked: 50 }, 10],
  ])('%s', async (_, parts, values, expected) => {
    const text = outputs({
      policies: parts.flatMap(({ policies }) => policies),
      alarms: parts.flatMap(({ alarms }) => alarms),
    });
    const resource = new WatchedResource((await specOf(text))!, 10);
    const looks = Array.from({ length: 16 }, (_, index) => {
      const atMs = index * minutes;
      const readings = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, dated(value, atMs)]));
      return resource.look({ atMs, readings }).target;
    });
    expect(looks.at(-1)).toBe(expected);
  });

  it('a step policy scales in alone in AWS; here all must agree, and the report says so', async () => {
    const text = outputs({ policies: [...down('a', 6).policies, ...tracked.policies], alarms: down('a', 6).alarms });
    const { report } = await importedAs(kind, text);
    expect(report.unsupported).toContainEqual(
      expect.objectContaining({ path: 'ScalingPolicy a', what: 'scaling in by this policy alone' }),
    );
    const resource = new WatchedResource((await specOf(text))!, 10);
    const readings = { a: dated(40, 0), tracked: dated(50, 0) };
    expect(resource.look({ readings }).target).toBe(10);
  });
});

async function specOf(text: string): Promise<AutoscaleSpec | undefined> {
  const { config } = await importedAs(kind, text);
  const { autoscale, settings } = config.resources['web']!;
  return autoscale && compileAutoscale(autoscale.settings, settings);
}

function dated(value: number | null, atMs: number): Reading {
  return value === null ? { failure: 'no datapoint' } : { value, atMs: start + atMs, isDated: true };
}

function inFull(row: TrackingDecision['expected']): (number | null)[] {
  return row.flatMap(([times, value]) => new Array<number | null>(times).fill(value));
}
