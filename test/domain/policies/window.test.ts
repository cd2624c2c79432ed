import { addToWindow, meanOver, type Window } from '../../../src/domain/policies/load/window.js';

function fill(samples: readonly (readonly [atMs: number, value: number])[], windowMs: number): Window {
  return samples.reduce<Window>((window, [atMs, value]) => addToWindow(window, value, atMs, windowMs), []);
}

describe('a window', () => {
  test('is the mean of the samples within the window, and excludes a sample that is as old as the window', () => {
    const window = fill(
      [0, 15_000, 30_000, 45_000, 60_000].map((atMs) => [atMs, atMs / 1000] as const),
      60_000,
    );
    expect(meanOver(window, 60_000, 60_000)).toBe((15 + 30 + 45 + 60) / 4);
    expect(meanOver(window, 60_000, 31_000)).toBe((30 + 45 + 60) / 3);
    expect(meanOver(window, 60_000, 6_000)).toBe(60);
  });

  test('is the mean of the existing samples until it is full', () => {
    expect(
      meanOver(
        fill(
          [
            [0, 10],
            [1000, 20],
          ],
          60_000,
        ),
        1000,
        60_000,
      ),
    ).toBe(15);
  });

  test('does not count a time without samples as zero', () => {
    expect(
      meanOver(
        fill(
          [
            [0, 10],
            [50_000, 20],
          ],
          60_000,
        ),
        59_000,
        60_000,
      ),
    ).toBe(15);
    expect(meanOver(fill([[0, 10]], 60_000), 60_000, 60_000)).toBeNull();
  });

  test('a second sample with the same time replaces the first', () => {
    expect(
      meanOver(
        fill(
          [
            [0, 10],
            [1000, 90],
            [1000, 20],
          ],
          60_000,
        ),
        1000,
        60_000,
      ),
    ).toBe(15);
  });

  test('has a limited size with any number of samples, and keeps its mean', () => {
    const samples = Array.from({ length: 36_000 }, (_, index) => [index * 100, index % 2 === 0 ? 10 : 20] as const);
    const window = fill(samples, 3_600_000);
    expect(window.length).toBeLessThanOrEqual(62);
    expect(meanOver(window, 3_599_900, 3_600_000)).toBeCloseTo(15, 1);
  });
});
