/**
 * Describes the settings that apply to a resource, including defaults and presets, in one line. A person who wrote only
 * some of the settings can see the others.
 */
import type { FallbackSettings } from '../domain/autoscale/settings.js';
import { policyNames } from '../domain/autoscale/spec.js';
import type { ScaleSettings } from '../domain/scale/settings.js';
import { eventKinds } from '../domain/events/kinds.js';
import type { ReceiverChoice } from './schema/adapter.js';
import type { AutoscaleConfig } from './schema/autoscale.js';
import type { ResourceConfig } from './config.js';
import { durationText } from '../domain/written/duration.js';

/** `worker: omnistrate, 1 to 6 units, steps of 1, cooldown 5m; every 15s: perUnit waiting; fallback: hold after 3 failures` */
export function inForce({ alias, platform, settings, taskQueue, autoscale }: ResourceConfig): string {
  const { min, max, dryRun } = settings;
  const place = taskQueue === 'escapement' ? platform.type : `${platform.type} on task queue ${taskQueue}`;
  const bounds = max === null ? `${min} units or more` : `${min} to ${max} units`;
  const limits = [place, bounds, stepText(settings), cooldownText(settings), ...(dryRun ? ['dry run'] : [])];
  return `${alias}: ${limits.join(', ')}; ${autoscale ? autoscaleText(autoscale) : 'on request only'}`;
}

/** `events to ops: cloudevents, every kind, every resource` */
export function receiverInForce(name: string, { type, kinds, resources }: ReceiverChoice): string {
  const wanted = kinds.length === eventKinds.length ? 'every kind' : kinds.join(' ');
  return `events to ${name}: ${type}, ${wanted}, ${resources ? `of ${resources.join(' ')}` : 'every resource'}`;
}

function stepText({ step: { up, down } }: ScaleSettings): string {
  const text = (units: number | null): string => (units === null ? 'steps of any size' : `steps of ${units}`);
  return up === down ? text(up) : `${text(up)} up and ${text(down)} down`;
}

function cooldownText({ cooldownMs: { up, down }, upAfter }: ScaleSettings): string {
  const after = upAfter === 'up' ? ' after the last change up' : '';
  if (up === down && after === '') return `cooldown ${durationText(up)}`;
  return `cooldown ${durationText(up)} up${after} and ${durationText(down)} down`;
}

function autoscaleText({ settings }: AutoscaleConfig): string {
  const { intervalMs, combine, behavior, idle, fallback } = settings;
  const names = policyNames(settings);
  const policies = names.length > 1 ? `${combine} of ${names.join(', ')}` : names.join('');
  const parts = [
    `every ${durationText(intervalMs)}: ${policies === '' ? 'no policy' : policies}`,
    ...(behavior.scaleUp || behavior.scaleDown ? ['behavior'] : []),
    ...(idle === null ? [] : [`to ${idle.capacity ?? 'zero'} after ${durationText(idle.forMs)} without ${idle.value}`]),
    `fallback: ${fallbackText(fallback)} after ${fallback.after} ${fallback.after === 1 ? 'failure' : 'failures'}`,
  ];
  return parts.join('; ');
}

function fallbackText({ capacity }: FallbackSettings): string {
  if (typeof capacity !== 'object') return String(capacity);
  return 'atLeast' in capacity ? `at least ${capacity.atLeast}` : `at most ${capacity.atMost}`;
}
