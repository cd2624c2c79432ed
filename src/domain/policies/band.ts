/** The band of values in which a step applies. The name of each bound says whether the bound is part of the band. */
import { z } from 'zod';
import { isAbove, isBelow } from '../numbers.js';
import { report } from '../written/issue.js';
import type { Problem } from '../written/problem.js';

export const boundFields = {
  atOrAbove: z.number().exactOptional().describe('The step applies at this value and above it.'),
  above: z.number().exactOptional().describe('The step applies above this value, and not at it.'),
  below: z.number().exactOptional().describe('The step applies below this value, and not at it.'),
  atOrBelow: z.number().exactOptional().describe('The step applies at this value and below it.'),
};

type Band = z.output<z.ZodObject<typeof boundFields>>;

export function isInside({ atOrAbove, above, below, atOrBelow }: Band, value: number): boolean {
  return (
    (atOrAbove === undefined || !isBelow(value, atOrAbove)) &&
    (above === undefined || isAbove(value, above)) &&
    (below === undefined || isBelow(value, below)) &&
    (atOrBelow === undefined || !isAbove(value, atOrBelow))
  );
}

/** `at or above 60 and below 70` */
export function boundsInWords({ atOrAbove, above, below, atOrBelow }: Band): string {
  const words = { 'at or above': atOrAbove, above, below, 'at or below': atOrBelow };
  return Object.entries(words)
    .flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${bound}`]))
    .join(' and ');
}

export function refuseUnclearBand(band: Band, context: z.RefinementCtx): void {
  const { atOrAbove, above, below, atOrBelow } = band;
  if (atOrAbove !== undefined && above !== undefined) {
    report(context, { path: ['above'], problem: 'stands beside atOrAbove', fix: 'keep one of the two' });
  } else if (below !== undefined && atOrBelow !== undefined) {
    report(context, { path: ['below'], problem: 'stands beside atOrBelow', fix: 'keep one of the two' });
  } else if ([atOrAbove, above, below, atOrBelow].every((bound) => bound === undefined)) {
    report(context, {
      problem: 'has no bound, so it would always apply',
      fix: 'write atOrAbove, above, below or atOrBelow',
    });
  } else if (isEmpty(band)) {
    const [lower, upper] = [
      atOrAbove === undefined ? 'above' : 'atOrAbove',
      below === undefined ? 'atOrBelow' : 'below',
    ];
    report(context, {
      path: [upper],
      problem: `leaves no value between ${lower} and ${upper}`,
      fix: `write a number above ${lowerOf(band).at}`,
    });
  }
}

/** A value is in at most one band. Where two bands meet, the number at their common bound belongs to one of them. */
export function refuseOverlaps(bands: readonly Band[], context: z.RefinementCtx): void {
  const sorted = bands
    .map((band, index) => ({ band, index }))
    .filter(({ band }) => !isEmpty(band))
    .toSorted((one, other) => (lowerOf(one.band).at < lowerOf(other.band).at ? -1 : 1));
  sorted.slice(1).forEach(({ band, index }, place) => {
    const before = sorted[place];
    if (before === undefined || !reaches(upperOf(before.band), lowerOf(band))) return;
    const { path, problem, fix } = overlapOf(band, before.band);
    report(context, { path: [index, ...path], problem: `overlaps steps[${before.index}]: ${problem}`, fix });
  });
}

interface End {
  readonly at: number;
  readonly isInside: boolean;
}

function lowerOf({ atOrAbove, above }: Band): End {
  return { at: atOrAbove ?? above ?? -Infinity, isInside: atOrAbove !== undefined };
}

function upperOf({ below, atOrBelow }: Band): End {
  return { at: atOrBelow ?? below ?? Infinity, isInside: atOrBelow !== undefined };
}

function isEmpty(band: Band): boolean {
  return !reaches(upperOf(band), lowerOf(band));
}

/** Whether some value is at or above the lower end and at or below the upper one. */
function reaches(upper: End, lower: End): boolean {
  return upper.at > lower.at || (upper.at === lower.at && upper.isInside && lower.isInside);
}

function overlapOf(band: Band, before: Band): Required<Problem> & { readonly path: readonly string[] } {
  const begin = lowerOf(band);
  const end = upperOf(before);
  if (begin.at === -Infinity)
    return { path: [], problem: 'neither has a lower bound', fix: 'write atOrAbove or above in one of the two' };
  const field = begin.isInside ? 'atOrAbove' : 'above';
  const there = `${begin.isInside ? 'below' : 'atOrBelow'}: ${begin.at} there`;
  if (end.at === Infinity) return { path: [field], problem: 'that one has no upper bound', fix: `write ${there}` };
  const here = `${end.isInside ? 'above' : 'atOrAbove'}: ${end.at} here`;
  const goesOn = upperOf(band).at > end.at;
  const problem = `that one applies up to ${end.at}`;
  return { path: [field], problem, fix: `write ${there}${goesOn ? `, or ${here}` : ''}` };
}
