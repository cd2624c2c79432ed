/** How a resource may be scaled, as a scale run carries it: numbers with units, no secrets, nothing of the platform. */
import { z } from 'zod';

const wholeUnits = z.number().int().min(0);
const milliseconds = z.number().int().min(0);

/**
 * Travels in workflow arguments and messages, so that a run can be replayed with the limits it was started with.
 * `max` and `step` are null where there is no limit.
 */
export const scaleSettingsSchema = z.object({
  min: wholeUnits,
  max: wholeUnits.nullable(),
  /** The most units one change may move, either way; null: the whole way at once. */
  step: z.object({ up: wholeUnits.min(1).nullable(), down: wholeUnits.min(1).nullable() }),
  /** The least time from the last change, either way, to a change in this direction. */
  cooldownMs: z.object({ up: milliseconds, down: milliseconds }),
  /** The least time after a change of unknown outcome before capacity is believed. */
  settleMs: milliseconds,
  waitForActive: z.object({ timeoutMs: milliseconds, intervalMs: milliseconds.min(1) }),
  requestTimeoutMs: milliseconds.min(1),
  /** True where the platform sets an absolute size (see PlatformDefinition). */
  absolute: z.boolean(),
  dryRun: z.boolean(),
});

export type ScaleSettings = z.output<typeof scaleSettingsSchema>;
