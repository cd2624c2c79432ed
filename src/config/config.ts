/** What the rest of Escapement sees of a configuration. */
import type { z } from 'zod';
import type { ScaleSettings, TakesChanges, UpAfter } from '../domain/scale/settings.js';
import type { Writing } from '../domain/autoscale/revision.js';
import { platforms } from '../adapters/platforms/registry.js';
import type { AdapterChoice } from './schema/adapter-settings.js';
import type { AutoscaleConfig } from './schema/autoscale.js';
import type { resourceSchema } from './schema/resource.js';

export interface Config {
  /** `demo`: nobody configured anything, so everything is simulated. */
  readonly source: 'file' | 'environment' | 'demo';
  readonly file?: string;
  /** Whose autoscalers it names, where it says so. */
  readonly owner?: string;
  /** By alias. Has no prototype: `constructor` is a name like any other. */
  readonly resources: Readonly<Record<string, ResourceConfig>>;
  /** For people, when the configuration is read: what was ignored, what could not be checked here. */
  readonly warnings: readonly string[];
}

/** A configuration as it was read here and now. */
export interface LoadedConfig extends Config {
  /** Where and when it was written, and whose it is. */
  readonly writing: Writing;
}

export interface ResourceConfig {
  readonly alias: string;
  /** Settings as written, still with their placeholders: see `resolveSettings`. */
  readonly platform: AdapterChoice;
  readonly settings: ScaleSettings;
  readonly taskQueue: string;
  /** Nothing where it only scales on request. */
  readonly autoscale?: AutoscaleConfig;
}

type WrittenResource = Omit<z.output<typeof resourceSchema>, 'max'> & { readonly max: number | null };

export function resourceConfig(alias: string, written: WrittenResource): ResourceConfig {
  const { platform, taskQueue, min, max, step, cooldown, settle, waitForActive, requestTimeout, dryRun, autoscale } =
    written;
  const takes = takesChanges(platform);
  const usual = usualPace(takes);
  const { up, down, upAfter } = { ...usual.cooldown, ...cooldown };
  return {
    alias,
    platform,
    taskQueue,
    ...(autoscale && { autoscale }),
    settings: {
      min,
      max,
      step: { ...usual.step, ...step },
      cooldownMs: { up, down },
      upAfter,
      settleMs: settle,
      waitForActive: { timeoutMs: waitForActive.timeout, intervalMs: waitForActive.interval },
      requestTimeoutMs: requestTimeout,
      takesChanges: takes,
      dryRun,
    },
  };
}

/**
 * What a file means that says nothing of it. A size can be set the whole way at once, and again at once when more is
 * needed; units that are added and removed go one by one, as the Omnistrate guide advises. docs/decisions/0032
 */
function usualPace(takes: TakesChanges) {
  const minutes = 60_000;
  const upAfter: UpAfter = 'change';
  return takes === 'whenActive'
    ? { step: { up: 1, down: 1 }, cooldown: { up: 5 * minutes, down: 5 * minutes, upAfter } }
    : { step: { up: null, down: null }, cooldown: { up: 0, down: 5 * minutes, upAfter } };
}

export function byAlias(resources: readonly ResourceConfig[]): Config['resources'] {
  const entries = resources.map((resource) => [resource.alias, resource] as const);
  return Object.assign(Object.create(null) as Record<string, ResourceConfig>, Object.fromEntries(entries));
}

export function taskQueuesOf(resources: Config['resources']): string[] {
  return [...new Set(Object.values(resources).map(({ taskQueue }) => taskQueue))];
}

function takesChanges({ type, settings }: AdapterChoice): TakesChanges {
  const definition = Object.values(platforms).find((known) => known.type === type);
  return definition?.takesChanges(settings) ?? 'whenActive';
}
