/** `escapement.yaml` -> one Config, or everything that is wrong with it. */
import { platforms } from '../platforms/registry.js';
import { sourceDefinitions } from '../sources/registry.js';
import { checkSettings, type AdapterDefinition } from './adapter-settings.js';
import { checkExpressions } from './check-expressions.js';
import { byAlias, resourceConfig, type Config, type ResourceConfig } from './config.js';
import { ConfigError, formatProblem, problemFrom, type ConfigProblem } from './config-error.js';
import type { Finding } from './issue-words.js';
import { mergeDefaults } from './merge-defaults.js';
import { parseWritten } from './parse-written.js';
import { formatPath, isInside, isMapping, valueAt, type Path } from './path.js';
import { findingsOfPlaceholders, interpolate, type Environment, type Placeholder } from './placeholders.js';
import { documentSchema, resourceSchema } from './schema.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/**
 * @param file its name, for messages.
 * @throws ConfigError with all problems, in the order of the file.
 */
export async function fileConfig(text: string, file: string, environment: Environment): Promise<Config> {
  const yaml = readYaml(text, file);
  if (!('value' in yaml)) throw new ConfigError(inOrder(yaml));
  if (!isMapping(yaml.value)) throw new ConfigError([emptyFile(file)]);

  const { value, placeholders } = await interpolate(yaml.value, environment, isAdapterSetting);
  const document = parseWritten(documentSchema, value, placeholders);
  const resources = await Promise.all(
    mergedResources(document.value, placeholders).map((resource) => readResource(resource, environment)),
  );

  const findings = [
    ...findingsOfPlaceholders(placeholders, 'missing', 'malformed'),
    ...document.findings.filter((finding) => !isLeftToDefaults(finding)),
    ...resources.flatMap((resource) => resource.findings),
  ];
  if (findings.length > 0) throw new ConfigError(inOrder(findings.map((finding) => problemAt(finding, yaml, file))));

  return {
    source: 'file',
    file,
    resources: byAlias(resources.flatMap(({ config }) => config ?? [])),
    warnings: inOrder(resources.flatMap(({ missing }) => missing.map((finding) => problemAt(finding, yaml, file)))).map(
      formatProblem,
    ),
  };
}

interface MergedResource {
  readonly alias: string;
  /** Its own fields over those of `defaults`. */
  readonly merged: unknown;
  /** Those of the merged fields, by their path inside the resource. */
  readonly placeholders: readonly Placeholder[];
}

function mergedResources(document: unknown, placeholders: readonly Placeholder[]): MergedResource[] {
  const resources = valueAt(document, ['resources']);
  if (!isMapping(resources)) return [];
  const defaults = valueAt(document, ['defaults']);
  const inherited = placeholdersUnder(['defaults'], placeholders);
  return Object.entries(resources).map(([alias, own]) => ({
    alias,
    merged: mergeDefaults(defaults, own),
    placeholders: [
      ...inherited.filter(({ path }) => valueAt(own, path) === undefined),
      ...placeholdersUnder(['resources', alias], placeholders),
    ],
  }));
}

function placeholdersUnder(folder: Path, placeholders: readonly Placeholder[]): Placeholder[] {
  const inside = placeholders.filter(({ path }) => isInside(path, folder));
  return inside.map((placeholder) => ({ ...placeholder, path: placeholder.path.slice(folder.length) }));
}

interface ReadResource {
  readonly config?: ResourceConfig;
  readonly findings: readonly Finding[];
  readonly missing: readonly Finding[];
}

async function readResource(
  { alias, merged, placeholders }: MergedResource,
  environment: Environment,
): Promise<ReadResource> {
  const { output, findings } = parseWritten(resourceSchema, merged, placeholders);
  const checks = await Promise.all(adaptersIn(merged).map((adapter) => checkAdapter(adapter, environment)));
  const under = (finding: Finding): Finding => ({ ...finding, path: ['resources', alias, ...finding.path] });
  return {
    ...(output && { config: resourceConfig(alias, output) }),
    findings: [...findings, ...checkExpressions(merged), ...checks.flatMap((check) => check.findings)].map(under),
    missing: checks.flatMap((check) => check.missing).map(under),
  };
}

interface WrittenAdapter {
  readonly path: Path;
  readonly definition: AdapterDefinition;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The platform and the signals of a resource, as far as their types are known. */
function adaptersIn(resource: unknown): WrittenAdapter[] {
  const platform = valueAt(resource, ['platform']);
  const signals = valueAt(resource, ['autoscale', 'signals']);
  const signalPaths = isMapping(signals) ? Object.keys(signals).map((name) => ['autoscale', 'signals', name]) : [];
  return [
    ...adapterAt(['platform'], typeof platform === 'string' ? { type: platform } : platform, Object.values(platforms)),
    ...signalPaths.flatMap((path) => adapterAt(path, valueAt(resource, path), sourceDefinitions)),
  ];
}

function adapterAt(path: Path, written: unknown, definitions: readonly AdapterDefinition[]): WrittenAdapter[] {
  if (!isMapping(written)) return [];
  const { type, ...settings } = written;
  const definition = definitions.find((candidate) => candidate.type === type);
  return definition ? [{ path, definition, settings }] : [];
}

async function checkAdapter({ path, definition, settings }: WrittenAdapter, environment: Environment) {
  const { findings, missing } = await checkSettings(definition, settings, environment);
  const under = (finding: Finding): Finding => ({ ...finding, path: [...path, ...finding.path] });
  return { findings: findings.map(under), missing: missing.map(under) };
}

/** The settings of adapters keep their placeholders: `platform.*` and `autoscale.signals.<name>.*`, all but `type`. */
function isAdapterSetting(path: Path): boolean {
  const [section, ...rest] = path;
  const [field, ...inside] = section === 'resources' ? rest.slice(1) : rest;
  const settings =
    field === 'platform' ? inside : field === 'autoscale' && inside[0] === 'signals' ? inside.slice(2) : [];
  return settings.length > 0 && settings[0] !== 'type';
}

/** What a resource does not say, its defaults may, and the other way round: only the two together can miss something. */
function isLeftToDefaults({ path, isMissing }: Finding): boolean {
  return isMissing === true && path.length > 2;
}

/** What a resource has from `defaults` is wrong there. */
function problemAt(finding: Finding, yaml: YamlFile, file: string): ConfigProblem {
  const [section, , ...rest] = finding.path;
  const inDefaults = ['defaults', ...rest];
  const isInherited = section === 'resources' && isWritten(yaml, inDefaults) && !isWritten(yaml, finding.path);
  const path = isInherited ? inDefaults : finding.path;
  const position = finding.isAboutKey ? yaml.positionOfKey(path) : yaml.positionOf(path);
  return problemFrom(finding.text, { file, ...position, path: formatPath(path) });
}

function isWritten(yaml: YamlFile, path: Path): boolean {
  return path.length > 1 && valueAt(yaml.value, path) !== undefined;
}

/** From top to bottom, each problem once. */
function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

function emptyFile(file: string): ConfigProblem {
  return problemFrom('holds no configuration; begin with "version: 1" and "resources:"', {
    file,
    line: 1,
    column: 1,
    path: '',
  });
}
