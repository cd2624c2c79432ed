/** Pushes of the sources of a watch: each is a reason to look now, and not at the end of the interval. */
import type { Interruption } from '../interruption.js';

/** A source that pushes all the time does not cause more than one look per second. */
const leastBetweenLooksMs = 1000;

export class Pushes {
  #next = new AbortController();

  /** To be called for each push. */
  readonly notify = (): void => this.#next.abort();

  /**
   * Pauses until the next look: for `ms`, or until a push. A push during the last look counts too: that look may have
   * read the source before the push.
   * @param sinceLookMs since the start of the last look. Infinity if there was none.
   */
  async pause(interruption: Pick<Interruption, 'sleep'>, ms: number, sinceLookMs: () => number): Promise<void> {
    const longestMs = ms + sinceLookMs();
    if (ms > 0) await interruption.sleep(ms, this.#next.signal);
    if (this.#next.signal.aborted) {
      const tooEarlyMs = Math.min(longestMs, leastBetweenLooksMs) - sinceLookMs();
      if (tooEarlyMs > 0) await interruption.sleep(tooEarlyMs);
    }
    this.#next = new AbortController();
  }
}
