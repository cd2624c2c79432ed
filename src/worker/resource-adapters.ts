/**
 * The platforms and sources of all resources, created at the start, so that a missing secret is reported then and not
 * in the middle of a run.
 */
import { type AdapterChoice, resolveSettings } from '../config/schema/adapter-settings.js';
import { readAllowedPrograms } from '../config/environment/process.js';
import { ConfigError } from '../config/problem.js';
import type { Config, ResourceConfig } from '../config/config.js';
import type { Registry } from '../domain/registry.js';
import type { ChangeOutcome } from '../domain/scale/capacity.js';
import type { Platform, RecordLog } from '../adapters/platforms/platform.js';
import { platforms } from '../adapters/platforms/registry.js';
import { SharedAdapter } from './shared-adapter.js';
import { sources as sourceTypes } from '../adapters/sources/registry.js';
import type { Source } from '../adapters/sources/source.js';
import { AdapterError } from '../adapters/net/errors.js';
import type { Logger } from '../process/logger.js';
import { Outage } from '../process/outage.js';
import type { TraceCall } from '../tracing/tracing.js';

export interface ResourceAdapters {
  /**
   * Every call reaches the platform that is configured at the time of the call.
   * @throws Error when the configuration of this process does not contain the resource.
   */
  platformOf(resource: string): Platform;
  /** Keyed by the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
  /**
   * Calls `listener` when the server of a source of the resource pushes, also after a reload.
   * @returns a function that unsubscribes.
   */
  onPush(resource: string, listener: () => void): () => void;
  /** Whether the configuration of this process autoscales the resource. */
  isAutoscaled(resource: string): boolean;
  /** The result of the last read of the platform by any caller. Undefined before the first one. */
  lastLookAt(resource: string): LastLook | undefined;
  /**
   * Replaces the configuration. An invalid one is rejected before anything changes; adapters in use finish their calls
   * before they are closed.
   * @throws ConfigError
   */
  reload(resources: Config['resources']): Promise<void>;
  /** Calls `listener` after each reload. @returns a function that unsubscribes. */
  onReload(listener: () => void): () => void;
  close(): Promise<void>;
}

interface LastLook {
  readonly atMs: number;
  /** Null when the platform answered. */
  readonly problem: string | null;
}

interface Adapters {
  readonly platform: SharedAdapter<Platform>;
  /** Undefined when the resource is not autoscaled. */
  readonly sources: Readonly<Record<string, SharedAdapter<Source>>> | undefined;
}

