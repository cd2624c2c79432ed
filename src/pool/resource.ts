/** The pool as a resource of a configuration: the settings that its autoscaler and its scale runs carry. */
import { randomUUID } from 'node:crypto';
import type { ResourceConfig } from '../config/config.js';
import { autoscaleSettingsSchema } from '../domain/autoscale/settings.js';
import { resizeTimeoutMs } from './in-process.js';
import type { Options } from './options.js';

/** The name of the signal in the sentences of decisions. */
export const queueSignal = 'queue';

/** The pool shows a new size at once: an outcome that is unknown is settled by the next read. */
const settleMs = 2000;
const readFailsForMs = 60_000;
const readAgainAfterMs = 5000;

/** Each call makes another task queue, which only the process that made it polls. */
export function resourceOf({ name, min, max, up, down, interval, cooldown }: Options): ResourceConfig {
  const choice = { type: 'in-process', settings: {} };
  return {
    alias: name,
    platform: choice,
    taskQueue: `in-process:${name}:${randomUUID()}`,
    settings: {
      min,
      max,
      // One change a decision, as in the guide. An amount of 0 never becomes a change.
      step: { up: Math.max(up.add, 1), down: Math.max(down.remove, 1) },
      cooldownMs: { up: cooldown, down: cooldown },
      upAfter: 'change',
      settleMs,
      waitForActive: { timeoutMs: readFailsForMs, intervalMs: readAgainAfterMs },
      requestTimeoutMs: resizeTimeoutMs,
      takesChanges: 'shownAtOnce',
      dryRun: false,
    },
    autoscale: {
      settings: autoscaleSettingsSchema.parse({
        intervalMs: interval,
        signals: [queueSignal],
        policies: [{ type: 'thresholds', value: queueSignal, up, down }],
      }),
      signals: { [queueSignal]: choice },
    },
  };
}
