/** Finds the known word that was probably meant by an unknown word. */
import { distance } from 'fastest-levenshtein';

/**
 * @returns the known word that is nearest to the given word, if it is close enough: the same letters in another order, or one edit for
 * every three letters, up to three edits. Case and `-_` are ignored.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const written = spelling(word);
  const edits = (candidate: string) => {
    const meant = spelling(candidate);
    return letters(meant) === letters(written) ? 0 : distance(written, meant) / maxEdits(meant);
  };
  const [first] = known
    .map((candidate) => ({ candidate, edits: edits(candidate) }))
    .toSorted((one, other) => one.edits - other.edits);
  return first && first.edits <= 1 ? first.candidate : undefined;
}

function maxEdits(meant: string): number {
  return Math.min(3, Math.max(1, Math.floor(meant.length / 3)));
}

function spelling(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

function letters(spelled: string): string {
  return spelled.split('').toSorted().join('');
}
