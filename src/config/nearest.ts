/** What somebody probably meant who wrote a word that does not exist. */
import { closest, distance } from 'fastest-levenshtein';

/** @returns the known word that is near enough to be meant: one slip for every three letters; case and `-_` are free. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const bySpelling = new Map(known.map((candidate) => [spelling(candidate), candidate]));
  if (bySpelling.size === 0) return undefined;
  const found = closest(spelling(word), [...bySpelling.keys()]);
  const slips = Math.max(1, Math.floor(found.length / 3));
  return distance(spelling(word), found) <= slips ? bySpelling.get(found) : undefined;
}

function spelling(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}
