/** Waits for a condition instead of a time: no test is slower than what it waits for, or fails because the machine is slow. */
import { setTimeout } from 'node:timers/promises';

/**
 * The first answer of `look` that is neither false, null nor undefined.
 * @throws Error naming what did not happen.
 */
export async function eventually<Answer>(
  what: string,
  look: () => Promise<Answer> | Answer,
  withinMs = 25_000,
): Promise<Exclude<Answer, false | null | undefined>> {
  const givenUpAtMs = performance.now() + withinMs;
  for (;;) {
    const answer = await look();
    if (answer !== false && answer !== null && answer !== undefined) {
      // The compiler does not narrow a type parameter by comparison.
      return answer as Exclude<Answer, false | null | undefined>;
    }
    if (performance.now() > givenUpAtMs) throw new Error(`This did not happen within ${withinMs} ms: ${what}`);
    await setTimeout(50);
  }
}
