/** Variables of the environment that are probably meant for us under another name: a slip that nobody sees otherwise. */
import { nearest } from '../nearest.js';
import type { Environment } from '../file/placeholders.js';

/** What all names of a family begin with would make any two of them look alike. */
const families = ['AUTOSCALER_', 'ESCAPEMENT_', 'TEMPORAL_'];
/** Among shorter ones too many words look alike: `PORT` and `POST`. */
const shortestName = 6;

/**
 * A warning for each variable that is not known and close to one that is, and is not set.
 * @param known every name that means something here.
 */
export function misspelledVariables(environment: Environment, known: readonly string[]): string[] {
  const unset = known.filter((name) => environment[name] === undefined && name.length >= shortestName);
  return Object.keys(environment).flatMap((name) => {
    const meant = known.includes(name) || environment[name] === undefined ? undefined : nearestVariable(name, unset);
    return meant === undefined ? [] : [unknownVariable(name, meant)];
  });
}

export function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const family = families.find((prefix) => name.startsWith(prefix));
  if (family === undefined) return name.length < shortestName ? undefined : nearest(name, known);
  const rests = known.filter((other) => other.startsWith(family)).map((other) => other.slice(family.length));
  const meant = nearest(name.slice(family.length), rests);
  return meant === undefined ? undefined : family + meant;
}

export function unknownVariable(name: string, meant: string | undefined): string {
  return `${name}: unknown, and ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
