/** The platforms and sources of all resources, made at the start: a missing secret is told then, not in the middle of a run. */
import { type AdapterChoice, resolveSettings } from '../config/adapter-settings.js';
import { ConfigError, problemFrom } from '../config/config-error.js';
import type { Config, ResourceConfig } from '../config/config.js';
import type { Platform, PlatformDefinition } from '../platforms/platform.js';
import { platforms } from '../platforms/registry.js';
import { sourceDefinitions } from '../sources/registry.js';
import type { Source } from '../sources/source.js';

export interface ResourceAdapters {
  /** @throws Error where the configuration of this process has no such resource. */
  platformOf(resource: string): Platform;
  /** By the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
  /** What became of the last read of its platform, whoever wanted it. Undefined before the first one. */
  lastLookAt(resource: string): LastLook | undefined;
  /**
   * Another configuration from now on. What is wrong with it is told before anything is changed.
   * @throws ConfigError
   */
  reload(resources: Config['resources']): Promise<void>;
  close(): Promise<void>;
}

interface LastLook {
  readonly atMs: number;
  /** Null where the platform answered. */
  readonly problem: string | null;
}

interface Adapters {
  readonly platform: Platform;
  readonly sources: Readonly<Record<string, Source>>;
}

/** A source must not hold up an evaluation for longer than this. */
const longestSampleMs = 10_000;

/** @throws ConfigError naming every setting that is missing or wrong. */
export async function createAdapters(
  resources: Config['resources'],
  env: NodeJS.ProcessEnv,
): Promise<ResourceAdapters> {
  let made = await createAll(resources, env);
  const looks = new Map<string, LastLook>();

  function adaptersOf(resource: string): Adapters {
    const adapters = made.get(resource);
    if (adapters) return adapters;
    throw new Error(
      `${resource} is not in the configuration of this worker; add it, or give it a task queue of its own`,
    );
  }

  return {
    platformOf: (resource) => noted(adaptersOf(resource).platform, (look) => looks.set(resource, look)),
    lastLookAt: (resource) => looks.get(resource),
    sourcesOf: (resource) => adaptersOf(resource).sources,
    reload: async (next) => {
      const before = made;
      made = await createAll(next, env);
      await closeAll(before);
    },
    close: () => closeAll(made),
  };
}

/** The same platform; whatever is read of it is told. */
function noted(platform: Platform, note: (look: LastLook) => void): Platform {
  return {
    observe: async (signal) => {
      try {
        const observation = await platform.observe(signal);
        note({ atMs: Date.now(), problem: null });
        return observation;
      } catch (error) {
        // A look that was broken off says nothing of the platform.
        if (!signal.aborted)
          note({ atMs: Date.now(), problem: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    },
    change: (change, permit, signal) => platform.change(change, permit, signal),
  };
}

async function createAll(resources: Config['resources'], env: NodeJS.ProcessEnv): Promise<Map<string, Adapters>> {
  const made = new Map<string, Adapters>();
  try {
    for (const [alias, resource] of Object.entries(resources)) {
      made.set(alias, { platform: await createPlatform(resource, env), sources: await createSources(resource, env) });
    }
  } catch (error) {
    await closeAll(made);
    throw error;
  }
  return made;
}

async function closeAll(made: ReadonlyMap<string, Adapters>): Promise<void> {
  const all = [...made.values()].flatMap(({ platform, sources }) => [platform, ...Object.values(sources)]);
  await Promise.all(all.map(async (adapter) => adapter.close?.()));
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

async function createSources(resource: ResourceConfig, env: NodeJS.ProcessEnv): Promise<Adapters['sources']> {
  const made: Record<string, Source> = {};
  for (const signal of signalsOf(resource)) made[signal.name] = await createSource(signal, env);
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
