/** Finds the times in the near future at which another window comes into force. */

export interface Opening<Window> {
  readonly atMs: number;
  readonly window: Window;
}

/** Windows begin at whole minutes. */
const minuteMs = 60_000;

/**
 * Returns a function that lists the openings after a time, as far as the horizon. Each minute is examined once while
 * the time moves forward; the answers do not depend on what was examined before.
 * @param inForceAt the window in force. Undefined: none.
 */
export function openingsWithin<Window>(
  horizonMs: number,
  inForceAt: (atMs: number) => Window | undefined,
): (nowMs: number) => readonly Opening<Window>[] {
  let fromMs = Infinity;
  let examinedMs = -Infinity;
  let last: Window | undefined;
  let openings: Opening<Window>[] = [];

  const start = (nowMs: number): void => {
    examinedMs = Math.floor(nowMs / minuteMs) * minuteMs;
    last = inForceAt(nowMs);
    openings = [];
  };
  const examine = (atMs: number): void => {
    const window = inForceAt(atMs);
    if (window !== undefined && window !== last) openings.push({ atMs, window });
    last = window;
    examinedMs = atMs;
  };

  return (nowMs) => {
    if (nowMs < fromMs || nowMs > examinedMs) start(nowMs);
    fromMs = nowMs;
    while (examinedMs + minuteMs <= nowMs + horizonMs) examine(examinedMs + minuteMs);
    if ((openings[0]?.atMs ?? Infinity) <= nowMs) openings = openings.filter(({ atMs }) => atMs > nowMs);
    return openings;
  };
}
