/** The band of values in which a step applies. The name of each bound says whether the bound is part of the band. */
import { z } from 'zod';
import { isAbove, isBelow } from '../numbers.js';

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
    context.addIssue({ code: 'custom', path: ['above'], message: 'stands beside atOrAbove; keep one of the two' });
  } else if (below !== undefined && atOrBelow !== undefined) {
    context.addIssue({ code: 'custom', path: ['below'], message: 'stands beside atOrBelow; keep one of the two' });
  } else if ([atOrAbove, above, below, atOrBelow].every((bound) => bound === undefined)) {
    const message = 'has no bound, so it would always apply; write atOrAbove, above, below or atOrBelow';
    context.addIssue({ code: 'custom', message });
  } else if (isEmpty(band)) {
    const [lower, upper] = [
      atOrAbove === undefined ? 'above' : 'atOrAbove',
      below === undefined ? 'atOrBelow' : 'below',
    ];
    const message = `leaves no value between ${lower} and ${upper}; write a number above ${lowerOf(band).at}`;
    context.addIssue({ code: 'custom', path: [upper], message });
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
    const [path, text] = overlapWords(band, before.band);
    context.addIssue({ code: 'custom', path: [index, ...path], message: `overlaps steps[${before.index}]: ${text}` });
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

function overlapWords(band: Band, before: Band): readonly [path: readonly string[], text: string] {
  const begin = lowerOf(band);
  const end = upperOf(before);
  if (begin.at === -Infinity) return [[], 'neither has a lower bound; write atOrAbove or above in one of the two'];
  const field = begin.isInside ? 'atOrAbove' : 'above';
  const there = `${begin.isInside ? 'below' : 'atOrBelow'}: ${begin.at} there`;
  if (end.at === Infinity) return [[field], `that one has no upper bound; write ${there}`];
  const here = `${end.isInside ? 'above' : 'atOrAbove'}: ${end.at} here`;
  const goesOn = upperOf(band).at > end.at;
  return [[field], `that one applies up to ${end.at}; write ${there}${goesOn ? `, or ${here}` : ''}`];
}
