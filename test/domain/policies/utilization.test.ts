import { atRest } from './units.js';
import { adviseByUtilization, utilizationSchema } from '../../../src/domain/policies/utilization.js';

function capacityFor(
  value: number,
  target: number,
  capacity: number,
  tolerance: { up: number; down: number } = { up: 0.1, down: 0.1 },
): number {
  const settings = utilizationSchema.parse({ type: 'utilization', value: 'load', target });
  return adviseByUtilization(settings, { ...atRest(capacity), value }, tolerance).capacity;
}

/** Means of units that all count, where the HPA's calculator (v1.36.3) has been run on the same numbers. */
describe('utilization', () => {
  test.each([
    [100, 50, 2, 4, 'twice the target, twice the units'],
    [60, 50, 3, 4, '3.6 is rounded up'],
    [25, 50, 4, 2, 'half the target, half the units'],
    [55, 50, 2, 2, 'at the upper limit of the tolerance'],
    [56, 50, 2, 3, 'above the upper limit'],
    [45, 50, 4, 4, 'at the lower limit'],
    [300, 150, 2, 4, 'a target above 100%'],
    [1.34, 1, 3, 5, '4.02 is rounded up'],
    [0.25, 1, 4, 1, 'a quarter'],
    [0.9, 0.45, 10, 20, 'ten busy units at twice their target'],
    [0, 50, 4, 0, 'no load'],
    [-5, 50, 4, 0, 'a negative mean is no load'],
    [80, 50, 0, 0, 'at zero units there is no measurement'],
  ])('%d of %d over %d is %d: %s', (value, target, capacity, expected) => {
    expect(capacityFor(value, target, capacity)).toBe(expected);
  });

  test.each([
    [0.89, 0.1, 9],
    [0.95, 0.05, 10],
    [0.94, 0.05, 10],
    [1.2, 0.2, 10],
    [1.21, 0.2, 13],
    [0.99, 0, 10],
    [1.1, 0.1, 10],
    [0.9, 0.1, 10],
  ])('a ratio of %d with a tolerance of %d keeps or gives %d of ten', (ratio, share, expected) => {
    expect(capacityFor(ratio * 100, 100, 10, { up: share, down: share })).toBe(expected);
  });

  test('tolerance may differ by direction', () => {
    expect(capacityFor(1.4, 1, 10, { up: 0.5, down: 0.1 })).toBe(10);
    expect(capacityFor(0.85, 1, 10, { up: 0.5, down: 0.1 })).toBe(9);
    expect(capacityFor(0.65, 1, 10, { up: 0.1, down: 0.4 })).toBe(10);
  });

  test('a rounding error does not add a unit', () => {
    expect(capacityFor(1.1, 1, 100, { up: 0, down: 0 })).toBe(110);
  });
});
