/**
 * Finds environment variables that are probably misspelled names of Escapement's variables. Nothing else reports such a
 * mistake.
 */
import { distance } from 'fastest-levenshtein';
import { nearest } from '../nearest.js';
import { ConfigError, type ConfigProblem } from '../problem.js';
import type { Environment } from '../file/placeholders.js';
import { trueOrFalse } from './variables.js';

/**
 * The common prefixes of Escapement's variables. A prefix is left out of the comparison, because it would make any two
 * names look similar.
 */
const families = ['AUTOSCALER_', 'ESCAPEMENT_', 'TEMPORAL_'];
/** Many shorter names look similar to another word, such as `PORT` and `POST`. */
const shortestName = 6;

/**
 * Returns a warning for each unknown variable that is close to a known variable that is not set.
 * @param known every variable name that Escapement reads.
 * @param wanted those that may have been meant.
 */
export function misspelledVariables(
  environment: Environment,
  known: readonly string[],
  wanted: readonly string[] = known,
): ConfigProblem[] {
  const unset = wanted.filter((name) => environment[name] === undefined && name.length >= shortestName);
  return Object.keys(environment).flatMap((name) => {
    const meant = known.includes(name) || environment[name] === undefined ? undefined : nearestVariable(name, unset);
    return meant === undefined ? [] : [unknownVariable(name, meant)];
  });
}

/**
 * A person who misspells DRY_RUN expects that no change is sent, so a warning is not enough.
 * @throws ConfigError
 */
export function refuseMisspelledDryRun(environment: Environment): void {
  if (environment['DRY_RUN'] !== undefined) return;
  const name = Object.keys(environment).find(
    (each) => distance(each.toLowerCase().replaceAll(/[-_]/g, ''), 'dryrun') <= 1,
  );
  const value = name === undefined ? '' : (environment[name]?.trim() ?? '');
  if (name === undefined || value === '' || trueOrFalse.safeParse(value).data === false) return;
  const fix = `did you mean DRY_RUN? To send changes, unset ${name}`;
  throw new ConfigError([{ path: name, problem: 'is unknown, so that changes would be sent', fix }]);
}

export function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const family = families.find((prefix) => name.startsWith(prefix));
  if (family === undefined) return name.length < shortestName ? undefined : nearest(name, known);
  const rests = known.filter((other) => other.startsWith(family)).map((other) => other.slice(family.length));
  const meant = nearest(name.slice(family.length), rests);
  return meant === undefined ? undefined : family + meant;
}

export function unknownVariable(name: string, meant: string | undefined): ConfigProblem {
  return {
    path: name,
    problem: 'unknown, and ignored',
    fix: meant === undefined ? undefined : `did you mean ${meant}?`,
  };
}
