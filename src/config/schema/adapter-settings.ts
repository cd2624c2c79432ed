/**
 * The settings of platforms and sources. A configuration keeps them as they are written, with their placeholders, and
 * they are read right before an adapter is made: secrets go no further than that.
 */
import { z } from 'zod';
import { ConfigError, problemFrom } from '../problem.js';
import type { Finding } from '../file/issue-words.js';
import { parseWritten } from '../file/parse-written.js';
import { formatPath, type Path } from '../file/path.js';
import { findingsOfPlaceholders, interpolate, type Environment } from '../file/placeholders.js';

/** What a platform and a source have in common. */
export interface AdapterDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly summary: string;
  readonly settings: Schema;
}

/** An adapter and its settings as written, still with `${NAME}` where that is written. */
export interface AdapterChoice {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The settings with every placeholder replaced, ready for the `create` of the adapter.
 * @param path where they stand in the configuration, for messages: `['resources', 'worker', 'platform']`.
 * @throws ConfigError naming every placeholder without a value, and every setting that is wrong.
 */
export async function resolveSettings<Schema extends z.ZodType>(
  definition: AdapterDefinition<Schema>,
  settings: AdapterChoice['settings'],
  path: Path,
  environment: Environment,
): Promise<z.output<Schema>> {
  const { output, findings, missing } = await checkSettings(definition, settings, environment);
  const problems = [...missing, ...findings].map((finding) =>
    problemFrom(finding.text, { path: formatPath([...path, ...finding.path]) }),
  );
  if (problems.length > 0 || output === undefined) throw new ConfigError(problems);
  return output;
}

interface CheckedSettings<Output> {
  /** Nothing where something is wrong or missing. */
  readonly output?: Output;
  readonly findings: readonly Finding[];
  /** Placeholders that have no value here, and may have one where the adapter is made. */
  readonly missing: readonly Finding[];
}

/** Everything that can be told about settings here. */
export async function checkSettings<Schema extends z.ZodType>(
  definition: AdapterDefinition<Schema>,
  settings: AdapterChoice['settings'],
  environment: Environment,
): Promise<CheckedSettings<z.output<Schema>>> {
  const { value, placeholders } = await interpolate(settings, environment);
  const parsed = parseWritten(strict(definition.settings), value, placeholders);
  const missing = findingsOfPlaceholders(placeholders, 'missing');
  const findings = [...findingsOfPlaceholders(placeholders, 'malformed'), ...parsed.findings];
  const isComplete = parsed.output !== undefined && missing.length === 0 && findings.length === 0;
  return { findings, missing, ...(isComplete && { output: parsed.output }) };
}

/** Unknown settings are refused, also by an adapter that forgot to. */
function strict<Schema extends z.ZodType>(schema: Schema): Schema {
  // A strict copy of a schema of mappings reads the same values and gives the same output.
  return schema instanceof z.ZodObject ? (schema.strict() as unknown as Schema) : schema;
}
