/** Finds the known word that was probably meant by an unknown word. */
import { distance } from 'fastest-levenshtein';

/**
 * @returns the known word that is close enough to the given word: the same letters in another order, or one edit for
 * every three letters, up to three edits. Case and `-_` are ignored.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const written = spelling(word);
  const slips = (candidate: string) => {
    const meant = spelling(candidate);
    return letters(meant) === letters(written) ? 0 : distance(written, meant) / allowed(meant);
  };
  const [first] = known
    .map((candidate) => ({ candidate, slips: slips(candidate) }))
    .toSorted((one, other) => one.slips - other.slips);
  return first && first.slips <= 1 ? first.candidate : undefined;
}

function allowed(meant: string): number {
  return Math.min(3, Math.max(1, Math.floor(meant.length / 3)));
}

function spelling(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

function letters(spelled: string): string {
  return spelled.split('').toSorted().join('');
}
