/**
 * Finds two resources that scale the same object of a platform. Such resources would undo each other's changes, each by
 * its own cooldown.
 */
import type { TargetName } from '../../adapters/platforms/platform.js';
import { platforms } from '../../adapters/platforms/registry.js';
import type { ResourceConfig } from '../config.js';
import type { PathProblem } from '../file/issue-words.js';
import { isMapping } from '../file/path.js';
import { type Environment, interpolate } from '../file/placeholders.js';

/**
 * Returns a problem for every resource whose object an earlier resource already scales. The values of placeholders are
 * compared, but never shown.
 */
export async function sameObjects(
  resources: readonly ResourceConfig[],
  environment: Environment,
): Promise<readonly PathProblem[]> {
  const targets = await Promise.all(resources.map((resource) => targetOf(resource, environment)));
  return resources.flatMap(({ alias, platform }, index) => {
    const earlier = resources.findIndex(
      (other, place) =>
        place < index && other.platform.type === platform.type && isSame(targets[place], targets[index]),
    );
    const twin = resources[earlier];
    if (!twin) return [];
    const problem = `scales the same object as the resource ${twin.alias}`;
    const fix = 'write one resource with the policies of both, or correct the platform of one of the two resources';
    return [{ path: ['resources', alias, 'platform'], problem, fix }];
  });
}

async function targetOf(
  { alias, platform, taskQueue }: ResourceConfig,
  environment: Environment,
): Promise<TargetName | undefined> {
  const definition = platforms.find(platform.type);
  const { value } = await interpolate(platform.settings, environment);
  return definition?.target(isMapping(value) ? value : {}, { resource: alias, taskQueue });
}

function isSame(one: TargetName | undefined, other: TargetName | undefined): boolean {
  if (!one || !other) return false;
  return one.every((part, index) => part === undefined || other[index] === undefined || part === other[index]);
}
