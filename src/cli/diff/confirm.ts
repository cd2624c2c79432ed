/** A question to the person at the terminal. Standard output stays free for the result. */
import { createInterface } from 'node:readline/promises';

/** False unless the answer is yes: also after Ctrl-C and at the end of the input. */
export async function isConfirmed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    console.error();
    return false;
  } finally {
    lines.close();
  }
}
