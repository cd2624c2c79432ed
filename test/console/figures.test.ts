/** Which of two policies is better by a figure. */
import { expect, it } from '@jest/globals';
import { compareFigures } from '../../src/console/try/figures.js';

const figures = {
  ...{ changes: 5, scaleUps: 3, scaleDowns: 2, unitHours: 10, minCapacity: 2, maxCapacity: 8 },
  underProvisionedSeconds: 90,
};
const seconds = (ms: number) => `${ms / 1000} s`;
const betterIn = (tried: object) =>
  Object.fromEntries(
    compareFigures(figures, { ...figures, ...tried }, seconds).map(({ name, better }) => [name, better]),
  );

it('equal policies have no better figure', () => {
  expect(Object.values(betterIn({})).filter((better) => better !== null)).toEqual([]);
});

it('fewer changes, unit-hours and a shorter time with too few units are better', () => {
  expect(betterIn({ scaleUps: 2, scaleDowns: 4, unitHours: 9.5, underProvisionedSeconds: 300 })).toEqual({
    'Changes out': 'tried',
    'Changes in': 'inForce',
    'Unit-hours': 'tried',
    'Least capacity': null,
    'Most capacity': null,
    'Under-provisioned': 'inForce',
  });
});

it('the least and the most capacity are neither better nor worse', () => {
  expect(Object.values(betterIn({ minCapacity: 1, maxCapacity: 20 })).filter((better) => better !== null)).toEqual([]);
});

it('what reads the same is the same', () => {
  expect(betterIn({ unitHours: 10.001 })['Unit-hours']).toBeNull();
  expect(compareFigures(figures, figures, seconds).find(({ name }) => name === 'Under-provisioned')?.tried).toBe(
    '90 s',
  );
});
