/** Logs in workflow state are bounded, because they are carried over a continue-as-new and returned by queries. */

const usuallyLongest = 20;

/** Drops the oldest entries. */
export function appendTo<T>(log: T[], entry: T, longest = usuallyLongest): void {
  log.push(entry);
  if (log.length > longest) log.splice(0, log.length - longest);
}
