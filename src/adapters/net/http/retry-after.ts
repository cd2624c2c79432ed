/** The header Retry-After. */

/** Maximum wait. If a server requests a longer wait, the request is retried after this one. */
const longestRetryAfterMs = 300_000;

/** Seconds or an HTTP date, in milliseconds from now; undefined for anything else and for a date in the past. */
export function parseRetryAfter(value: string | null | undefined, nowMs = Date.now()): number | undefined {
  if (value === undefined || value === null) return undefined;
  const waitMs = /^\d+$/.test(value)
    ? Number(value) * 1000
    : // Date.parse accepts almost any text as a date ("foo 7" is in July), so the format is checked first.
      /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
      ? Date.parse(value) - nowMs
      : NaN;
  return waitMs > 0 ? Math.min(waitMs, longestRetryAfterMs) : undefined;
}
