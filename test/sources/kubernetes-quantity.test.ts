import { describe, expect, it } from '@jest/globals';
import { numberOf, parseQuantity, thousandthsOf } from '../../src/adapters/sources/kubernetes/quantity.js';

describe('a quantity of Kubernetes', () => {
  it.each([
    ['0', 0],
    ['42', 42],
    ['500m', 0.5],
    ['110m', 0.11],
    ['1k', 1000],
    ['30Mi', 31_457_280],
    ['1.5Gi', 1_610_612_736],
    ['0.1', 0.1],
    ['.5', 0.5],
    ['5.', 5],
    ['123456789n', 0.123456789],
    ['1u', 0.000001],
    ['2E', 2e18],
    ['2Ei', 2 * 2 ** 60],
    ['3e2', 300],
    ['1E3', 1000],
    ['12e-3', 0.012],
    ['+7', 7],
    ['-500m', -0.5],
    ['0.5n', 1e-9],
  ])('%s is %d', (text, value) => {
    expect(numberOf(parseQuantity(text)!)).toBe(value);
  });

  it.each(['', '.', 'm', '1 k', ' 1', '1kk', '1K', '1mi', 'NaN', 'Infinity', '0x10', '1e', '1e999', '--1'])(
    '%j is not a quantity',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  it.each([
    ['1500m', 1500],
    ['123456789n', 124],
    ['1n', 1],
    ['64Gi', 68_719_476_736_000],
    ['-1500m', -1500],
  ])('%s is %d thousandths, rounded up', (text, thousandths) => {
    expect(thousandthsOf(parseQuantity(text)!)).toBe(thousandths);
  });

  it('a sum of values that binary numbers cannot hold is exact', () => {
    const sum = ['100m', '200m'].reduce((total, text) => total + parseQuantity(text)!, 0n);
    expect(numberOf(sum)).toBe(0.3);
  });
});
