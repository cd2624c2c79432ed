/** What a configuration has to tell its autoscalers. */
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

/** The resources that scale by themselves, each with the revision that its autoscaler is to have. */
export function autoscaledIn(resources: Config['resources'], writing: Writing): Autoscaled[] {
  return Object.values(resources).flatMap((resource) => {
    const { alias, taskQueue, settings: limits, autoscale } = resource;
    if (!autoscale) return [];
    const said = { settings: autoscale.settings, limits, taskQueue };
    const digest = digestOf([said, writing.owner, targetOf(resource)]);
    return [{ resource: alias, ...said, revision: { ...writing, digest } }];
  });
}

/** What is scaled: two configurations that mean two objects do not say the same, though the autoscaler is told neither. */
function targetOf({ alias, platform, taskQueue }: ResourceConfig) {
  const definition = Object.values(platforms).find(({ type }) => type === platform.type);
  return [platform.type, definition?.target(platform.settings, { resource: alias, taskQueue })];
}

/** Of all that the autoscaler is given, so that one that says the same need not be told. */
function digestOf(said: unknown): string {
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);
}
