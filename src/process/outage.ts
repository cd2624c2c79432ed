/**
 * The log of something that fails for a while: one line when it begins to fail, a reminder now and then with how long
 * it has failed, and one line when it works again.
 */
import type { Logger } from './logger.js';

interface OutageSettings {
  readonly log: Logger;
  /** Part of every line: what fails. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly words: { readonly fails: string; readonly worksAgain: string };
  /** Absent: no reminders. */
  readonly remindEveryMs?: number;
}

export class Outage {
  #sinceMs: number | null = null;
  #loggedAtMs = 0;

  constructor(private readonly settings: OutageSettings) {}

  /** @param why fields of the line, such as the reason. */
  fails(why: Readonly<Record<string, unknown>>): void {
    const { log, fields, words, remindEveryMs = Infinity } = this.settings;
    const nowMs = performance.now();
    if (this.#sinceMs !== null && nowMs - this.#loggedAtMs < remindEveryMs) return;
    const forHow = this.#sinceMs === null ? {} : { forSeconds: secondsBetween(this.#sinceMs, nowMs) };
    this.#sinceMs ??= nowMs;
    this.#loggedAtMs = nowMs;
    log.warn({ ...fields, ...forHow, ...why }, words.fails);
  }

  works(): void {
    if (this.#sinceMs === null) return;
    const { log, fields, words } = this.settings;
    log.info({ ...fields, afterSeconds: secondsBetween(this.#sinceMs, performance.now()) }, words.worksAgain);
    this.#sinceMs = null;
  }
}

/** How often a process repeats that something it depends on still fails. */
export const remindEveryMs = 60_000;

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) / 1000);
}
