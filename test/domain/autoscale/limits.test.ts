import type { EvaluationInput } from '../../../src/domain/autoscale/evaluation.js';
import { minutes, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const fixed = (capacity: number): WrittenAutoscale => ({ policies: [{ type: 'fixed', capacity }] });

const schedule = (bounds: { min?: number; max?: number; capacity?: number }) => ({
  type: 'schedule' as const,
  timezone: 'UTC',
  windows: [{ from: '09:00', to: '17:00', ...bounds }],
});

describe('combining', () => {
  test.each([
    ['max', 7],
    ['min', 3],
  ] as const)('%s of 3 and 7 is %d', (combine, expected) => {
    const both = spec({ combine, policies: [...fixed(3).policies!, ...fixed(7).policies!] });
    expect(new WatchedResource(both, 5).look({}).target).toBe(expected);
  });

  test('a rule of thumb for partitions caps the recommendation, not the backlog', () => {
    const capped = spec({ policies: [{ type: 'perUnit', value: 'min(load, 5 * 5)', target: 5 }] }, { max: 20 });
    const answers = [20, 21, 25, 26, 27, 29, 30].map((load) => new WatchedResource(capped, 0).look({ load }).target);
    expect(answers).toEqual([4, 5, 5, 5, 5, 5, 5]);
  });

  test('a surge that is visible while units are replaced is not made to stay', () => {
    const hundredEach = spec({ policies: [{ type: 'perUnit', value: 'load', target: 100 }] });
    expect(new WatchedResource(hundredEach, 5).look({ load: 400 }).target).toBe(4);
  });

  test('the tolerance of behavior replaces that of the policies, by direction', () => {
    const tolerant = spec({
      policies: [{ type: 'utilization', value: 'load', target: 100 }],
      behavior: { scaleUp: { tolerance: 0.5 } },
    });
    expect(new WatchedResource(tolerant, 10).look({ load: 140 }).target).toBe(10);
    expect(new WatchedResource(tolerant, 10).look({ load: 85 }).target).toBe(9);
  });

  test('a short window that asks for much more begins a burst, which holds until the long window has passed', () => {
    const bursting = spec({
      policies: [
        { type: 'perUnit', value: 'load', target: 10, averageMs: minutes, burst: { windowMs: 6 * seconds, above: 2 } },
      ],
    });
    const resource = new WatchedResource(bursting, 2);
    for (let atMs = 0; atMs < minutes; atMs += 3 * seconds) resource.follow({ atMs, load: 20 });
    expect(resource.capacity).toBe(2);
    const peak = resource.look({ atMs: minutes, load: 90 });
    expect(peak).toMatchObject({ recommended: 6, limitedBy: ['burst'] });
    resource.capacity = peak.target;
    for (let atMs = 63 * seconds; atMs < 2 * minutes; atMs += 3 * seconds) resource.follow({ atMs, load: 0 });
    expect(resource.capacity).toBe(6);
    expect(resource.follow({ atMs: 2 * minutes + 3 * seconds, load: 0 })).toBe(0);
  });

  test('an average recommends from the mean', () => {
    const averaged = spec({ policies: [{ type: 'perUnit', value: 'load', target: 10, averageMs: minutes }] });
    const resource = new WatchedResource(averaged, 3);
    const targets = [30, 60, 90].map((load, index) => resource.look({ atMs: index * 15 * seconds, load }).target);
    expect(targets).toEqual([3, 5, 6]);
  });
});

describe('floors and ceilings', () => {
  test.each([
    [{ min: 4 }, 2, 4, ['floor']],
    [{ min: 4 }, 6, 6, []],
    [{ max: 4 }, 6, 4, ['ceiling']],
    [{ capacity: 4 }, 2, 4, ['floor']],
    [{ capacity: 4 }, 6, 4, ['ceiling']],
  ])('%j over a recommendation of %d is %d', (bounds, recommended, target, limitedBy) => {
    const both = spec({ policies: [...fixed(recommended).policies!, schedule(bounds)] });
    expect(new WatchedResource(both, 5).look({})).toMatchObject({ recommended, target, limitedBy });
  });

  test('a ceiling wins over a floor', () => {
    const both = spec({ policies: [...fixed(5).policies!, schedule({ min: 8 }), schedule({ max: 3 })] });
    expect(new WatchedResource(both, 5).look({})).toMatchObject({ target: 3, limitedBy: ['floor', 'ceiling'] });
  });

  test('a floor wins over idleness', () => {
    const both = spec({ policies: [schedule({ min: 4 })], idle: { value: 'load', forMs: 0 } });
    expect(new WatchedResource(both, 0).look({ load: 0 }).target).toBe(4);
  });

  test('after a night on one unit the capacity in the morning is that of the policy, not an old recommendation', () => {
    const night = { type: 'schedule' as const, timezone: 'UTC', windows: [{ from: '22:00', to: '06:00', max: 1 }] };
    const both = spec({ policies: [...fixed(6).policies!, night] });
    const resource = new WatchedResource(both, 6);
    expect(resource.follow({ atMs: 11 * 60 * minutes })).toBe(1);
    resource.state = null;
    expect(resource.follow({ atMs: 17 * 60 * minutes })).toBe(1);
    expect(resource.follow({ atMs: 18 * 60 * minutes })).toBe(6);
  });

  test('a schedule alone rests at min outside its windows', () => {
    const alone = spec({ policies: [schedule({ min: 4 })] }, { min: 1 });
    const resource = new WatchedResource(alone, 1);
    expect(resource.follow({})).toBe(4);
    expect(resource.follow({ atMs: 5 * 60 * minutes })).toBe(1);
  });

  test('a ceiling alone asks for nothing', () => {
    const alone = spec({ policies: [schedule({ max: 4 })] }, { min: 1 });
    expect(new WatchedResource(alone, 3).look({}).target).toBe(3);
    expect(new WatchedResource(alone, 9).look({}).target).toBe(4);
  });

  test('a forecast is a floor, and its failing source takes nothing away', () => {
    const forecast = spec({
      intervalMs: 10 * minutes,
      policies: [
        ...fixed(1).policies!,
        { type: 'forecast', value: 'load', target: 100, mode: 'scale', seasonMs: 24 * 60 * minutes },
      ],
    });
    const resource = new WatchedResource(forecast, 1);
    for (let atMs = 0; atMs < 24 * 60 * minutes; atMs += 10 * minutes) resource.follow({ atMs, load: 450 });
    expect(resource.look({ atMs: 24 * 60 * minutes, load: 0 })).toMatchObject({ target: 5, limitedBy: ['floor'] });
    expect(resource.look({ atMs: 24 * 60 * minutes + 10 * minutes, load: 'down' }).target).toBe(5);
  });
});

describe('bounds, steps and dry runs', () => {
  test('raising min raises, lowering min moves nothing', () => {
    const hold: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 1 }] };
    const resource = new WatchedResource(spec(hold, { min: 1 }), 1);
    resource.spec = spec(hold, { min: 0 });
    expect(resource.look({ load: 'no sample yet' }).target).toBe(1);
    resource.spec = spec(hold, { min: 3 });
    expect(resource.look({ load: 'no sample yet' })).toMatchObject({ target: 3, limitedBy: ['min'] });
  });

  test('a lower max is reached by steps, and the capacity never falls below it', () => {
    const resource = new WatchedResource(spec(fixed(60), { max: 25, step: { up: 5, down: 5 } }), 50);
    const seen: number[] = [];
    while (resource.capacity !== 25) {
      resource.capacity = resource.look({ atMs: seen.length * minutes }).next!.capacity;
      seen.push(resource.capacity);
    }
    expect(seen).toEqual([45, 40, 35, 30, 25]);
  });

  test('says how many changes it is to the target, and when it is there at the earliest', () => {
    const stepwise = spec(fixed(10), { step: { up: 1, down: 1 }, cooldownMs: { up: 5 * minutes, down: 5 * minutes } });
    const lastChange = { sentAtMs: start - 4 * minutes, upSentAtMs: null, confirmed: true };
    const { next, reason } = new WatchedResource(stepwise, 2).look({ lastChange });
    expect(next).toEqual({
      capacity: 3,
      notBeforeMs: start + minutes,
      changes: 8,
      reachedMs: start + 36 * minutes,
    });
    expect(reason).toContain('8 changes, there at 2026-11-25T12:36:00.000Z at the earliest');
  });

  test('an unconfirmed change waits out the time to settle', () => {
    const settling = spec(fixed(10), { settleMs: 30 * seconds });
    const lastChange = { sentAtMs: start, upSentAtMs: null, confirmed: false };
    expect(new WatchedResource(settling, 2).look({ lastChange }).next?.notBeforeMs).toBe(start + 30 * seconds);
  });

  test('a dry run is named, and the change that it would make is reported', () => {
    const evaluation = new WatchedResource(spec(fixed(10), { dryRun: true }), 2).look({});
    expect(evaluation).toMatchObject({ target: 10, limitedBy: ['dryRun'], next: { capacity: 10 } });
  });

  test('a stage that changes nothing is not named', () => {
    expect(new WatchedResource(spec(fixed(5), { dryRun: true }), 5).look({})).toMatchObject({
      limitedBy: [],
      next: null,
    });
  });
});

