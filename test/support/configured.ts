/** Autoscalers as a configuration names them that is written at this moment. */
import type { AutoscaledResource } from '../../src/client/autoscale/client.js';
import type { ScalableResource } from '../../src/client/scale/client.js';
import { autoscaledIn } from '../../src/config/autoscaled.js';
import { byAlias } from '../../src/config/config.js';
import type { Writing } from '../../src/domain/autoscale/revision.js';
import type { AutoscaleSettings } from '../../src/domain/autoscale/settings.js';

export function written(changes: Partial<Writing> = {}): Writing {
  return { owner: 'default', file: '/etc/escapement.yaml', host: 'test', atMs: Date.now(), ...changes };
}

export function configured(
  { resource, settings: limits, taskQueue }: ScalableResource,
  settings: AutoscaleSettings,
  changes: Partial<Writing> = {},
): AutoscaledResource {
  const alone = byAlias([
    {
      alias: resource,
      platform: { type: 'omnistrate', settings: {} },
      settings: limits,
      taskQueue,
      autoscale: { settings, signals: {} },
    },
  ]);
  return autoscaledIn(alone, written(changes))[0]!;
}
