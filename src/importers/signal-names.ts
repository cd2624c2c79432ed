/** Names for signals: what a metric is called where it comes from, as a name that expressions can contain. */

/** Names that expressions use for something else. */
const reservedNames = ['current', 'min', 'max', 'ceil', 'floor', 'round', 'abs', 'clamp'];

/** Letters, digits and `_`; each name once. */
export function signalNames(wanted: readonly string[]): readonly string[] {
  const taken = new Set(reservedNames);
  return wanted.map((name) => {
    const valid = name.replaceAll(/\W+/g, '_').replace(/^(?=\d|$)/, 'metric_');
    const free =
      [valid, ...wanted.map((_, index) => `${valid}_${index + 2}`)].find((each) => !taken.has(each)) ?? valid;
    taken.add(free);
    return free;
  });
}
