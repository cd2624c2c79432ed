/**
 * A request for a capacity, or for a change of the capacity. The API, the CLI, updates and signals all use the same
 * request.
 */
import { type Check, onlyFields, optional, text, whole } from '../checks.js';
import { type ScaleSettings, checkScaleSettings } from './settings.js';

/** Exactly one of `targetCapacity`, `add` and `remove` is set. All three are whole units. */
export interface ScaleRequestBody {
  readonly targetCapacity?: number | undefined;
  readonly add?: number | undefined;
  readonly remove?: number | undefined;
  readonly reason?: string | undefined;
}

/**
 * A request as it is sent to a run. A person who sends the request as a signal only has to type
 * `{"targetCapacity": 3}`.
 */
export interface ScaleRequest extends ScaleRequestBody {
  /** A request with a given ID is applied once per resource, however often it arrives. */
  readonly id?: string | undefined;
  /** The limits from the sender's current configuration. Absent: the run keeps its own limits. */
  readonly settings?: ScaleSettings | undefined;
}

/** A larger count is a mistake. At 2^31, some platforms overflow. */
export const largestCapacity = 1_000_000_000;
export const longestReason = 500;
export const notOneWish = 'give exactly one of targetCapacity, add and remove';

export function isSingleRequest({ targetCapacity, add, remove }: ScaleRequestBody): boolean {
  return [targetCapacity, add, remove].filter((value) => value !== undefined).length === 1;
}

const checkFields = onlyFields({
  targetCapacity: optional(whole(0, largestCapacity)),
  add: optional(whole(1, largestCapacity)),
  remove: optional(whole(1, largestCapacity)),
  reason: optional(text(0, longestReason)),
  id: optional(text(1, 255)),
  settings: optional(checkScaleSettings),
});

/** When this check returns undefined, the value is a `ScaleRequest`. */
export const checkScaleRequest: Check = (value) =>
  checkFields(value) ??
  (isSingleRequest(value as ScaleRequest) ? undefined : { path: [], problem: `must ${notOneWish}` });

/** Two requests with the same ID must have the same fingerprint. */
export function fingerprintOf(requested: ScaleRequestBody): string {
  return JSON.stringify([
    requested.targetCapacity ?? null,
    requested.add ?? null,
    requested.remove ?? null,
    requested.reason ?? null,
  ]);
}

/** Returns why a capacity may not be requested, or undefined if it may. */
export function outOfBounds(capacity: number, bounds: { min: number; max: number | null }): string | undefined {
  if (capacity < bounds.min) return `${capacity} is below the minimum of ${bounds.min}`;
  if (bounds.max !== null && capacity > bounds.max) return `${capacity} is above the maximum of ${bounds.max}`;
  return undefined;
}