/** A call of a platform or a source that has ended. A call that was aborted is not reported. */
export interface AdapterCall {
  readonly resource: string;
  /** The type of the platform or the source. */
  readonly type: string;
  readonly operation: 'observe' | 'change' | 'sample';
  /** Only for samples. */
  readonly signal?: string;
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

/** The longest time that a source may delay an evaluation. */
const longestSampleMs = 10_000;

/** @throws ConfigError that names every missing or invalid setting. */
export async function createAdapters(
  resources: Config['resources'],
  env: NodeJS.ProcessEnv,
  log: Logger,
  onCall: (call: AdapterCall) => void = () => undefined,
  traced: TraceCall = untraced,
): Promise<ResourceAdapters> {
  let configured = resources;
  const outages = new Map<string, Outage>();
  const recordLogOf = (resource: string) => outageOf('records', { resource });
  let made = await createAll(resources, env, recordLogOf);
  const retiring = new Set<Promise<void>>();
  const looks = new Map<string, LastLook>();
  const listeners = new Set<() => void>();

  function adaptersOf(resource: string): Adapters {
    const adapters = made.get(resource);
    if (adapters) return adapters;
    throw new Error(`${resource} is not in the configuration of this worker; add it, or give it a separate task queue`);
  }

  /** Kept across reloads: the platform or the source may be the same one. */
  function outageOf(of: keyof typeof outageWords, fields: { resource: string; signal?: string }): Outage {
    // No alias contains a space.
    const key = `${of} ${fields.resource} ${fields.signal ?? ''}`;
    const known = outages.get(key);
    if (known) return known;
    const outage = new Outage({ log, fields, words: outageWords[of] });
    outages.set(key, outage);
    return outage;
  }

  async function timed<T>(
    call: Pick<AdapterCall, 'resource' | 'type' | 'operation' | 'signal'>,
    work: Promise<T>,
    stopped?: AbortSignal,
  ) {
    const startedAtMs = performance.now();
    const done = (hasFailed: boolean) => {
      if (!stopped?.aborted) onCall({ ...call, durationMs: performance.now() - startedAtMs, hasFailed });
    };
    work.then(
      () => done(false),
      () => done(true),
    );
    return work;
  }

  function retire(adapters: ReadonlyMap<string, Adapters>): void {
    const closed = closeAll(adapters).finally(() => retiring.delete(closed));
    retiring.add(closed);
  }

  function onReload(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function onPushOfCurrent(resource: string, listener: () => void): () => void {
    const sources = Object.values(made.get(resource)?.sources ?? {});
    const unsubscribe = sources.map(({ adapter }) => adapter.onPush?.(listener));
    return () => unsubscribe.forEach((each) => each?.());
  }

  return {
    platformOf: (resource) => {
      adaptersOf(resource);
      const type = configured[resource]?.platform.type ?? '';
      return {
        observe: (signal) => {
          const call = { resource, type, operation: 'observe' } as const;
          const note = (look: LastLook) => looks.set(resource, look);
          return traced(call, () =>
            adaptersOf(resource).platform.use((platform) =>
              noted(timed(call, platform.observe(signal), signal), signal, outageOf('platform', { resource }), note),
            ),
          );
        },
        change: (change, permit, signal) => {
          const call = { resource, type, operation: 'change' } as const;
          const { from, to } = change;
          return traced({ ...call, from, to, failureOf }, () =>
            adaptersOf(resource).platform.use((platform) => timed(call, platform.change(change, permit, signal))),
          );
        },
      };
    },
    sourcesOf: (resource) => {
      const sources = Object.entries(adaptersOf(resource).sources ?? {});
      return Object.fromEntries(
        sources.map(([name, shared]) => [
          name,
          {
            sample: (stopped) => {
              const type = configured[resource]?.autoscale?.signals[name]?.type ?? '';
              const call = { resource, type, operation: 'sample', signal: name } as const;
              const outage = outageOf('signal', { resource, signal: name });
              return traced(call, () =>
                shared.use((source) => noted(timed(call, source.sample(stopped), stopped), stopped, outage)),
              );
            },
          },
        ]),
      );
    },
    onPush: (resource, listener) => {
      let unsubscribe = onPushOfCurrent(resource, listener);
      const forget = onReload(() => {
        unsubscribe();
        unsubscribe = onPushOfCurrent(resource, listener);
      });
      return () => {
        forget();
        unsubscribe();
      };
    },
    isAutoscaled: (resource) => made.get(resource)?.sources !== undefined,
    lastLookAt: (resource) => looks.get(resource),
    reload: async (next) => {
      const before = made;
      made = await createAll(next, env, recordLogOf);
      configured = next;
      retire(before);
      for (const listener of listeners) listener();
    },
    onReload,
    close: async () => {
      retire(made);
      await Promise.all(retiring);
    },
  };
}

const untraced: TraceCall = (_, work) => work();

/** Why a change was not made, or may not have been made. */
function failureOf(outcome: ChangeOutcome): string | undefined {
  return outcome.outcome === 'accepted' ? undefined : `${outcome.outcome}: ${outcome.reason}`;
}

const outageWords = {
  platform: { fails: 'The platform does not answer', worksAgain: 'The platform answers again' },
  signal: { fails: 'The signal fails', worksAgain: 'The signal works again' },
  records: {
    fails: 'The events of changes cannot be written on the platform; the changes are not affected',
    worksAgain: 'The events of changes are written on the platform again',
  },
};

/** Records the result of a read. An aborted read says nothing about the platform or the source. */
async function noted<T>(
  reading: Promise<T>,
  stopped: AbortSignal,
  outage: Outage,
  note: (look: LastLook) => void = () => undefined,
): Promise<T> {
  try {
    const seen = await reading;
    note({ atMs: Date.now(), problem: null });
    outage.works();
    return seen;
  } catch (error) {
    if (!stopped.aborted) {
      const reason = error instanceof Error ? error.message : String(error);
      note({ atMs: Date.now(), problem: reason });
      // The adapters word their errors for people. Any other error is a defect, and its stack is logged.
      outage.fails(error instanceof AdapterError ? { reason } : { err: error });
    }
    throw error;
  }
}

async function createAll(
  resources: Config['resources'],
  env: NodeJS.ProcessEnv,
  recordLogOf: (resource: string) => RecordLog,
): Promise<Map<string, Adapters>> {
  const made = new Map<string, Adapters>();
  try {
    for (const [alias, resource] of Object.entries(resources)) {
      const platform = new SharedAdapter(await createPlatform(resource, env, recordLogOf(alias)));
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
  recordLog?: RecordLog,
): Promise<Platform> {
  const path = ['resources', alias, 'platform'];
  const definition = definitionOf(platforms, platform.type, path);
  const chosen = await resolveSettings(definition, platform.settings, path, env);
  return definition.create(chosen, {
    resource: alias,
    requestTimeoutMs: settings.requestTimeoutMs,
    bounds: { min: settings.min, max: settings.max },
    allowedPrograms: readAllowedPrograms(env),
    ...(recordLog && { recordLog }),
  });
}

async function createSources(
  resource: ResourceConfig,
  env: NodeJS.ProcessEnv,
): Promise<NonNullable<Adapters['sources']>> {
  const made: Record<string, SharedAdapter<Source>> = {};
  for (const signal of signalsOf(resource)) made[signal.name] = new SharedAdapter(await createSource(signal, env));
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
  const definition = definitionOf(sourceTypes, source.type, path);
  const chosen = await resolveSettings(definition, source.settings, path, env);
  return definition.create(chosen, { signal: name, timeoutMs });
}

function definitionOf<Definition extends { readonly type: string }>(
  known: Registry<Definition>,
  type: string,
  path: readonly string[],
): Definition {
  const definition = known.find(type);
  if (definition) return definition;
  throw new ConfigError([{ path: path.join('.'), problem: `${type} does not exist` }]);
}
