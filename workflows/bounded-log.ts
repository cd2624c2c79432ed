/** Logs of a workflow are bounded: they are carried along, and queried. */

const usuallyLongest = 20;

/** The oldest entries go. */
export function appendTo<T>(log: T[], entry: T, longest = usuallyLongest): void {
  log.push(entry);
  if (log.length > longest) log.splice(0, log.length - longest);
}
