import { readFileSync } from 'node:fs';
import { applyBehavior, type BehaviorInput } from '../../src/domain/behavior.js';

interface RecordedCase {
  readonly name: string;
  readonly in: BehaviorInput;
  readonly capacity: number;
  readonly stabilized: number;
}

/**
 * What the functions of the real controller gave for these inputs: stabilizeRecommendationWithBehaviors and
 * convertDesiredReplicasWithBehaviorRate of Kubernetes v1.36.3, pkg/controller/podautoscaler/horizontal.go.
 */
const recorded = readFileSync(new URL('./fixtures/hpa-behavior.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedCase);

describe('behavior agrees with the controller of Kubernetes', () => {
  test.each(recorded.map((one) => [one.name, one] as const))('%s', (_, { in: input, capacity, stabilized }) => {
    const answer = applyBehavior(input);
    expect(answer.capacity).toBe(capacity);
    expect(answer.limitedBy.includes('stabilization')).toBe(stabilized !== input.desired);
  });
});

const untouched: BehaviorInput = {
  current: 10,
  desired: 10,
  min: 0,
  max: 100,
  behavior: {},
  recommendations: [],
  scaleUpEvents: [],
  scaleDownEvents: [],
};

describe('behavior', () => {
  test("without rules nothing is limited: HPA's defaults do not apply", () => {
    expect(applyBehavior({ ...untouched, desired: 90 })).toEqual({ capacity: 90, limitedBy: [] });
    expect(applyBehavior({ ...untouched, desired: 0 })).toEqual({ capacity: 0, limitedBy: [] });
  });

  test('rules without policies limit nothing', () => {
    const behavior = { scaleUp: { policies: [] }, scaleDown: {} };
    expect(applyBehavior({ ...untouched, behavior, desired: 90 }).capacity).toBe(90);
    expect(applyBehavior({ ...untouched, behavior, desired: 1 }).capacity).toBe(1);
  });

  test('without a max, only the rate limits', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Pods' as const, value: 4, periodSeconds: 60 }] } };
    expect(applyBehavior({ ...untouched, max: null, behavior, desired: 5000 })).toEqual({
      capacity: 14,
      limitedBy: ['rate'],
    });
    expect(applyBehavior({ ...untouched, max: null, desired: 5000 }).capacity).toBe(5000);
  });

  test('every limit that changed the number is named, in order', () => {
    const behavior = {
      scaleDown: {
        stabilizationWindowSeconds: 300,
        policies: [{ type: 'Percent' as const, value: 50, periodSeconds: 60 }],
      },
    };
    const answer = applyBehavior({
      ...untouched,
      min: 7,
      behavior,
      desired: 1,
      recommendations: [{ ageSeconds: 10, capacity: 3 }],
    });
    expect(answer).toEqual({ capacity: 7, limitedBy: ['stabilization', 'rate', 'min'] });
  });

  test('what is out of bounds comes back inside', () => {
    expect(applyBehavior({ ...untouched, current: 120, desired: 120 })).toEqual({ capacity: 100, limitedBy: ['max'] });
    expect(applyBehavior({ ...untouched, min: 3, current: 1, desired: 1 })).toEqual({
      capacity: 3,
      limitedBy: ['min'],
    });
  });

  test('a short peak that is still in the window never scales out later', () => {
    const window = { stabilizationWindowSeconds: 300 };
    const answer = applyBehavior({
      ...untouched,
      current: 2,
      desired: 1,
      behavior: { scaleUp: window, scaleDown: window },
      recommendations: [{ ageSeconds: 60, capacity: 3 }],
    });
    expect(answer.capacity).toBe(2);
  });
});
