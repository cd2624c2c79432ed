/** The configuration of an API whose resources are autoscaled, without a file. */
import type { ApiDependencies } from '../../src/api/dependencies.js';
import { byAlias } from '../../src/config/config.js';
import type { AutoscaleSettings } from '../../src/domain/autoscale/settings.js';
import type { ScalableResource } from '../../src/client/scale/client.js';

type Configured = readonly [resource: ScalableResource, autoscale?: AutoscaleSettings];

export function fleetConfig(...resources: readonly Configured[]): ApiDependencies['config'] {
  return {
    resources: byAlias(
      resources.map(([{ resource, settings, taskQueue }, autoscale]) => ({
        alias: resource,
        platform: { type: 'omnistrate', settings: {} },
        settings,
        taskQueue,
        ...(autoscale && { autoscale: { settings: autoscale, signals: {} } }),
      })),
    ),
  };
}
