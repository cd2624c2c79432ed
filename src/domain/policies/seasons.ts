/**
 * Stores the load of earlier seasons in bounded memory. Each season is divided into slots. Each slot stores the mean of
 * its last seasons.
 */

export const slotsPerSeason = 144;

export interface Seasons {
  readonly seasonMs: number;
  /** Seasons within this time count. */
  readonly historyMs: number;
}

/** The memory is bounded: it holds one pair of numbers for each slot of a season. */
export interface ForecastMemory {
  /** By slot: the mean, and the number of seasons in that mean. Null: the slot has no samples yet. */
  readonly slots: readonly (readonly [mean: number, seasons: number] | null)[];
  /** The slot that currently receives samples. Slots are numbered from the epoch. */
  readonly open: { readonly slot: number; readonly sum: number; readonly count: number } | null;
}

const nothingSeen: ForecastMemory = { slots: new Array<null>(slotsPerSeason).fill(null), open: null };

/** Adds a load to the memory. An unknown load is not stored as a number. */
export function remember(
  settings: Seasons,
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

/** Returns the largest load of earlier seasons from now until `ahead`, or null if there is none. */
export function predictLoad(
  settings: Seasons & { readonly aheadMs: number },
  memory: ForecastMemory,
  nowMs: number,
): number | null {
  const last = slotAt(settings, nowMs + Math.min(settings.aheadMs, settings.seasonMs - 1));
  let largest: number | null = null;
  for (let slot = slotAt(settings, nowMs); slot <= last; slot += 1) {
    const mean = memory.slots[slot % slotsPerSeason]?.[0];
    if (mean !== undefined) largest = Math.max(largest ?? mean, mean);
  }
  return largest;
}

function slotAt({ seasonMs }: Seasons, atMs: number): number {
  return Math.floor((atMs * slotsPerSeason) / seasonMs);
}

function closeSlot(settings: Seasons, memory: ForecastMemory, slot: number): ForecastMemory {
  const { open } = memory;
  if (!open || open.slot === slot) return memory;
  const phase = open.slot % slotsPerSeason;
  const [mean, seen] = memory.slots[phase] ?? [0, 0];
  const seasons = Math.min(seen + 1, Math.floor(settings.historyMs / settings.seasonMs));
  const newMean = mean + (open.sum / open.count - mean) / seasons;
  return { slots: memory.slots.with(phase, [newMean, seasons]), open: null };
}
