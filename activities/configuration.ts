/**
 * Validates the settings of an autoscaler. It is an activity because workflow code has no schemas
 * (docs/decisions/0008).
 */
import { z } from 'zod';
import { type AutoscaleSettings, autoscaleSettingsSchema } from '../src/domain/autoscale/settings.js';

export interface ConfigurationActivities {
  /** Why the settings are invalid; null when they are valid. */
  whyNotWatched(settings: AutoscaleSettings): Promise<string | null>;
}

export function configurationActivities(): ConfigurationActivities {
  return {
    whyNotWatched: async (settings) => {
      const parsed = autoscaleSettingsSchema.safeParse(settings);
      return parsed.success ? null : z.prettifyError(parsed.error);
    },
  };
}

/** @throws Error that is retried: during a deployment another worker may support the settings of a newer version. */
export function checkedSettings(settings: AutoscaleSettings): AutoscaleSettings {
  const parsed = autoscaleSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new Error(`this worker does not support these settings: ${z.prettifyError(parsed.error)}`);
}
