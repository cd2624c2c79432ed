/** The resources of a file in the words of the file, each with the fields that it takes from `defaults:`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { mergeDefaults } from '../file/merged-resources.js';
import { formatPath, isMapping, valueAt, type Path } from '../file/path.js';
import { interpolate, type Environment } from '../file/placeholders.js';
import { isAdapterSetting } from '../file/written-adapters.js';
import { readYaml } from '../file/yaml-file.js';
import { isDryRun } from '../load.js';
import { ConfigError } from '../problem.js';
import type { FoundDocument, FoundFields } from './shown.js';

/** @param file the name of a file that has just been loaded without errors; relative to `cwd`. */
export async function documentFromFile(file: string, environment: Environment, cwd: string): Promise<FoundDocument> {
  const yaml = readYaml(await readFile(resolve(cwd, file), 'utf8'), file);
  // Only if the file was changed since it was loaded.
  if (!('value' in yaml)) throw new ConfigError(yaml);
  const written = yaml.value;
  const { value } = await interpolate(written, environment, isAdapterSetting);
  const resources = valueAt(written, ['resources']);
  const aliases = isMapping(resources) ? Object.keys(resources) : [];
  const isDry = isDryRun(environment);
  const found = aliases.map((alias): [string, FoundFields] => {
    const place = ['resources', alias];
    const { fields, inherited } = merged(valueAt(value, ['defaults']), valueAt(value, place), {
      defaults: valueAt(written, ['defaults']),
      own: valueAt(written, place),
    });
    const from = [
      `${file}:${yaml.positionOfKey(place).line ?? 1}`,
      ...(inherited.length > 0 ? [`defaults: ${inherited.join(', ')}`] : []),
      ...(isDry ? ['DRY_RUN: dryRun'] : []),
    ].join('; ');
    return [alias, { fields: { ...fields, ...(isDry && { dryRun: true }) }, from }];
  });
  const [owner, modules, events] = ['owner', 'modules', 'events'].map((field) => valueAt(written, [field]));
  return {
    ...(owner !== undefined && { owner }),
    ...(modules !== undefined && { modules }),
    ...(events !== undefined && { events }),
    resources: Object.fromEntries(found),
  };
}

interface Written {
  readonly defaults: unknown;
  readonly own: unknown;
}

/**
 * Merges `defaults` and `own` as the loader does. A merge depends on values, such as those of `type`, and a value may
 * come from a placeholder. The result has the placeholders of `written` in place of those values.
 */
function merged(defaults: unknown, own: unknown, written: Written) {
  const inherited: string[] = [];

  function inWrittenWords(value: unknown, path: Path, isFromDefaults: boolean): unknown {
    const begins = !isFromDefaults && path.length > 0 && valueAt(own, path) === undefined;
    if (begins) inherited.push(formatPath(path));
    if (isMapping(value)) {
      const entries = Object.entries(value).map(
        ([key, item]) => [key, inWrittenWords(item, [...path, key], isFromDefaults || begins)] as const,
      );
      return Object.fromEntries(entries);
    }
    return valueAt(isFromDefaults || begins ? written.defaults : written.own, path);
  }

  const fields = inWrittenWords(mergeDefaults(defaults, own), [], false);
  return { fields: isMapping(fields) ? fields : {}, inherited };
}
