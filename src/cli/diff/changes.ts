/** Which settings differ between two configurations of an autoscaler, in the names of the file. */
import { isDeepStrictEqual } from 'node:util';
import { formatPath, isMapping, type Path } from '../../config/file/path.js';
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import { durationText } from '../../domain/written/duration.js';

export interface Change {
  /** `max`, `cooldown.up` or `autoscale.policies[0].target`. */
  readonly setting: string;
  /** Absent: the setting was not set. Durations are text, such as 5m. */
  readonly from?: unknown;
  /** Absent: the setting is not set any more. */
  readonly to?: unknown;
}

export interface Compared {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly taskQueue?: string | undefined;
  readonly owner: string | undefined;
}

export function changesBetween(before: Compared, after: Compared): Change[] {
  return changed(inNamesOfTheFile(before), inNamesOfTheFile(after), []);
}

function inNamesOfTheFile({ settings, limits, taskQueue, owner }: Compared): unknown {
  const { cooldownMs, upAfter, ...others } = limits;
  return written({ ...others, cooldownMs: { ...cooldownMs, upAfter }, owner, taskQueue, autoscale: settings });
}

/** `intervalMs: 15000` as `interval: 15s`, and `cooldownMs: { up: 0 }` as `cooldown: { up: 0s }`. */
function written(value: unknown, isInMs = false): unknown {
  if (typeof value === 'number') return isInMs ? durationText(value) : value;
  if (Array.isArray(value)) return value.map((item) => written(item));
  if (!isMapping(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.map(([key, field]) => [key.replace(/Ms$/, ''), written(field, isInMs || key.endsWith('Ms'))]),
  );
}

function changed(from: unknown, to: unknown, path: Path): Change[] {
  if (isDeepStrictEqual(from, to)) return [];
  const keys = keysToCompare(from, to);
  if (keys) return keys.flatMap((key) => changed(valueIn(from, key), valueIn(to, key), [...path, key]));
  return [{ setting: formatPath(path), ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/** Undefined where the two values are compared as a whole, such as two policies of different types. */
function keysToCompare(from: unknown, to: unknown): PropertyKey[] | undefined {
  if (isMapping(from) && isMapping(to)) {
    return from['type'] === to['type'] ? [...new Set([...Object.keys(from), ...Object.keys(to)])] : undefined;
  }
  if (!isListOfMappings(from) || !isListOfMappings(to)) return undefined;
  return Array.from({ length: Math.max(from.length, to.length) }, (_, index) => index);
}

function isListOfMappings(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isMapping);
}

function valueIn(value: unknown, key: PropertyKey): unknown {
  return (value as Readonly<Record<PropertyKey, unknown>>)[key];
}
