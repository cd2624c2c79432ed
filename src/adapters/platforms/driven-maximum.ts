/**
 * The maximum of a platform that also scales by itself. Where the settings say so, a change sets this maximum in the same
 * request as the capacity (docs/decisions/0058).
 */
import type { PlatformContext } from './platform.js';

/**
 * - `keep`: Escapement does not set the maximum.
 * - `max`: the maximum is the configured `max` of the resource.
 * - `capacity`: the maximum is the capacity, so that the platform adds no units by itself.
 */
export type Maximum = 'keep' | 'max' | 'capacity';

/**
 * The maximum that a change to `capacity` sets. Undefined: the change does not set it. Never below the capacity, which may
 * be outside `max` for a while, and at least 1, which platforms require.
 */
export function maximumFor(maximum: Maximum, capacity: number, bounds: PlatformContext['bounds']): number | undefined {
  const wanted = maximum === 'max' ? (bounds?.max ?? undefined) : capacity;
  return maximum === 'keep' || wanted === undefined ? undefined : Math.max(wanted, capacity, 1);
}

/**
 * For the details of an observation: says that the platform has another maximum than the settings ask for.
 * @param name of the maximum on the platform.
 */
export function detailsOnMaximum(
  name: string,
  seen: number | undefined,
  wanted: number | undefined,
): { readonly maximum?: string } {
  if (wanted === undefined || seen === wanted) return {};
  const next = 'the next change of capacity sets it';
  return { maximum: `${name} is ${seen ?? 'not set'}, and platform.maximum asks for ${wanted}: ${next}` };
}
