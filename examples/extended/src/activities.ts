/** An activity of this project. */
import { readdir } from 'node:fs/promises';

export async function countLetters(): Promise<number> {
  return (await readdir('inbox')).length;
}
