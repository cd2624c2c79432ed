/**
 * What was seen at this time in earlier seasons, as a floor and nothing else: a forecast can ask for units early, never
 * take any away. Each season is cut into slots; a slot remembers the mean of its last seasons.
 */
import { z } from 'zod';
import { isBelow, unitsAtLeast, shown } from '../numbers.js';
import type { Bounds } from './policy.js';

const dayMs = 86_400_000;
const slotsPerSeason = 144;

export const forecastSchema = z
  .strictObject({
    type: z.literal('forecast'),
    value: z.string(),
    target: z.number().positive('target must be above 0'),
    seasonMs: z.number().int().min(slotsPerSeason).default(dayMs),
    /** How far back seasons count. */
    historyMs: z
      .number()
      .int()
      .min(1)
      .default(7 * dayMs),
    aheadMs: z
      .number()
      .int()
      .min(0)
      .default(15 * 60_000),
    buffer: z.number().min(0).default(0),
    /** `observe` says what it would do. */
    mode: z.enum(['observe', 'scale']).default('observe'),
  })
  .refine(({ historyMs, seasonMs }) => !isBelow(historyMs, seasonMs), {
    path: ['historyMs'],
    message: 'history must be at least one season',
  });

export type ForecastSettings = z.output<typeof forecastSchema>;

/** Bounded: a number pair for each slot of a season. */
export interface ForecastMemory {
  /** By slot: the mean and how many seasons are in it. Null: never seen. */
  readonly slots: readonly (readonly [mean: number, seasons: number] | null)[];
  /** The slot that is being seen, counted from the epoch. */
  readonly open: { readonly slot: number; readonly sum: number; readonly count: number } | null;
}

const nothingSeen: ForecastMemory = { slots: new Array<null>(slotsPerSeason).fill(null), open: null };

/** Takes note of a load. A load that is unknown is not taken for any number. */
export function remember(
  settings: ForecastSettings,
  memory: ForecastMemory | undefined,
  value: number | null,
  nowMs: number,
): ForecastMemory {
  const slot = slotAt(settings, nowMs);
  const closed = closeSlot(settings, memory ?? nothingSeen, slot);
  if (value === null) return closed;
  const open = closed.open ?? { slot, sum: 0, count: 0 };
  return { slots: closed.slots, open: { slot, sum: open.sum + value, count: open.count + 1 } };
}

/** The largest load of earlier seasons from now until `ahead`. Null without any. */
export function predictLoad(settings: ForecastSettings, memory: ForecastMemory, nowMs: number): number | null {
  const last = slotAt(settings, nowMs + Math.min(settings.aheadMs, settings.seasonMs - 1));
  let largest: number | null = null;
  for (let slot = slotAt(settings, nowMs); slot <= last; slot += 1) {
    const mean = memory.slots[slot % slotsPerSeason]?.[0];
    if (mean !== undefined) largest = Math.max(largest ?? mean, mean);
  }
  return largest;
}

/** 1000 predicted, 20% buffer, target 100: a floor of 12. No prediction: no floor. */
export function forecastBounds({ target, buffer, mode }: ForecastSettings, load: number | null): Bounds {
  if (load === null) return { floor: null, ceiling: null, reason: 'no season seen yet: no floor' };
  const floor = unitsAtLeast((load * (1 + buffer)) / target);
  const arithmetic = `${shown(load)} expected${buffer > 0 ? ` and ${shown(buffer * 100)}% more` : ''} / ${target} needs ${floor}`;
  return mode === 'scale'
    ? { floor, ceiling: null, reason: arithmetic }
    : { floor: null, ceiling: null, reason: `${arithmetic}, only observed` };
}

function slotAt({ seasonMs }: ForecastSettings, atMs: number): number {
  return Math.floor((atMs * slotsPerSeason) / seasonMs);
}

function closeSlot(settings: ForecastSettings, memory: ForecastMemory, slot: number): ForecastMemory {
  const { open } = memory;
  if (!open || open.slot === slot) return memory;
  const phase = open.slot % slotsPerSeason;
  const [mean, seen] = memory.slots[phase] ?? [0, 0];
  const seasons = Math.min(seen + 1, Math.floor(settings.historyMs / settings.seasonMs));
  const newMean = mean + (open.sum / open.count - mean) / seasons;
  return { slots: memory.slots.with(phase, [newMean, seasons]), open: null };
}
