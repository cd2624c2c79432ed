import type { AutoscaleSettings } from './settings.js';
import type { AutoscaleState } from './state.js';

/**
 * The policies that have had no data for so long that `fallback` replaces their recommendation. The limits of an
 * evaluation do not show this: a fallback that recommends the capacity that there already is limits nothing.
 */
export function policiesInFallback(
  { fallback }: Pick<AutoscaleSettings, 'fallback'>,
  state: Pick<AutoscaleState, 'policies'> | null,
): string[] {
  const failing = Object.entries(state?.policies ?? {}).filter(([, { failures }]) => failures >= fallback.after);
  return failing.map(([name]) => name);
}