describe('a person', () => {
  const stabilized: WrittenAutoscale = {
    ...fixed(8),
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
    },
  };

  test('overrides the policies until a time, then they count again', () => {
    const resource = new WatchedResource(spec(stabilized), 8);
    const override = { capacity: 0, untilMs: start + 6 * 60 * minutes };
    expect(resource.look({ override })).toMatchObject({ recommended: 8, target: 0, limitedBy: ['override'] });
    expect(resource.look({ atMs: 6 * 60 * minutes, override }).target).toBe(8);
  });

  test('cannot override the bounds', () => {
    const override = { capacity: 0, untilMs: null };
    const evaluation = new WatchedResource(spec(fixed(8), { min: 2 }), 8).look({ override });
    expect(evaluation).toMatchObject({ target: 2, limitedBy: ['override', 'min'] });
  });

  describe('may override the bounds where that is said', () => {
    const maintenance = { capacity: 0, untilMs: start + 60 * minutes, beyondBounds: true };
    const bounded = spec(fixed(8), { min: 2, max: 10, step: { up: 1, down: 1 } });

    test('and it is reported', () => {
      const evaluation = new WatchedResource(bounded, 2).look({ override: maintenance });
      expect(evaluation).toMatchObject({
        target: 0,
        limitedBy: ['override', 'step'],
        next: { capacity: 1, changes: 2 },
      });
      expect(evaluation.reason).toContain('0 until 2026-11-25T13:00:00.000Z, beyond the bounds');
    });

    test('above max as well', () => {
      const override = { capacity: 12, untilMs: null, beyondBounds: true };
      expect(new WatchedResource(bounded, 10).look({ override })).toMatchObject({ target: 12, next: { capacity: 11 } });
    });

    test('and at its end the bounds count again', () => {
      const resource = new WatchedResource(spec({ policies: [], signals: [] }, { min: 2 }), 0);
      expect(resource.look({ override: maintenance }).target).toBe(0);
      expect(resource.look({ atMs: 60 * minutes, override: maintenance })).toMatchObject({
        target: 2,
        limitedBy: ['min'],
      });
    });

    test('nothing else gets out of them meanwhile', () => {
      const override = { capacity: 5, untilMs: null, beyondBounds: true };
      expect(new WatchedResource(bounded, 12).look({ override }).target).toBe(5);
    });
  });

  test.each([
    ['both', 9, 5],
    ['both', 1, 5],
    ['up', 9, 5],
    ['up', 1, 1],
    ['down', 9, 9],
    ['down', 1, 5],
  ] as const)('pauses %s: %d recommended over 5 is %d', (direction, recommended, target) => {
    const pause = { direction, untilMs: null };
    const evaluation = new WatchedResource(spec(fixed(recommended)), 5).look({ pause });
    expect(evaluation).toMatchObject({ recommended, target, limitedBy: target === recommended ? [] : ['pause'] });
  });

  test('a pause ends at its time', () => {
    const pause = { direction: 'both' as const, untilMs: start + minutes };
    expect(new WatchedResource(spec(fixed(9)), 5).look({ atMs: minutes - 1, pause }).target).toBe(5);
    expect(new WatchedResource(spec(fixed(9)), 5).look({ atMs: minutes, pause }).target).toBe(9);
  });

  test.each([
    [
      'of another requester stays',
      { target: 9, isOwn: false },
      'ACTIVE',
      9,
      'taken back, and a run to 9 is in progress',
    ],
    ['of another requester stays while its units start', { target: 9, isOwn: false }, 'STARTING', 9, 'is STARTING'],
    ['of our own ends where it is', { target: 9, isOwn: true }, 'ACTIVE', 5, 'paused until it is taken back'],
    [
      'of our own ends with the step in progress',
      { target: 9, isOwn: true },
      'STARTING',
      7,
      'a run to 7 is in progress',
    ],
  ] as const)('while it is paused, a run %s', (_, run, status, target, reason) => {
    const pause = { direction: 'both' as const, untilMs: null };
    const evaluation = new WatchedResource(spec(fixed(3), { step: { up: 2, down: 2 } }), 5).look({
      pause,
      run,
      status,
    });
    expect(evaluation.target).toBe(target);
    expect(evaluation.reason).toContain(reason);
  });

  test('a paused resource is left alone, even outside its bounds', () => {
    const pause = { direction: 'both' as const, untilMs: null };
    expect(new WatchedResource(spec(fixed(9), { min: 3 }), 0).look({ pause })).toMatchObject({ target: 0, next: null });
  });
});

