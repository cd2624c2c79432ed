import fc from 'fast-check';
import { evaluate } from '../../../src/domain/autoscale/evaluate.js';
import type { EvaluationInput, Reading } from '../../../src/domain/autoscale/evaluation.js';
import { compileAutoscale, type AutoscaleSpec } from '../../../src/domain/autoscale/spec.js';
import { autoscaleSettingsSchema } from '../../../src/domain/autoscale/settings.js';
import type { AutoscaleState } from '../../../src/domain/autoscale/state.js';
import { limits, start } from './watched-resource.js';
import { seed } from '../../properties/seed.js';

const value: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 500 }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -1, 0, 1e15, 1e300),
);

const reading: fc.Arbitrary<Reading> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ value, atMs: fc.integer({ min: start - 60_000, max: start + 600_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ failure: 'refused' }) },
);

const loadPolicy = fc.constantFrom(
  { type: 'thresholds', value: 'load', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } },
  {
    type: 'steps',
    value: 'load',
    steps: [
      { atOrBelow: 10, remove: '50%' },
      { above: 50, below: 90, add: '20%', atLeast: 2 },
      { atOrAbove: 90, set: 9 },
    ],
  },
  { type: 'perUnit', value: 'load + other', target: 10, scaleInBelow: 5 },
  { type: 'perUnit', value: 'load', target: 7, averageMs: 60_000, burst: { windowMs: 15_000, above: 2 } },
  { type: 'utilization', value: 'other', target: 50 },
  { type: 'utilization', value: 'load / other', target: 0.5, averageMs: 30_000 },
);

const rules = fc.record({
  stabilizationWindowSeconds: fc.constantFrom(0, 60, 300),
  policies: fc.constantFrom(
    [],
    [{ type: 'Pods', value: 3, periodSeconds: 60 }],
    [{ type: 'Percent', value: 50, periodSeconds: 30 }],
  ),
  selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
});

const anySpec: fc.Arbitrary<AutoscaleSpec> = fc
  .record({
    policies: fc.array(loadPolicy, { minLength: 1, maxLength: 3 }),
    combine: fc.constantFrom('max', 'min'),
    behavior: fc.oneof(fc.constant({}), fc.record({ scaleUp: rules, scaleDown: rules })),
    idle: fc.constantFrom(null, { value: 'load', forMs: 60_000 }),
    fallback: fc.constantFrom({}, { after: 2, capacity: 4 }, { after: 1, capacity: { atLeast: 3 } }),
    max: fc.constantFrom(null, 8, 40),
    min: fc.constantFrom(0, 2),
    step: fc.constantFrom(null, 1, 5),
  })
  .map(({ min, max, step, idle, ...written }) =>
    compileAutoscale(
      autoscaleSettingsSchema.parse({ signals: ['load', 'other'], idle: min > 0 ? null : idle, ...written }),
      limits({ min, max, step: { up: step, down: step }, cooldownMs: { up: 10_000, down: 30_000 } }),
    ),
  );

interface Step {
  readonly elapsedMs: number;
  readonly load: Reading;
  readonly other: Reading;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    elapsedMs: fc.constantFrom(0, 1, 15_000, 15_000, 15_000, 400_000, -100_000),
    load: reading,
    other: reading,
  }),
  { minLength: 1, maxLength: 25 },
);

const capacity = fc.integer({ min: 0, max: 60 });

/** Plays the steps, following `next`; the state travels as JSON. */
function play(
  spec: AutoscaleSpec,
  startCapacity: number,
  story: readonly Step[],
  look: (input: EvaluationInput, outcome: ReturnType<typeof evaluate>) => void,
): void {
  let nowMs = start;
  let units = startCapacity;
  let state: AutoscaleState | null = null;
  for (const { elapsedMs, load, other } of story) {
    nowMs += elapsedMs;
    const input: EvaluationInput = {
      nowMs,
      readings: { load, other },
      capacity: units,
      status: 'ACTIVE',
      run: null,
      lastChange: null,
      pause: null,
      override: null,
      refusal: null,
      state,
    };
    const outcome = evaluate(spec, input);
    look(input, outcome);
    state = JSON.parse(JSON.stringify(outcome.state)) as AutoscaleState;
    units = outcome.evaluation.next?.capacity ?? units;
  }
}

describe('whatever the signals say', () => {
  test('a target is a whole number within the bounds, and so is every change on the way', () => {
    fc.assert(
      fc.property(anySpec, capacity, steps, (spec, units, story) => {
        play(spec, units, story, ({ capacity: current }, { evaluation: { target, next } }) => {
          const { min, max } = spec.limits;
          expect(Number.isSafeInteger(target)).toBe(true);
          expect(target).toBeGreaterThanOrEqual(min);
          expect(target).toBeLessThanOrEqual(max ?? Infinity);
          if (next === null) return;
          expect(next.capacity).not.toBe(current);
          const step = spec.limits.step.up ?? Infinity;
          expect(Math.abs(next.capacity - current)).toBeLessThanOrEqual(step);
          expect(Math.sign(next.capacity - current)).toBe(Math.sign(target - current));
        });
      }),
      { seed },
    );
  });

  test('with every source failing and no fallback yet, nothing scales in for want of data', () => {
    fc.assert(
      fc.property(anySpec, capacity, (spec, units) => {
        const failing = { elapsedMs: 15_000, load: { failure: 'a' }, other: { failure: 'b' } };
        play(
          { ...spec, settings: { ...spec.settings, fallback: { after: 3, capacity: 0 } } },
          units,
          [failing, failing],
          ({ capacity: current }, { evaluation }) => {
            const held = Math.min(current, spec.limits.max ?? Infinity);
            expect(evaluation.target).toBeGreaterThanOrEqual(held);
          },
        );
      }),
      { seed },
    );
  });

  test('each limit starts from where the one before it ended, and the last ends in the next capacity', () => {
    fc.assert(
      fc.property(anySpec, capacity, steps, (spec, units, story) => {
        play(spec, units, story, (_, { evaluation: { limits: made, limitedBy } }) => {
          made.slice(1).forEach(({ from }, index) => expect(from).toBe(made[index]?.to));
          expect(new Set(made.map(({ by }) => by))).toEqual(new Set(limitedBy));
        });
      }),
      { seed },
    );
  });

  test('the same input gives the same answer, and leaves its input alone', () => {
    fc.assert(
      fc.property(anySpec, capacity, steps, (spec, units, story) => {
        play(spec, units, story, (input, outcome) => {
          const before = JSON.stringify(input);
          expect(evaluate(spec, input)).toEqual(outcome);
          expect(JSON.stringify(input)).toBe(before);
        });
      }),
      { seed },
    );
  });
});
