import fc from 'fast-check';
import { best, dominates, type Figures, front, objectiveNames, objectives } from '../../src/backtest/tune/figures.js';
import { search } from '../../src/backtest/tune/search.js';

const figures = (unitHours: number, belowNeedSeconds: number, changes: number): Figures => ({
  unitHours,
  belowNeedSeconds,
  changes,
});
const tried = (unitHours: number, belowNeedSeconds: number, changes: number, numbers = 1, values = numbers) => ({
  figures: figures(unitHours, belowNeedSeconds, changes),
  distance: [numbers, values] as const,
});

describe('the best settings', () => {
  const now = tried(10, 100, 20, 0);

  test.each([
    ['cost: fewer unit hours', 'cost', [tried(9, 100, 20), tried(8, 100, 20)], 1],
    ['cost: not with more time below need', 'cost', [tried(5, 101, 20)], undefined],
    ['cost: not with more changes', 'cost', [tried(5, 100, 21)], undefined],
    ['performance: up to 10% more unit hours', 'performance', [tried(11, 50, 40), tried(11.1, 0, 1)], 0],
    ['performance: of two alike, the one with fewer unit hours', 'performance', [tried(10, 0, 9), tried(9, 0, 99)], 1],
    ['balanced: a small loss for a large gain', 'balanced', [tried(9, 100, 20), tried(11, 50, 20)], 1],
    ['balanced: no loss above 10%', 'balanced', [tried(11.5, 1, 1)], undefined],
    ['balanced: one figure at zero does not hide the others', 'balanced', [tried(10, 0, 20), tried(9, 0, 20)], 1],
    ['of equal ones, the one with fewer differences', 'cost', [tried(9, 100, 20, 2), tried(9, 100, 20, 1, 5)], 1],
    ['of equal ones, the one with nearer values', 'cost', [tried(9, 100, 20, 1, 2), tried(9, 100, 20, 1, 1)], 1],
    ['of equal ones, those in force', 'balanced', [tried(10, 100, 20)], undefined],
  ] as const)('%s', (_, objective, others, expected) => {
    expect(best([now, ...others], objective)).toBe(expected === undefined ? now : others[expected]);
  });

  test('what is zero now stays zero', () => {
    const atZero = tried(10, 0, 0, 0);
    expect(best([atZero, tried(5, 1, 0), tried(5, 0, 1)], 'balanced')).toBe(atZero);
    const cheaper = tried(9, 0, 0);
    expect(best([atZero, cheaper], 'balanced')).toBe(cheaper);
  });
});

const anyTried = fc
  .tuple(fc.nat(6), fc.nat(6), fc.nat(6), fc.nat(3))
  .map(([hours, seconds, changes, numbers]) => tried(hours, seconds, changes, numbers));

describe('the front', () => {
  test('has no dominated settings, and every other one has one that is as good in every figure', () => {
    fc.assert(
      fc.property(fc.array(anyTried, { minLength: 1, maxLength: 40 }), (all) => {
        const found = front(all);
        for (const one of found) expect(all.some((other) => dominates(other.figures, one.figures))).toBe(false);
        for (const one of all) {
          const isCovered = found.some(({ figures: other }) =>
            (['unitHours', 'belowNeedSeconds', 'changes'] as const).every((name) => other[name] <= one.figures[name]),
          );
          expect(isCovered).toBe(true);
        }
        expect(new Set(found.map((one) => JSON.stringify(one.figures))).size).toBe(found.length);
        expect(found).toEqual(found.toSorted((one, other) => one.figures.unitHours - other.figures.unitHours));
      }),
    );
  });

  test('of settings with the same figures, those nearest to the settings in force', () => {
    expect(front([tried(1, 1, 1, 2), tried(1, 1, 1, 0), tried(1, 1, 1, 1)])).toEqual([tried(1, 1, 1, 0)]);
  });
});

/** Settings whose figures are known: lower values of the first axis cost less, of the second react faster. */
function knownSpace(sizes: readonly number[], measure: (choice: readonly number[]) => Figures | undefined) {
  const axes = sizes.map((size) => ({ size, inForce: Math.floor(size / 2) }));
  return {
    axes,
    measure: (choice: readonly number[]) => {
      const measured = measure(choice);
      return measured && { figures: measured, result: choice.join() };
    },
  };
}

describe('the search', () => {
  test('finds the best of independent numbers for every objective', () => {
    const space = knownSpace([7, 7, 7], ([a = 0, b = 0, c = 0]) => figures(10 + Math.abs(a - 5), 10 + b, 10 + c));
    const { trials, isComplete } = search(space, 500);
    expect(isComplete).toBe(true);
    expect(objectiveNames.map((name) => best(trials, name).result)).toEqual(['5,0,0', '5,0,0', '5,0,0']);
    expect(trials.length).toBeLessThan(7 * 7 * 7);
  });

  test('crosses values that have no effect', () => {
    const space = knownSpace([9], ([a = 0]) => figures(a === 0 ? 1 : 10, 10, 10));
    expect(best(search(space, 50).trials, 'cost').result).toBe('0');
  });

  test('finds the value of one number that another number makes possible', () => {
    const space = knownSpace([5, 5], ([a = 0, b = 0]) => figures(20 - a - 2 * b, Math.max(0, b - a) * 100, 10));
    expect(best(search(space, 100).trials, 'cost').result).toBe('4,4');
  });

  test('skips invalid settings, which are no trials', () => {
    const seen: string[] = [];
    const space = knownSpace([5], ([a = 0]) => {
      seen.push(String(a));
      return a < 2 ? undefined : figures(a, 1, 1);
    });
    const { trials } = search(space, 50);
    expect(trials.map(({ result }) => result)).toEqual(['2', '3', '4']);
    expect(seen.toSorted()).toEqual(['0', '1', '2', '3', '4']);
  });

  test('ends after the largest number of trials, and says so', () => {
    const space = knownSpace([9, 9], ([a = 0, b = 0]) => figures(a, b, a + b));
    expect(search(space, 1)).toMatchObject({ trials: [{ choice: [4, 4], distance: [0, 0] }], isComplete: false });
    expect(search(space, 12).trials).toHaveLength(12);
  });

  test('leaves no change of one number untried for the best settings, whatever the figures', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 75, maxLength: 75 }), (numbers) => {
        const at = (index: number) => numbers[index] ?? 0;
        const space = knownSpace([5, 5], ([a = 0, b = 0]) =>
          figures(at(a * 5 + b), at(25 + a * 5 + b), at(50 + a * 5 + b)),
        );
        const { trials, isComplete } = search(space, 25);
        expect(search(space, 25).trials).toEqual(trials);
        expect(trials[0].choice).toEqual([2, 2]);
        expect(new Set(trials.map(({ result }) => result)).size).toBe(trials.length);
        if (!isComplete) return;
        for (const name of objectiveNames) {
          const { choice, figures: found } = best(trials, name);
          expect(objectives[name].isAllowed(found, trials[0].figures)).toBe(true);
          for (let axis = 0; axis < 2; axis += 1)
            for (let value = 0; value < 5; value += 1)
              expect(trials.map(({ result }) => result)).toContain(choice.with(axis, value).join());
        }
      }),
    );
  });
});
