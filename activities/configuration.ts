/** Whether an autoscaler's settings make sense: asked here, because workflow code has no schemas (docs/decisions/0008). */
import { ApplicationFailure } from '@temporalio/activity';
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

/** @throws ApplicationFailure `InvalidInput`, which no retry can help. */
export function checkedSettings(settings: AutoscaleSettings): AutoscaleSettings {
  const parsed = autoscaleSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw ApplicationFailure.nonRetryable(z.prettifyError(parsed.error), 'InvalidInput');
}
