/** Turns `escapement.yaml` into a Config, or reports every problem in the file. */
import { checkExpressions } from '../checks/expressions.js';
import { checkStandIns } from '../checks/stand-ins.js';
import { byAlias, resourceConfig, type Config, type ResourceConfig } from '../config.js';
import { ConfigError, formatProblem, type ConfigProblem } from '../problem.js';
import { problemAt, type PathProblem } from './issue-words.js';
import { mergedResources, type MergedResource } from './merged-resources.js';
import { parseWritten } from './parse-written.js';
import { withPresetLimits } from './preset-limits.js';
import { loadModules, withTypesOf } from './modules.js';
import { formatPath, isMapping, valueAt, type Path } from './path.js';
import { interpolate, placeholderProblems, type Environment } from './placeholders.js';
import { sameObjects } from '../checks/same-object.js';
import { documentSchema, resourceSchema } from '../schema/resource.js';
import { receiversWithoutResource } from '../checks/receivers.js';
import { warningsFor } from '../checks/warnings.js';
import { withWantedEvents } from '../wanted-events.js';
import { checkAdapters, checkReceivers, isAdapterSetting } from './written-adapters.js';
import { writtenPolicy } from './written-policy.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/**
 * @param file the file name, for messages.
 * @param folder the folder of the file, in which `modules` are found.
 * @throws ConfigError with all problems, in the order of the file.
 */
export async function fileConfig(
  text: string,
  file: string,
  environment: Environment,
  folder = process.cwd(),
): Promise<Config> {
  const yaml = readYaml(text, file);
  if (!('value' in yaml)) throw new ConfigError(inOrder(yaml));
  if (!isMapping(yaml.value)) throw new ConfigError([emptyFile(file)]);

  const { value, placeholders } = await interpolate(yaml.value, environment, isAdapterSetting);
  const { extensions, problems } = await loadModules(valueAt(value, ['modules']), folder);
  // Without its modules, every use of their types would be a problem too.
  if (problems.length > 0) throw new ConfigError(inOrder(problems.map((found) => problemIn(found, yaml, file))));
  return withTypesOf(extensions, () => documentConfig({ value, placeholders }, yaml, file, environment));
}

async function documentConfig(
  { value, placeholders }: Awaited<ReturnType<typeof interpolate>>,
  yaml: YamlFile,
  file: string,
  environment: Environment,
): Promise<Config> {
  const document = parseWritten(documentSchema, value, placeholders);
  const resources = await Promise.all(
    mergedResources(document.value, placeholders).map(async (resource) => {
      const read = await readResource(resource, environment);
      const written = read.config?.autoscale && { writtenPolicy: writtenPolicy(yaml, file, resource) };
      return { ...read, ...(read.config && { config: { ...read.config, ...written } }) };
    }),
  );

  const receivers = await checkReceivers(valueAt(document.value, ['events']), environment);

  const events = document.output?.events;
  const configs = resources.flatMap(({ config }) => (config ? withWantedEvents(config, events) : []));
  const problems = [
    ...placeholderProblems(placeholders, 'missing', 'malformed'),
    ...document.problems.filter((found) => !isLeftToDefaults(found)),
    ...resources.flatMap((resource) => resource.problems),
    ...receivers.problems,
    ...(await sameObjects(configs, environment)),
  ];
  if (problems.length > 0) throw new ConfigError(inOrder(problems.map((found) => problemIn(found, yaml, file))));

  const warnings = [
    ...resources.flatMap(({ missing, config }) => [
      ...missing,
      ...(config ? warningsFor(config).map(under(config.alias)) : []),
    ]),
    ...receivers.missing,
    ...receiversWithoutResource(events, Object.keys(byAlias(configs))),
  ];
  return {
    source: 'file',
    file,
    ...(document.output?.owner !== undefined && { owner: document.output.owner }),
    resources: byAlias(configs),
    ...(events && { events }),
    warnings: inOrder(warnings.map((found) => problemIn(found, yaml, file))),
  };
}

interface ReadResource {
  readonly config?: ResourceConfig;
  readonly problems: readonly PathProblem[];
  readonly missing: readonly PathProblem[];
}

async function readResource(
  { alias, merged, placeholders }: MergedResource,
  environment: Environment,
): Promise<ReadResource> {
  const { output, problems } = parseWritten(resourceSchema, withPresetLimits(merged), placeholders);
  const adapters = await checkAdapters(merged, environment);
  return {
    ...(output && { config: resourceConfig(alias, output) }),
    problems: [...problems, ...checkExpressions(merged), ...checkStandIns(merged), ...adapters.problems].map(
      under(alias),
    ),
    missing: adapters.missing.map(under(alias)),
  };
}

/** Converts a path within a resource to a path within the file. */
function under(alias: string) {
  return (found: PathProblem): PathProblem => ({ ...found, path: ['resources', alias, ...found.path] });
}

/**
 * A field that is missing in a resource may be set in `defaults`, and the reverse. Only the merged resource shows
 * whether a field is missing.
 */
function isLeftToDefaults({ path, isMissing }: PathProblem): boolean {
  return isMissing === true && path.length > 2 && path[0] === 'resources';
}

/** A problem in a field that a resource inherits is reported at its position in `defaults`. */
function problemIn(found: PathProblem, yaml: YamlFile, file: string): ConfigProblem {
  const [section, , ...rest] = found.path;
  const inDefaults = ['defaults', ...rest];
  const isInherited = section === 'resources' && isWritten(yaml, inDefaults) && !isWritten(yaml, found.path);
  const path = isInherited ? inDefaults : found.path;
  const position = found.isAboutKey ? yaml.positionOfKey(path) : yaml.positionOf(path);
  return problemAt({ file, ...position, path: formatPath(path) }, found);
}

function isWritten(yaml: YamlFile, path: Path): boolean {
  return path.length > 1 && valueAt(yaml.value, path) !== undefined;
}

/** Sorts the problems from top to bottom and removes duplicates. */
function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

function emptyFile(file: string): ConfigProblem {
  const fix = 'begin the file with "version: 1" and "resources:"';
  return { file, line: 1, column: 1, path: '', problem: 'contains no configuration', fix };
}
