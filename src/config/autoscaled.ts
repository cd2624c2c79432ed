/** Derives the settings of the autoscalers from a configuration. */
import { createHash } from 'node:crypto';
import type { Revision, Writing } from '../domain/autoscale/revision.js';
import type { AutoscaleSettings } from '../domain/autoscale/settings.js';
import type { ScaleSettings } from '../domain/scale/settings.js';
import { platforms } from '../adapters/platforms/registry.js';
import type { Config, ResourceConfig } from './config.js';

export interface Autoscaled {
  readonly resource: string;
  readonly taskQueue: string;
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly revision: Revision;
}

/** Returns the resources that have an autoscaler, each with the revision that its autoscaler must have. */
export function autoscaledIn(resources: Config['resources'], writing: Writing): Autoscaled[] {
  return Object.values(resources).flatMap((resource) => {
    const { alias, taskQueue, settings: limits, autoscale } = resource;
    if (!autoscale) return [];
    const sent = { settings: autoscale.settings, limits, taskQueue };
    const digest = digestOn(resource, sent, writing.owner);
    return [{ resource: alias, ...sent, revision: { ...writing, digest } }];
  });
}

type Sent = Pick<Autoscaled, 'settings' | 'limits' | 'taskQueue'>;

/** The digest of a configuration that an autoscaler has received, if it scales the object that this resource names. */
export function digestOn(resource: ResourceConfig, { settings, limits, taskQueue }: Sent, owner: string): string {
  return digestOf([{ settings, limits, taskQueue }, owner, targetOf(resource)]);
}

/**
 * Returns the object that is scaled, for the digest. Two configurations that name different objects must have different
 * digests, although the autoscaler receives neither name.
 */
function targetOf({ alias, platform, taskQueue }: ResourceConfig) {
  const definition = platforms.find(platform.type);
  return [platform.type, definition?.target(platform.settings, { resource: alias, taskQueue })];
}

/** A digest of everything that the autoscaler receives. An autoscaler with the same digest does not need an update. */
function digestOf(sent: unknown): string {
  return createHash('sha256').update(JSON.stringify(sent)).digest('hex').slice(0, 16);
}
