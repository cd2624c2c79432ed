/** Where a request can have been answered already, by when its key was made. */

/** How far the clocks of the hosts of a Temporal server may be apart, and more. */
const clocksApartMs = 10_000;

/**
 * Whether a run before the newest one may know the key. Runs of one resource never overlap: all the others have closed
 * before the newest one began, and what was made after that reached none of them.
 * @param madeAtMs by the Temporal server's clock, and not later than the key was first used; undefined: nobody knows.
 */
export function mayBeKnownToEarlierRuns(
  newest: { readonly startedAtMs: number },
  madeAtMs: number | undefined,
): boolean {
  return madeAtMs === undefined || madeAtMs - clocksApartMs <= newest.startedAtMs;
}