describe('a platform that says why there should not be less just now', () => {
  const holdsScaleIn = 'a deployment is in progress';

  test.each<[string, number, EvaluationInput['run'], number]>([
    ['holds back scaling in', 3, null, 5],
    ['and nothing else', 8, null, 8],
    ['ends our own scale-in', 3, { target: 3, isOwn: true }, 5],
    ['leaves the one that a person has asked for', 3, { target: 3, isOwn: false }, 3],
  ])('%s: %#', (_, recommended, run, expected) => {
    const evaluation = new WatchedResource(spec(fixed(recommended)), 5).look({ holdsScaleIn, run });
    expect(evaluation.target).toBe(expected);
    expect(evaluation.limitedBy).toEqual(expected === recommended ? [] : ['status']);
  });

  test('tells it, and an override is carried out all the same', () => {
    const resource = new WatchedResource(spec(fixed(3)), 5);
    expect(resource.look({ holdsScaleIn }).reason).toContain('no scaling in: a deployment is in progress');
    expect(resource.look({ holdsScaleIn, override: { capacity: 2, untilMs: null } }).target).toBe(2);
  });

  test('max holds', () => {
    expect(new WatchedResource(spec(fixed(3), { max: 4 }), 5).look({ holdsScaleIn }).target).toBe(4);
  });

  test('fills no window with it', () => {
    const window = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const resource = new WatchedResource(spec({ ...fixed(3), behavior: window }), 5);
    for (let atMs = 0; atMs < 3 * minutes; atMs += 15 * seconds) resource.look({ atMs, holdsScaleIn });
    expect(resource.look({ atMs: 3 * minutes }).target).toBe(3);
  });
});

