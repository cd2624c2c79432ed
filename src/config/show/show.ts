/** `escapement config show`: the configuration in force on this machine, as an `escapement.yaml`. */
import type { LoadedConfig } from '../config.js';
import type { Environment } from '../file/placeholders.js';
import { isSet } from '../environment/variables.js';
import { inForce } from '../in-force.js';
import { loadConfig } from '../load.js';
import { resourceFieldNames } from '../schema/resource.js';
import type { Fields, FoundDocument, ShownConfig } from './shown.js';
import { resourceFromEnvironment } from './from-environment.js';
import { documentFromFile } from './from-file.js';

/** @throws ConfigError with every problem. */
export async function showConfig(environment: Environment, cwd: string): Promise<ShownConfig> {
  const config = await loadConfig(environment, cwd);
  const { source, file, warnings } = config;
  const found =
    file === undefined
      ? { resources: resourceFromEnvironment(environment) }
      : await documentFromFile(file, environment, cwd);
  const owner = ownerIn(found, config, environment);
  return {
    source,
    ...(file !== undefined && { file }),
    configuration: {
      version: 1,
      ...(owner !== undefined && { owner }),
      ...(found.modules !== undefined && { modules: found.modules }),
      ...(found.events !== undefined && { events: found.events }),
      resources: withoutPrototype(
        Object.entries(found.resources).map(([alias, { fields }]) => [alias, ordered(fields)]),
      ),
    },
    resources: Object.values(config.resources).map((resource) => ({
      resource: resource.alias,
      from: found.resources[resource.alias]?.from ?? '',
      inForce: inForce(resource),
    })),
    warnings,
  };
}

/** The default owner needs no line. */
function ownerIn({ owner }: FoundDocument, { writing }: LoadedConfig, environment: Environment): unknown {
  return owner ?? (isSet(environment, 'ESCAPEMENT_OWNER') ? writing.owner : undefined);
}

/** In the order of the schema, whatever the order in `defaults` and in the resource. */
function ordered(fields: Fields): Fields {
  const place = (name: string) => resourceFieldNames.indexOf(name);
  return Object.fromEntries(Object.entries(fields).toSorted(([one], [other]) => place(one) - place(other)));
}

/** So that `constructor` is a valid alias. */
function withoutPrototype<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}
