/** The platform and the signals of a resource as they are written, their placeholders included. */
import { platforms } from '../platforms/registry.js';
import { sourceDefinitions } from '../sources/registry.js';
import { checkSettings, type AdapterDefinition } from './adapter-settings.js';
import type { Finding } from './issue-words.js';
import { isMapping, valueAt, type Path } from './path.js';
import type { Environment } from './placeholders.js';

interface CheckedAdapters {
  readonly findings: readonly Finding[];
  /** Placeholders that have no value here. */
  readonly missing: readonly Finding[];
}

/** @param resource with its defaults, whatever else may be wrong with it. */
export async function checkAdapters(resource: unknown, environment: Environment): Promise<CheckedAdapters> {
  const checks = await Promise.all(adaptersIn(resource).map((adapter) => checkAdapter(adapter, environment)));
  return {
    findings: checks.flatMap(({ findings }) => findings),
    missing: checks.flatMap(({ missing }) => missing),
  };
}

/** The settings of adapters keep their placeholders: `platform.*` and `autoscale.signals.<name>.*`, all but `type`. */
export function isAdapterSetting(path: Path): boolean {
  const [section, ...rest] = path;
  const [field, ...inside] = section === 'resources' ? rest.slice(1) : rest;
  const settings =
    field === 'platform' ? inside : field === 'autoscale' && inside[0] === 'signals' ? inside.slice(2) : [];
  return settings.length > 0 && settings[0] !== 'type';
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
