import { atRest } from './units.js';
import { adviseByPerUnit, perUnitSchema } from '../../../src/domain/policies/per-unit.js';

interface Settings {
  readonly target: number;
  readonly scaleInBelow?: number;
  readonly tolerance?: number;
}

function capacityFor(settings: Settings, value: number, capacity: number): number {
  const parsed = perUnitSchema.parse({ type: 'perUnit', value: 'load', ...settings });
  const tolerance = { up: parsed.tolerance, down: parsed.tolerance };
  return adviseByPerUnit(parsed, { ...atRest(capacity), value }, tolerance).capacity;
}

const banded = { target: 100, scaleInBelow: 50 };

describe('perUnit', () => {
  test.each([
    [201, 2, 3, 'one more than the load of two units'],
    [299, 2, 3, 'the third unit is below its target'],
    [300, 2, 3, 'exactly three units, and not four as in the guide'],
    [301, 2, 4, 'one more than the load of three units'],
    [1000, 1, 10, 'a whole multiple'],
    [101, 1, 2, 'one more than the load of one unit'],
    [100, 1, 1, 'at the target'],
    [250.5, 2, 3, 'a fraction'],
    [200.0001, 2, 3, 'slightly above the load of two units'],
    [1e15, 5, 1e13, 'a very large value: bounds are applied later'],
    [100, 0, 1, 'from zero units'],
    [0.5, 0, 1, 'any load needs one unit'],
    [0, 0, 0, 'no load needs no unit'],
  ])('out: %d over %d is %d: %s', (value, capacity, expected) => {
    expect(capacityFor(banded, value, capacity)).toBe(expected);
  });

  test.each([
    [150, 3, 3, 'a value equal to the lower threshold is not below it'],
    [150, 2, 2, 'between the thresholds'],
    [199, 2, 2, 'just below the target'],
    [101, 2, 2, 'just above the lower threshold'],
    [100, 2, 2, 'at the lower threshold'],
    [50, 1, 1, 'at the lower threshold of the last unit'],
    [300, 3, 3, 'at the target'],
    [500, 10, 10, 'at the lower threshold of ten units'],
    [149, 3, 2, 'below the lower threshold'],
    [100, 3, 2, 'exactly two units at the lower threshold'],
    [49, 10, 1, 'a load below the threshold of one unit'],
    [49, 1, 1, 'the last unit stays while there is a load'],
    [0, 10, 0, 'no load at all'],
  ])('in: %d over %d is %d: %s', (value, capacity, expected) => {
    expect(capacityFor(banded, value, capacity)).toBe(expected);
  });

  test.each([
    [299, 3, 3],
    [200, 3, 2],
    [1, 3, 1],
    [0, 3, 0],
    [301, 3, 4],
    [300, 3, 3],
  ])('without scaleInBelow it scales in below the target: %d over %d is %d', (value, capacity, expected) => {
    expect(capacityFor({ target: 100 }, value, capacity)).toBe(expected);
  });

  test.each([
    [70, 50, 149, 3, 3],
    [70, 50, 140, 3, 2],
    [10, 9, 89, 10, 9],
    [10, 9, 80, 10, 8],
  ])(
    'never scales in to a capacity that would scale out again: target %d, below %d, %d over %d is %d',
    (target, scaleInBelow, value, capacity, expected) => {
      expect(capacityFor({ target, scaleInBelow }, value, capacity)).toBe(expected);
    },
  );

  test('scaleInBelow 0 never scales in, not even for a negative value', () => {
    expect(capacityFor({ target: 100, scaleInBelow: 0 }, 0, 5)).toBe(5);
    expect(capacityFor({ target: 100, scaleInBelow: 0 }, -1, 5)).toBe(5);
  });

  test.each([
    [550, 5, 5, 'at the upper limit of the tolerance'],
    [551, 5, 6, 'above the upper limit'],
    [450, 5, 5, 'at the lower limit of the tolerance'],
    [449, 5, 5, 'below the lower limit, but four units are not enough'],
    [400, 5, 4, 'four are exactly enough'],
    [500, 5, 5, 'exact'],
    [5, 0, 1, 'at zero units there is no tolerance'],
  ])('10%% of tolerance: %d over %d is %d: %s', (value, capacity, expected) => {
    expect(capacityFor({ target: 100, tolerance: 0.1 }, value, capacity)).toBe(expected);
  });

  test('a tolerance that is wider than the band takes precedence', () => {
    expect(capacityFor({ target: 100, scaleInBelow: 90, tolerance: 0.5 }, 260, 5)).toBe(5);
  });

  test.each([
    [121, 110 * 1.1, 1, 1],
    [0.1, 0.7, 9, 7],
    [0.1, 0.1 + 0.2, 3, 3],
    [1, 7, 3, 7],
  ])(
    'rounding errors neither add nor remove a unit: target %d, %d over %d is %d',
    (target, value, capacity, expected) => {
      expect(capacityFor({ target }, value, capacity)).toBe(expected);
    },
  );

  test('a negative value needs 0 units, and not -0', () => {
    expect(Object.is(capacityFor(banded, -1, 5), 0)).toBe(true);
  });

  test.each([
    [{ target: 0 }, 'must be above 0'],
    [{ target: 10, scaleInBelow: 11 }, 'must not be above target'],
    [{ target: 10, burst: { windowMs: 6000, above: 2 } }, 'requires an average'],
    [{ target: 10, averageMs: 6000, burst: { windowMs: 6000, above: 2 } }, 'requires an average'],
  ])('%j is refused', (settings, message) => {
    const result = perUnitSchema.safeParse({ type: 'perUnit', value: 'load', ...settings });
    expect(result.error?.issues[0]?.message).toContain(message);
  });

  test('states its calculation in the reason', () => {
    const settings = perUnitSchema.parse({ type: 'perUnit', value: 'load', ...banded });
    const none = { up: 0, down: 0 };
    expect(adviseByPerUnit(settings, { ...atRest(2), value: 301 }, none).reason).toBe('301 / 100 a unit needs 4');
    expect(adviseByPerUnit(settings, { ...atRest(3), value: 149 }, none).reason).toBe(
      '149 / 100 a unit needs 2, 149 / 50 leaves 2',
    );
    expect(adviseByPerUnit(settings, { ...atRest(3), value: 150 }, none).reason).toBe('150 is not below 3 x 50');
  });
});