describe('a size that the platform refused', () => {
  const refusal = {
    atMs: start - minutes,
    capacity: 6,
    direction: 'up' as const,
    untilMs: start + minutes,
    reason: 'quota of 5 instances in region eu-west-1',
    runId: 'run 1',
    times: 1,
  };

  test('is not asked for again until its time, in the words of the platform', () => {
    const resource = new WatchedResource(spec(fixed(8)), 5);
    const evaluation = resource.look({ refusal });
    expect(evaluation).toMatchObject({ recommended: 8, target: 5, limitedBy: ['refused'], next: null });
    expect(evaluation.limits[0]?.reason).toBe(
      '6 was refused at 2026-11-25T11:59:00.000Z: quota of 5 instances in region eu-west-1, ' +
        'and is not asked for again until 2026-11-25T12:01:00.000Z',
    );
    expect(resource.look({ atMs: minutes, refusal }).target).toBe(8);
  });

  test.each<['up' | 'down', number, number, number, string]>([
    ['up', 5, 8, 5, 'nothing is added'],
    ['up', 5, 3, 3, 'removing is not limited'],
    ['up', 5, 5, 5, 'staying is not limited'],
    ['up', 7, 8, 7, 'also where another requester has exceeded it'],
    ['up', 7, 3, 3, 'removing is not, even then'],
    ['down', 5, 3, 5, 'nothing is removed'],
    ['down', 5, 8, 8, 'adding is not limited'],
  ])('%s: over %d, %d recommended is %d: %s', (direction, capacity, recommended, expected) => {
    const evaluation = new WatchedResource(spec(fixed(recommended)), capacity).look({
      refusal: { ...refusal, direction },
    });
    expect(evaluation.target).toBe(expected);
  });

  test('counts nothing as scaled: the rate is what it was', () => {
    const rate = { scaleUp: { policies: [{ type: 'Pods' as const, value: 4, periodSeconds: 600 }] } };
    const resource = new WatchedResource(spec({ ...fixed(9), behavior: rate }), 5);
    resource.look({});
    resource.look({ atMs: 15 * seconds, run: { target: 9, isOwn: true } });
    resource.look({ atMs: 30 * seconds, refusal });
    expect(resource.look({ atMs: 2 * minutes }).target).toBe(9);
  });

  test('is named before what a run would make of the rest', () => {
    const down = { ...refusal, capacity: 4, direction: 'down' as const };
    const both = spec({ policies: [{ type: 'fixed', capacity: 3 }] }, { min: 7, step: { up: 1, down: 1 } });
    const evaluation = new WatchedResource(both, 5).look({ refusal: down });
    expect(evaluation.limitedBy).toEqual(['min', 'step']);
  });
});

