/** The resource that environment variables configure, as the fields of a file. */
import { isDeepStrictEqual } from 'node:util';
import { resourceConfig } from '../config.js';
import { environmentResource, environmentSettings } from '../environment/omnistrate.js';
import { fastAutoscalerResource, fastAutoscalerVariables } from '../environment/ecs-fast-autoscaler.js';
import { isSet, type EnvironmentResource } from '../environment/variables.js';
import { isMapping } from '../file/path.js';
import type { Environment } from '../file/placeholders.js';
import { environmentKind } from '../load.js';
import { resourceSchema } from '../schema/resource.js';
import type { Fields, FoundDocument } from './shown.js';

/** Empty where no variable configures a resource. @throws ConfigError */
export function resourceFromEnvironment(environment: Environment): FoundDocument['resources'] {
  const kind = environmentKind(environment);
  if (kind === 'none') return {};
  const { alias, fields, variables } = resourceOfKind(kind, environment);
  return { [alias]: { fields, from: `the environment: ${variables.join(', ')}` } };
}

interface FromVariables extends EnvironmentResource {
  /** The variables that are set and read. */
  readonly variables: readonly string[];
}

/** The resource of one kind of environment, whatever else the environment configures. @throws ConfigError */
export function resourceOfKind(kind: 'ecs' | 'omnistrate', environment: Environment): FromVariables {
  const found = kind === 'ecs' ? fastAutoscalerResource(environment) : environmentResource(environment);
  const known = kind === 'ecs' ? fastAutoscalerVariables(environment) : Object.keys(environmentSettings.shape);
  const variables = known.filter((name) => isSet(environment, name));
  const fields = withoutDefaults(found);
  const hidden = variables.filter((name) => mayHoldSecret(environment[name] ?? ''));
  const shown = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, withPlaceholders(field, hidden, environment)]),
  );
  return { alias: found.alias, fields: shown, variables };
}

/** The fields that a reader looks for first. They stay, even where they are equal to the defaults. */
const alwaysShown = ['platform', 'min', 'max', 'step', 'cooldown'];

/** Leaves out each field without which the resource is the same. */
function withoutDefaults({ alias, fields }: EnvironmentResource): Fields {
  const meaning = (of: Fields) => resourceConfig(alias, resourceSchema.parse(of));
  const kept = Object.keys(fields).filter((name) => {
    if (alwaysShown.includes(name)) return true;
    const others = Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
    return !isDeepStrictEqual(meaning(others), meaning(fields));
  });
  return Object.fromEntries(kept.map((name) => [name, fields[name]]));
}

/** A user with a password before the host of a URL, or a token behind it. Variables of passwords are placeholders already. */
function mayHoldSecret(value: string): boolean {
  return /[@?]/.test(value);
}

/** Replaces the values of these variables by their placeholders, in every string. */
function withPlaceholders(value: unknown, variables: readonly string[], environment: Environment): unknown {
  if (typeof value === 'string') {
    return variables.reduce(
      (text, name) => text.replaceAll(environment[name]?.trim() ?? '', () => `\${${name}}`),
      value,
    );
  }
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, variables, environment));
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withPlaceholders(item, variables, environment)]);
  return Object.fromEntries(entries) as unknown;
}
