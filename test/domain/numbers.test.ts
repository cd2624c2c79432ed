import { isAbove, isBelow, unitsAtLeast, unitsAtMost } from '../../src/domain/numbers.js';

describe('round-off of doubles', () => {
  test.each([
    ['a quotient just above a whole number is that number', 700 * 0.07, 49],
    ['a quotient just below a whole number is that number', 0.7 / 0.1, 7],
    ['anything more than round-off needs a unit', 2.000001, 3],
    ['a tiny load needs a unit', 1e-12, 1],
    ['no load needs none', 0, 0],
    ['a negative quotient needs none', -3.2, 0],
    ['a quotient beyond whole numbers is cut', 1e300, Number.MAX_SAFE_INTEGER],
  ])('%s', (_, quotient, units) => {
    expect(unitsAtLeast(quotient)).toBe(units);
  });

  test('never gives minus zero', () => {
    expect(Object.is(unitsAtLeast(-0.01), 0)).toBe(true);
    expect(Object.is(unitsAtMost(-0), 0)).toBe(true);
  });

  test('rounds down past round-off', () => {
    expect(unitsAtMost(0.7 / 0.1)).toBe(7);
    expect(unitsAtMost(2.98)).toBe(2);
  });

  test('a comparison within a billionth counts as equal', () => {
    expect(isAbove(110 * 1.1, 121)).toBe(false);
    expect(isBelow(121, 110 * 1.1)).toBe(false);
    expect(isAbove(121.001, 121)).toBe(true);
    expect(isBelow(120.999, 121)).toBe(true);
  });
});
