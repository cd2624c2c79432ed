/** Checks the platform and the signals of a resource as they are written, including their placeholders. */
import type { Problem } from '../../domain/written/problem.js';
import { platforms } from '../../adapters/platforms/registry.js';
import { sourceDefinitions } from '../../adapters/sources/registry.js';
import { checkSettings, type AdapterDefinition } from '../schema/adapter-settings.js';
import { signalFields } from '../schema/adapter.js';
import { didYouMean, type PathProblem } from './issue-words.js';
import { nearest } from '../nearest.js';
import { isMapping, valueAt, type Path } from './path.js';
import type { Environment } from './placeholders.js';

interface CheckedAdapters {
  readonly problems: readonly PathProblem[];
  /** Placeholders that have no value on this machine. */
  readonly missing: readonly PathProblem[];
}

/** @param resource the resource with its defaults, which may contain other errors. */
export async function checkAdapters(resource: unknown, environment: Environment): Promise<CheckedAdapters> {
  const checks = await Promise.all(adaptersIn(resource).map((adapter) => checkAdapter(adapter, environment)));
  return {
    problems: checks.flatMap(({ problems }) => problems),
    missing: checks.flatMap(({ missing }) => missing),
  };
}

/**
 * Whether placeholders stay in a setting: true for `platform.*` and `autoscale.signals.<name>.*`, except for the fields
 * that the configuration itself reads.
 */
export function isAdapterSetting(path: Path): boolean {
  const [section, ...rest] = path;
  const [field, ...inside] = section === 'resources' ? rest.slice(1) : rest;
  if (field === 'platform') return inside.length > 0 && inside[0] !== 'type';
  if (field !== 'autoscale' || inside[0] !== 'signals') return false;
  const [setting] = inside.slice(2);
  return setting !== undefined && setting !== 'type' && !isSignalField(setting);
}

interface WrittenAdapter {
  readonly path: Path;
  readonly definition: AdapterDefinition;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Returns the platform and the signals of a resource whose types are known. */
function adaptersIn(resource: unknown): WrittenAdapter[] {
  const platform = valueAt(resource, ['platform']);
  const signals = valueAt(resource, ['autoscale', 'signals']);
  const signalPaths = isMapping(signals) ? Object.keys(signals).map((name) => ['autoscale', 'signals', name]) : [];
  return [
    ...adapterAt(['platform'], typeof platform === 'string' ? { type: platform } : platform, Object.values(platforms)),
    ...signalPaths.flatMap((path) => adapterAt(path, withoutSignalFields(valueAt(resource, path)), sourceDefinitions)),
  ];
}

function isSignalField(key: PropertyKey): boolean {
  return Object.hasOwn(signalFields, key);
}

function withoutSignalFields(signal: unknown): unknown {
  if (!isMapping(signal)) return signal;
  return Object.fromEntries(Object.entries(signal).filter(([key]) => !isSignalField(key)));
}

function adapterAt(path: Path, written: unknown, definitions: readonly AdapterDefinition[]): WrittenAdapter[] {
  if (!isMapping(written)) return [];
  const { type, ...settings } = written;
  const definition = definitions.find((candidate) => candidate.type === type);
  return definition ? [{ path, definition, settings }] : [];
}

async function checkAdapter({ path, definition, settings }: WrittenAdapter, environment: Environment) {
  const { problems, missing } = await checkSettings(definition, settings, environment);
  const isSignal = path[0] === 'autoscale';
  const under = (found: PathProblem): PathProblem => ({
    ...found,
    ...(isSignal && found.isAboutKey && nearestSignalField(found)),
    path: [...path, ...found.path],
  });
  return { problems: problems.map(under), missing: missing.map(under) };
}

/** A key that the source does not know may be a misspelled field that every signal has. */
function nearestSignalField({ path }: PathProblem): Problem | undefined {
  const meant = nearest(String(path.at(-1)), Object.keys(signalFields));
  return meant === undefined ? undefined : { problem: 'unknown key', fix: didYouMean(meant) };
}
