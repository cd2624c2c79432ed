/** The configuration as the rest of Escapement uses it. */
import type { z } from 'zod';
import type { ScaleSettings, TakesChanges, UpAfter } from '../domain/scale/settings.js';
import type { Writing } from '../domain/autoscale/revision.js';
import { platforms } from '../adapters/platforms/registry.js';
import type { ConfigProblem } from './problem.js';
import type { ReceiverChoice } from './schema/adapter.js';
import type { AdapterChoice } from './schema/adapter-settings.js';
import type { AutoscaleConfig } from './schema/autoscale.js';
import type { resourceSchema } from './schema/resource.js';

export interface Config {
  /** `demo`: nothing is configured, so everything is simulated. */
  readonly source: 'file' | 'environment' | 'demo';
  readonly file?: string;
  /** The owner of the autoscalers that the configuration names. Absent where the configuration sets no owner. */
  readonly owner?: string;
  /** By alias. The object has no prototype, so that `constructor` is a valid alias. */
  readonly resources: Readonly<Record<string, ResourceConfig>>;
  /** The receivers of events, by name. Absent: none. Placeholders are not replaced yet: see `resolveSettings`. */
  readonly events?: Readonly<Record<string, ReceiverChoice>>;
  /**
   * Messages for people when the configuration is read: what was ignored, and what could not be checked on this
   * machine.
   */
  readonly warnings: readonly ConfigProblem[];
}

/** A configuration together with where and when it was read. */
export interface LoadedConfig extends Config {
  /** Where and when the configuration was written, and its owner. */
  readonly writing: Writing;
}

export interface ResourceConfig {
  readonly alias: string;
  /** The platform with its settings as written. Placeholders are not replaced yet: see `resolveSettings`. */
  readonly platform: AdapterChoice;
  readonly settings: ScaleSettings;
  readonly taskQueue: string;
  /** Absent where the resource scales only on request. */
  readonly autoscale?: AutoscaleConfig;
  /** Absent where the resource scales only on request. */
  readonly writtenPolicy?: WrittenPolicy;
}

/** What is written under `autoscale:`. It contains no secret. */
export interface WrittenPolicy {
  /** YAML, with comments and placeholders as written. */
  readonly text: string;
  /** The settings whose values are not in the text, because they may be secrets: the text has a placeholder instead. */
  readonly hidden: readonly string[];
  /** The file as the user named it, and the place of the key `autoscale` in it. Null: not from a file. */
  readonly place: {
    readonly file: string;
    readonly path: string;
    readonly line: number;
    readonly column: number;
  } | null;
  /** The values of the placeholders in the policies, by their text. Those of platforms and sources are not among them. */
  readonly placeholders: Readonly<Record<string, string>>;
}

export function resourceConfig(alias: string, written: z.output<typeof resourceSchema>): ResourceConfig {
  const { platform, taskQueue, min, max, step, cooldown, settle, waitForActive, requestTimeout, dryRun, autoscale } =
    written;
  const takes = takesChanges(platform);
  const defaults = defaultPace(takes);
  const { up, down, upAfter } = { ...defaults.cooldown, ...cooldown };
  return {
    alias,
    platform,
    taskQueue,
    ...(autoscale && { autoscale }),
    settings: {
      min,
      max,
      step: { ...defaults.step, ...step },
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
 * The step and cooldown that apply where a configuration sets none. On a platform that sets a size, one change
 * reaches the target, and a further scale-out does not wait. On a platform that adds and removes
 * units, units change one by one, as the Omnistrate guide recommends. docs/decisions/0032
 */
function defaultPace(takes: TakesChanges) {
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
  return platforms.find(type)?.takesChanges(settings) ?? 'whenActive';
}
