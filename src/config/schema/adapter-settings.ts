/**
 * The settings of platforms and sources. A configuration keeps these settings as they are written, with their
 * placeholders. The placeholders are replaced just before an adapter is created, so that no other part of Escapement
 * holds the secrets.
 */
import { z } from 'zod';
import { ConfigError } from '../problem.js';
import { problemAt, type PathProblem } from '../file/issue-words.js';
import { parseWritten } from '../file/parse-written.js';
import { formatPath, type Path } from '../file/path.js';
import { interpolate, placeholderProblems, type Environment, type unread } from '../file/placeholders.js';

/** The common part of a platform definition and a source definition. */
export interface AdapterDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly summary: string;
  readonly settings: Schema;
}

/** An adapter and its settings as written. Placeholders such as `${NAME}` are not replaced. */
export interface AdapterChoice {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Returns the settings with every placeholder replaced, ready for the `create` of the adapter.
 * @param path where the settings are in the configuration, for messages: `['resources', 'worker', 'platform']`.
 * @throws ConfigError naming every placeholder without a value, and every invalid setting.
 */
export async function resolveSettings<Schema extends z.ZodType>(
  definition: AdapterDefinition<Schema>,
  settings: AdapterChoice['settings'],
  path: Path,
  environment: Environment,
): Promise<z.output<Schema>> {
  const { output, problems, missing } = await checkSettings(definition, settings, environment);
  const all = [...missing, ...problems];
  if (all.length > 0 || output === undefined) {
    throw new ConfigError(all.map((found) => problemAt({ path: formatPath([...path, ...found.path]) }, found)));
  }
  return output;
}

interface CheckedSettings<Output> {
  /** Absent where a setting is invalid or missing. */
  readonly output?: Output;
  readonly problems: readonly PathProblem[];
  /** Placeholders that have no value on this machine. The machine that creates the adapter may have the values. */
  readonly missing: readonly PathProblem[];
}

/** Runs every check of the settings that is possible on this machine, or without its environment. */
export async function checkSettings<Schema extends z.ZodType>(
  definition: AdapterDefinition<Schema>,
  settings: AdapterChoice['settings'],
  environment: Environment | typeof unread,
): Promise<CheckedSettings<z.output<Schema>>> {
  const { value, placeholders } = await interpolate(settings, environment);
  const parsed = parseWritten(strict(definition.settings), value, placeholders);
  const missing = placeholderProblems(placeholders, 'missing');
  const problems = [...placeholderProblems(placeholders, 'malformed'), ...parsed.problems];
  const isComplete = parsed.output !== undefined && missing.length === 0 && problems.length === 0;
  return { problems, missing, ...(isComplete && { output: parsed.output }) };
}

/** Unknown settings are rejected, even where the schema of an adapter does not reject them. */
function strict<Schema extends z.ZodType>(schema: Schema): Schema {
  // A strict copy of an object schema accepts the same values and returns the same output.
  return schema instanceof z.ZodObject ? (schema.strict() as unknown as Schema) : schema;
}
