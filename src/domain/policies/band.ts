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

export const boundNames = ['atOrAbove', 'above', 'below', 'atOrBelow'] as const;

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

/** One end of the band, or the other one where the band has no such end. */
export function firstBound(band: Band, preferred: 'lower' | 'upper'): number {
  const ends = [lowerOf(band).at, upperOf(band).at];
  const [first = 0, other = 0] = preferred === 'lower' ? ends : ends.toReversed();
  return Number.isFinite(first) ? first : other;
}

export function refuseUnclearBand(band: Band, context: z.RefinementCtx): void {
  const { atOrAbove, above, below, atOrBelow } = band;
  if (atOrAbove !== undefined && above !== undefined) {
    report(context, {
      path: ['above'],
      problem: 'cannot be combined with atOrAbove',
      fix: 'write either above or atOrAbove',
    });
  } else if (below !== undefined && atOrBelow !== undefined) {
    report(context, {
      path: ['below'],
      problem: 'cannot be combined with atOrBelow',
      fix: 'write either below or atOrBelow',
    });
  } else if ([atOrAbove, above, below, atOrBelow].every((bound) => bound === undefined)) {
    report(context, {
      problem: 'has no bound, so the step would always apply',
      fix: 'write atOrAbove, above, below or atOrBelow',
    });
  } else if (isEmpty(band)) {
    const [lower, upper] = [
      atOrAbove === undefined ? 'above' : 'atOrAbove',
      below === undefined ? 'atOrBelow' : 'below',
    ];
    report(context, {
      path: [upper],
      problem: `there is no value between ${lower} and ${upper}`,
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
    const { path, ...problem } = overlapOf(band, before.band, `steps[${before.index}]`);
    report(context, { path: [index, ...path], ...problem });
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

/** @param beforeName the path of the other step, such as `steps[0]`. */
function overlapOf(
  band: Band,
  before: Band,
  beforeName: string,
): Required<Problem> & { readonly path: readonly string[] } {
  const begin = lowerOf(band);
  const end = upperOf(before);
  if (begin.at === -Infinity) {
    const problem = `overlaps ${beforeName}: neither step has a lower bound`;
    return { path: [], problem, fix: 'write atOrAbove or above in one of the two steps' };
  }
  const field = begin.isInside ? 'atOrAbove' : 'above';
  const inOther = `${begin.isInside ? 'below' : 'atOrBelow'}: ${begin.at} in ${beforeName}`;
  if (end.at === Infinity) {
    return { path: [field], problem: `overlaps ${beforeName}, which has no upper bound`, fix: `write ${inOther}` };
  }
  const inThis = `${end.isInside ? 'above' : 'atOrAbove'}: ${end.at} in this step`;
  const continues = upperOf(band).at > end.at;
  const problem = `overlaps ${beforeName}, which applies up to ${end.at}`;
  return { path: [field], problem, fix: `write ${inOther}${continues ? `, or ${inThis}` : ''}` };
}
