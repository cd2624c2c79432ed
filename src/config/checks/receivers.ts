/** Finds receivers of events that name resources which do not exist. */
import type { Config } from '../config.js';
import { didYouMean, type PathProblem } from '../file/issue-words.js';
import { nearest } from '../nearest.js';
import { matches } from '../wanted-events.js';

export function receiversWithoutResource(events: Config['events'] = {}, aliases: readonly string[]): PathProblem[] {
  return Object.entries(events).flatMap(([name, { resources = [] }]) =>
    resources.flatMap((pattern, index) => {
      if (aliases.some((alias) => matches(pattern, alias))) return [];
      const meant = nearest(pattern, aliases);
      const fix = meant === undefined ? `resources of this file: ${aliases.join(', ')}` : didYouMean(meant);
      return [{ path: ['events', name, 'resources', index], problem: 'matches no resource of this file', fix }];
    }),
  );
}
