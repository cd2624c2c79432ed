/** Checks that the signals named by `else` exist, and that no signal stands in for itself. */
import { didYouMean, type PathProblem } from '../file/issue-words.js';
import { isMapping, valueAt } from '../file/path.js';
import { nearest } from '../nearest.js';

/** @param resource the resource as written, which may contain other errors. */
export function checkStandIns(resource: unknown): PathProblem[] {
  const signals = valueAt(resource, ['autoscale', 'signals']);
  if (!isMapping(signals)) return [];
  const names = Object.keys(signals);
  const standInOf = (signal: string): unknown => {
    const written = valueAt(signals, [signal, 'else']);
    return isMapping(written) ? written['signal'] : written;
  };
  return names.flatMap((name) => {
    const standIn = standInOf(name);
    if (typeof standIn !== 'string') return [];
    const path = ['autoscale', 'signals', name, 'else'];
    if (!names.includes(standIn)) {
      const meant = nearest(
        standIn,
        names.filter((other) => other !== name),
      );
      const fix = meant === undefined ? 'name another signal of this resource' : didYouMean(meant);
      return [{ path, problem: `names the signal "${standIn}", which does not exist`, fix }];
    }
    return leadsTo(name, standIn, standInOf)
      ? [{ path, problem: `leads back to ${name}`, fix: 'name a signal that does not depend on this one' }]
      : [];
  });
}

function leadsTo(goal: string, start: string, standInOf: (signal: string) => unknown): boolean {
  const seen = new Set<unknown>();
  for (let current: unknown = start; typeof current === 'string' && !seen.has(current); current = standInOf(current)) {
    if (current === goal) return true;
    seen.add(current);
  }
  return false;
}
