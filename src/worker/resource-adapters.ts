/** The platforms and sources of all resources, made at the start: a missing secret is told then, not in the middle of a run. */
import { type AdapterChoice, resolveSettings } from '../config/schema/adapter-settings.js';
import { ConfigError, problemFrom } from '../config/problem.js';
import type { Config, ResourceConfig } from '../config/config.js';
import type { Platform, PlatformDefinition } from '../adapters/platforms/platform.js';
import { platforms } from '../adapters/platforms/registry.js';
import { Lent } from './lent.js';
import { sourceDefinitions } from '../adapters/sources/registry.js';
import type { Source } from '../adapters/sources/source.js';

export interface ResourceAdapters {
  /**
   * Every call of it goes to the platform as it is configured then.
   * @throws Error where the configuration of this process has no such resource.
   */
  platformOf(resource: string): Platform;
  /** By the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
  /** Whether the configuration of this process has it scale by itself. */
  isAutoscaled(resource: string): boolean;
  /** What became of the last read of its platform, whoever wanted it. Undefined before the first one. */
  lastLookAt(resource: string): LastLook | undefined;
  /**
   * Another configuration from now on. What is wrong with it is told before anything is changed; what is in use finishes
   * before it is closed.
   * @throws ConfigError
   */
  reload(resources: Config['resources']): Promise<void>;
  /** Told after each reload. @returns how to be told no more. */
  onReload(listener: () => void): () => void;
  close(): Promise<void>;
}

interface LastLook {
  readonly atMs: number;
  /** Null where the platform answered. */
  readonly problem: string | null;
}

interface Adapters {
  readonly platform: Lent<Platform>;
  /** Undefined where the resource does not scale by itself. */
  readonly sources: Readonly<Record<string, Lent<Source>>> | undefined;
}

/** A source must not hold up an evaluation for longer than this. */
const longestSampleMs = 10_000;

/** @throws ConfigError naming every setting that is missing or wrong. */
export async function createAdapters(
  resources: Config['resources'],
  env: NodeJS.ProcessEnv,
): Promise<ResourceAdapters> {
  let made = await createAll(resources, env);
  const retiring = new Set<Promise<void>>();
  const looks = new Map<string, LastLook>();
  const listeners = new Set<() => void>();

  function adaptersOf(resource: string): Adapters {
    const adapters = made.get(resource);
    if (adapters) return adapters;
    throw new Error(
      `${resource} is not in the configuration of this worker; add it, or give it a task queue of its own`,
    );
  }

  function retire(adapters: ReadonlyMap<string, Adapters>): void {
    const closed = closeAll(adapters).finally(() => retiring.delete(closed));
    retiring.add(closed);
  }

  return {
    platformOf: (resource) => {
      adaptersOf(resource);
      return {
        observe: (signal) =>
          adaptersOf(resource).platform.use((platform) =>
            noted(platform.observe(signal), signal, (look) => looks.set(resource, look)),
          ),
        change: (change, permit, signal) =>
          adaptersOf(resource).platform.use((platform) => platform.change(change, permit, signal)),
      };
    },
    sourcesOf: (resource) => {
      const sources = Object.entries(adaptersOf(resource).sources ?? {});
      return Object.fromEntries(
        sources.map(([name, lent]) => [name, { sample: (signal) => lent.use((source) => source.sample(signal)) }]),
      );
    },
    isAutoscaled: (resource) => made.get(resource)?.sources !== undefined,
    lastLookAt: (resource) => looks.get(resource),
    reload: async (next) => {
      const before = made;
      made = await createAll(next, env);
      retire(before);
      for (const listener of listeners) listener();
    },
    onReload: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      retire(made);
      await Promise.all(retiring);
    },
  };
}

/** What becomes of a look is told. One that was broken off says nothing of the platform. */
async function noted<T>(looking: Promise<T>, signal: AbortSignal, note: (look: LastLook) => void): Promise<T> {
  try {
    const seen = await looking;
    note({ atMs: Date.now(), problem: null });
    return seen;
  } catch (error) {
    if (!signal.aborted) note({ atMs: Date.now(), problem: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

async function createAll(resources: Config['resources'], env: NodeJS.ProcessEnv): Promise<Map<string, Adapters>> {
  const made = new Map<string, Adapters>();
  try {
    for (const [alias, resource] of Object.entries(resources)) {
      const platform = new Lent(await createPlatform(resource, env));
      made.set(alias, { platform, sources: undefined });
      if (resource.autoscale) made.set(alias, { platform, sources: await createSources(resource, env) });
    }
  } catch (error) {
    await closeAll(made);
    throw error;
  }
  return made;
}

async function closeAll(made: ReadonlyMap<string, Adapters>): Promise<void> {
  const all = [...made.values()].flatMap(({ platform, sources }) => [platform, ...Object.values(sources ?? {})]);
  await Promise.all(all.map((adapter) => adapter.close()));
}

/** @throws ConfigError */
export async function createPlatform(
  { alias, platform, settings }: ResourceConfig,
  env: NodeJS.ProcessEnv,
): Promise<Platform> {
  const path = ['resources', alias, 'platform'];
  const known: readonly PlatformDefinition[] = Object.values(platforms);
  const definition = definitionOf(known, platform.type, path);
  const chosen = await resolveSettings(definition, platform.settings, path, env);
  return definition.create(chosen, { resource: alias, requestTimeoutMs: settings.requestTimeoutMs });
}

async function createSources(
  resource: ResourceConfig,
  env: NodeJS.ProcessEnv,
): Promise<NonNullable<Adapters['sources']>> {
  const made: Record<string, Lent<Source>> = {};
  for (const signal of signalsOf(resource)) made[signal.name] = new Lent(await createSource(signal, env));
  return made;
}

export interface Signal {
  readonly resource: string;
  readonly name: string;
  readonly source: AdapterChoice;
  readonly timeoutMs: number;
}

export function signalsOf({ alias, autoscale }: ResourceConfig): Signal[] {
  if (!autoscale) return [];
  const timeoutMs = Math.min(autoscale.settings.intervalMs, longestSampleMs);
  return Object.entries(autoscale.signals).map(([name, source]) => ({ resource: alias, name, source, timeoutMs }));
}

/** @throws ConfigError */
export async function createSource(
  { resource, name, source, timeoutMs }: Signal,
  env: NodeJS.ProcessEnv,
): Promise<Source> {
  const path = ['resources', resource, 'autoscale', 'signals', name];
  const definition = definitionOf(sourceDefinitions, source.type, path);
  const chosen = await resolveSettings(definition, source.settings, path, env);
  return definition.create(chosen, { signal: name, timeoutMs });
}

function definitionOf<Definition extends { readonly type: string }>(
  known: readonly Definition[],
  type: string,
  path: readonly string[],
): Definition {
  const definition = known.find((each) => each.type === type);
  if (definition) return definition;
  throw new ConfigError([problemFrom(`there is no ${type}`, { path: path.join('.') })]);
}
