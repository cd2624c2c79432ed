/** What a caller asks of a resource: a capacity, or a change of it. One schema for the API, the CLI, updates and signals. */
import { z } from 'zod';
import { scaleSettingsSchema } from './settings.js';

/** Beyond this a count is a mistake, and 2^31 is where platforms begin to wrap. */
const largestCapacity = 1_000_000_000;
const units = z.int().min(1).max(largestCapacity);

const wishFields = {
  targetCapacity: z
    .int()
    .min(0)
    .max(largestCapacity)
    .optional()
    .describe('The capacity to end up with, in whole units.'),
  add: units
    .optional()
    .describe('Units to add to the present target, or to what is observed when nothing is under way.'),
  remove: units.optional().describe('Units to remove, likewise.'),
  reason: z.string().max(500).optional().describe('Why, for whoever reads the run later.'),
};

const exactlyOne = {
  message: 'give exactly one of targetCapacity, add and remove',
  test: (wish: { targetCapacity?: number | undefined; add?: number | undefined; remove?: number | undefined }) =>
    [wish.targetCapacity, wish.add, wish.remove].filter((value) => value !== undefined).length === 1,
};

/** The body of `POST /v1/resources/{r}/scale`. */
export const scaleWishSchema = z.strictObject(wishFields).refine(exactlyOne.test, exactlyOne.message);
export type ScaleWish = z.output<typeof scaleWishSchema>;

/** A wish under way to a run. Typed by a person as a signal, `{"targetCapacity": 3}` is enough. */
export const scaleRequestSchema = z
  .strictObject({
    ...wishFields,
    /** Applied once per resource, however often it arrives. */
    id: z.string().min(1).max(255).optional(),
    /** The limits as the sender's configuration has them now; absent: the run keeps its own. */
    settings: scaleSettingsSchema.optional(),
  })
  .refine(exactlyOne.test, exactlyOne.message);
export type ScaleRequest = z.output<typeof scaleRequestSchema>;

/** Two requests with one id must say the same. */
export function fingerprintOf(wish: ScaleWish): string {
  return JSON.stringify([wish.targetCapacity ?? null, wish.add ?? null, wish.remove ?? null, wish.reason ?? null]);
}

/** Why a capacity may not be asked for, or undefined when it may. */
export function outOfBounds(capacity: number, bounds: { min: number; max: number | null }): string | undefined {
  if (capacity < bounds.min) return `${capacity} is below the minimum of ${bounds.min}`;
  if (bounds.max !== null && capacity > bounds.max) return `${capacity} is above the maximum of ${bounds.max}`;
  return undefined;
}
