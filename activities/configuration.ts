/** Whether an autoscaler's settings make sense: asked here, because workflow code has no schemas (docs/decisions/0008). */
import { z } from 'zod';
import { type AutoscaleSettings, autoscaleSettingsSchema } from '../src/domain/autoscale/settings.js';

export interface ConfigurationActivities {
  /** Why these settings will not do; null when they will. */
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

/** @throws Error, to be tried again: in the middle of a deployment another worker may know the settings of a newer one. */
export function checkedSettings(settings: AutoscaleSettings): AutoscaleSettings {
  const parsed = autoscaleSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new Error(`this worker does not understand the settings: ${z.prettifyError(parsed.error)}`);
}
