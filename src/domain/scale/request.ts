/** What a caller asks of a resource: a capacity, or a change of it. The same for the API, the CLI, updates and signals. */
import { type Check, onlyFields, optional, text, whole } from '../checks.js';
import { type ScaleSettings, checkScaleSettings } from './settings.js';

/** Exactly one of the first three. Whole units. */
export interface ScaleRequestBody {
  readonly targetCapacity?: number | undefined;
  readonly add?: number | undefined;
  readonly remove?: number | undefined;
  readonly reason?: string | undefined;
}

/** A request under way to a run. Typed by a person as a signal, `{"targetCapacity": 3}` is enough. */
export interface ScaleRequest extends ScaleRequestBody {
  /** Applied once per resource, however often it arrives. */
  readonly id?: string | undefined;
  /** The limits as the sender's configuration has them now; absent: the run keeps its own. */
  readonly settings?: ScaleSettings | undefined;
}

/** Beyond this a count is a mistake, and 2^31 is where platforms begin to wrap. */
export const largestCapacity = 1_000_000_000;
export const longestReason = 500;
export const notOneWish = 'give exactly one of targetCapacity, add and remove';

export function isOneWish({ targetCapacity, add, remove }: ScaleRequestBody): boolean {
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

/** The value is a `ScaleRequest` where it says nothing. */
export const checkScaleRequest: Check = (value) =>
  checkFields(value) ?? (isOneWish(value as ScaleRequest) ? undefined : notOneWish);

/** Two requests with one id must say the same. */
export function fingerprintOf(requested: ScaleRequestBody): string {
  return JSON.stringify([
    requested.targetCapacity ?? null,
    requested.add ?? null,
    requested.remove ?? null,
    requested.reason ?? null,
  ]);
}

/** Why a capacity may not be asked for, or undefined when it may. */
export function outOfBounds(capacity: number, bounds: { min: number; max: number | null }): string | undefined {
  if (capacity < bounds.min) return `${capacity} is below the minimum of ${bounds.min}`;
  if (bounds.max !== null && capacity > bounds.max) return `${capacity} is above the maximum of ${bounds.max}`;
  return undefined;
}
