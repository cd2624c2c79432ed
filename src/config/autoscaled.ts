/** What a configuration has to tell its autoscalers. */
import { createHash } from 'node:crypto';
import type { Revision, Writing } from '../domain/autoscale/revision.js';
import type { AutoscaleSettings } from '../domain/autoscale/settings.js';
import type { ScaleSettings } from '../domain/settings.js';
import type { Config } from './config.js';

export interface Autoscaled {
  readonly resource: string;
  readonly taskQueue: string;
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly revision: Revision;
}

/** The resources that scale by themselves, each with the revision that its autoscaler is to have. */
export function autoscaledIn(resources: Config['resources'], writing: Writing): Autoscaled[] {
  return Object.values(resources).flatMap(({ alias, taskQueue, settings: limits, autoscale }) => {
    if (!autoscale) return [];
    const said = { settings: autoscale.settings, limits, taskQueue };
    return [{ resource: alias, ...said, revision: { ...writing, digest: digestOf([said, writing.owner]) } }];
  });
}

/** Of all that the autoscaler is given, so that one that says the same need not be told. */
function digestOf(said: unknown): string {
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);
}
