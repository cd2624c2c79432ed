/** Checks platforms, signals and receivers as they are written, including their placeholders. */
import type { Problem } from '../../domain/written/problem.js';
import { platforms } from '../../adapters/platforms/registry.js';
import { receivers as receiverTypes } from '../../adapters/receivers/registry.js';
import { sources } from '../../adapters/sources/registry.js';
import { checkSettings, type AdapterDefinition } from '../schema/adapter-settings.js';
import { receiverFields, signalFields } from '../schema/adapter.js';
import { didYouMean, type PathProblem } from './issue-words.js';
import { nearest } from '../nearest.js';
import { isMapping, valueAt, type Path } from './path.js';
import type { Environment, unread } from './placeholders.js';

type Surroundings = Environment | typeof unread;

interface CheckedAdapters {
  readonly problems: readonly PathProblem[];
  /** Placeholders that have no value on this machine. */
  readonly missing: readonly PathProblem[];
}

/** @param receivers `events:`, which may contain other errors. */
export async function checkReceivers(receivers: unknown, environment: Environment): Promise<CheckedAdapters> {
  const written = Object.entries(isMapping(receivers) ? receivers : {}).flatMap(([name, receiver]) =>
    adapterAt(['events', name], without(receiverFields, receiver), receiverTypes.all),
  );
  return checkAll(written, environment);
}

/** @param resource the resource with its defaults, which may contain other errors. */
export async function checkAdapters(resource: unknown, environment: Surroundings): Promise<CheckedAdapters> {
  return checkAll(adaptersIn(resource), environment);
}

async function checkAll(adapters: readonly WrittenAdapter[], environment: Surroundings): Promise<CheckedAdapters> {
  const checks = await Promise.all(adapters.map((adapter) => checkAdapter(adapter, environment)));
  return {
    problems: checks.flatMap(({ problems }) => problems),
    missing: checks.flatMap(({ missing }) => missing),
  };
}

/**
 * Whether placeholders stay in a setting: true for `platform.*`, `autoscale.signals.<name>.*` and `events.<name>.*`,
 * except for the fields that the configuration itself reads.
 */
export function isAdapterSetting(path: Path): boolean {
  const [section, ...rest] = path;
  if (section === 'events') return isSettingBut(receiverFields, rest[1]);
  const [field, ...inside] = section === 'resources' ? rest.slice(1) : rest;
  if (field === 'platform') return inside.length > 0 && inside[0] !== 'type';
  if (field !== 'autoscale' || inside[0] !== 'signals') return false;
  return isSettingBut(signalFields, inside[2]);
}

function isSettingBut(fields: object, setting: PropertyKey | undefined): boolean {
  return setting !== undefined && setting !== 'type' && !Object.hasOwn(fields, setting);
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
    ...adapterAt(['platform'], typeof platform === 'string' ? { type: platform } : platform, platforms.all),
    ...signalPaths.flatMap((path) => adapterAt(path, without(signalFields, valueAt(resource, path)), sources.all)),
  ];
}

/** The settings of the adapter, without the fields that the configuration reads. */
function without(fields: object, written: unknown): unknown {
  if (!isMapping(written)) return written;
  return Object.fromEntries(Object.entries(written).filter(([key]) => !Object.hasOwn(fields, key)));
}

function adapterAt(path: Path, written: unknown, definitions: readonly AdapterDefinition[]): WrittenAdapter[] {
  if (!isMapping(written)) return [];
  const { type, ...settings } = written;
  const definition = definitions.find((candidate) => candidate.type === type);
  return definition ? [{ path, definition, settings }] : [];
}

async function checkAdapter({ path, definition, settings }: WrittenAdapter, environment: Surroundings) {
  const { problems, missing } = await checkSettings(definition, settings, environment);
  const common = { autoscale: signalFields, events: receiverFields }[String(path[0])];
  const under = (found: PathProblem): PathProblem => ({
    ...found,
    ...(common && found.isAboutKey && nearestField(found, common)),
    path: [...path, ...found.path],
  });
  return { problems: problems.map(under), missing: missing.map(under) };
}

/** A key that the adapter does not know may be a misspelled field that every signal, or every receiver, has. */
function nearestField({ path }: PathProblem, fields: object): Problem | undefined {
  const meant = nearest(String(path.at(-1)), Object.keys(fields));
  return meant === undefined ? undefined : { problem: 'unknown key', fix: didYouMean(meant) };
}
