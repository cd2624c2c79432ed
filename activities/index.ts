/** What the worker registers. */
import { setMaxListeners } from 'node:events';
import { type CapacityActivities, capacityActivities } from './scale.js';
import { type ConfigurationActivities, configurationActivities } from './configuration.js';
import { type RequestActivities, requestActivities } from './requests.js';
import { type WatchActivities, type WatchDependencies, watchActivities } from './watch/watch.js';

export type Activities = CapacityActivities & ConfigurationActivities & RequestActivities & WatchActivities;

/**
 * Those that may be begun a second time while the first one still runs somewhere: they are taken over from workers that
 * seem to be dead. A change of capacity is not among them.
 */
export const repeatableActivities: readonly (keyof Activities)[] = [
  'observe',
  'confirm',
  'askForScale',
  'whyNotWatched',
  'watch',
  'lastSeen',
];

/** @param stopping aborts when the worker is about to stop: what only looks ends at once, and goes on elsewhere. */
export function createActivities(
  dependencies: WatchDependencies,
  stopping: AbortSignal = new AbortController().signal,
): Activities {
  // All that is under way listens to it.
  setMaxListeners(0, stopping);
  return {
    ...capacityActivities(dependencies, stopping),
    ...configurationActivities(),
    ...requestActivities(),
    ...watchActivities(dependencies, stopping),
  };
}