test('limits are named in their fixed order, with what each did', () => {
  const evaluation = new WatchedResource(
    spec(
      {
        policies: [...fixed(9).policies!, schedule({ min: 20 })],
        behavior: { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } },
      },
      { max: 5, step: { up: 1, down: 1 }, cooldownMs: { up: minutes, down: minutes }, dryRun: true },
    ),
    3,
  ).look({ lastChange: { sentAtMs: start, upSentAtMs: null, confirmed: true } });
  expect(evaluation.limitedBy).toEqual(['floor', 'rate', 'max', 'step', 'cooldown']);
  expect(evaluation.limits.map(({ by, from, to }) => `${by} ${from} ${to}`)).toEqual([
    'floor 9 20',
    'rate 20 7',
    'max 7 5',
    'step 5 4',
    'cooldown 4 3',
  ]);
  expect(evaluation.reason).toMatch(/^Asked for 9 \(fixed: always 9\); raised to 20 by a floor: /);
});

test('without a max, a signal gone mad asks for no more than any request may', () => {
  const mad = new WatchedResource(
    spec({ policies: [{ type: 'perUnit', value: 'load', target: 1 }] }, { max: null }),
    2,
  );
  const { target, limitedBy, reason } = mad.look({ load: 1e15 });
  expect({ target, limitedBy }).toEqual({ target: 1_000_000_000, limitedBy: ['max'] });
  expect(reason).toContain('lowered to 1000000000, the max');
});
