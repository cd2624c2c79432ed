/** What the worker registers. */
import type { Platform } from '../src/platforms/platform.js';
import { type CapacityActivities, capacityActivities } from './capacity.js';

export type Activities = CapacityActivities;

export interface ActivityDependencies {
  /** The adapter of a resource, created on first use with the secrets of this worker. */
  platformOf(resource: string): Platform;
}

export function createActivities({ platformOf }: ActivityDependencies): Activities {
  return { ...capacityActivities(platformOf) };
}
