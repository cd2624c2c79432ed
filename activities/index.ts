/** What the worker registers. */
import { type CapacityActivities, capacityActivities } from './capacity.js';
import { type ConfigurationActivities, configurationActivities } from './configuration.js';
import { type RequestActivities, requestActivities } from './requests.js';
import { type WatchActivities, type WatchDependencies, watchActivities } from './watch.js';

export type Activities = CapacityActivities & ConfigurationActivities & RequestActivities & WatchActivities;

export function createActivities(dependencies: WatchDependencies): Activities {
  return {
    ...capacityActivities(dependencies),
    ...configurationActivities(),
    ...requestActivities(),
    ...watchActivities(dependencies),
  };
}
