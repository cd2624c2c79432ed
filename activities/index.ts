/** The activities that the worker registers. */
import { setMaxListeners } from 'node:events';
import { type CapacityActivities, capacityActivities } from './scale.js';
import { type ConfigurationActivities, configurationActivities } from './configuration.js';
import { type EventActivities, type EventDependencies, eventActivities, noReceivers } from './events.js';
import { type PlanActivities, planActivities } from './plans.js';
import { type RequestActivities, requestActivities } from './requests.js';
import { type WatchActivities, type WatchDependencies, watchActivities } from './watch/watch.js';

export type Activities = CapacityActivities &
  ConfigurationActivities &
  EventActivities &
  PlanActivities &
  RequestActivities &
  WatchActivities;

/**
 * The activities that may be started a second time while the first attempt still runs somewhere: live workers take them
 * over from workers that appear to be dead. `change` is not among them.
 */
export const repeatableActivities: readonly (keyof Activities)[] = [
  'observe',
  'confirm',
  'askForScale',
  'whyNotWatched',
  'watch',
  'lastSeen',
  'publishEvents',
  'deliverEvent',
  'lookAtStanding',
  'askForMove',
  'awaitArrival',
];

/**
 * @param stopping aborts when the worker starts to shut down: activities that only read end at once and are retried
 * elsewhere.
 */
export function createActivities(
  dependencies: WatchDependencies,
  stopping: AbortSignal = new AbortController().signal,
  receivers: EventDependencies = noReceivers,
): Activities {
  // Every running activity listens to this signal, and Node warns about more than ten listeners.
  setMaxListeners(0, stopping);
  return {
    ...capacityActivities(dependencies, stopping),
    ...configurationActivities(),
    ...eventActivities(receivers),
    ...planActivities(stopping),
    ...requestActivities(),
    ...watchActivities(dependencies, stopping, receivers),
  };
}
