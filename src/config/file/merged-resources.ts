/** Merges the fields of `defaults:` into each resource. */
import { isInside, isMapping, valueAt, type Path } from './path.js';
import type { Placeholder } from './placeholders.js';

export interface MergedResource {
  readonly alias: string;
  /** The fields of the resource, which take precedence over those of `defaults`. */
  readonly merged: unknown;
  /** The placeholders in the merged fields, by their path inside the resource. */
  readonly placeholders: readonly Placeholder[];
}

/** @param document a whole file, which may contain errors. */
export function mergedResources(document: unknown, placeholders: readonly Placeholder[]): MergedResource[] {
  const resources = valueAt(document, ['resources']);
  if (!isMapping(resources)) return [];
  const defaults = valueAt(document, ['defaults']);
  const inherited = placeholdersUnder(['defaults'], placeholders);
  return Object.entries(resources).map(([alias, own]) => ({
    alias,
    merged: mergeDefaults(defaults, own),
    placeholders: [
      ...inherited.filter(({ path }) => valueAt(own, path) === undefined),
      ...placeholdersUnder(['resources', alias], placeholders),
    ],
  }));
}

function placeholdersUnder(folder: Path, placeholders: readonly Placeholder[]): Placeholder[] {
  const inside = placeholders.filter(({ path }) => isInside(path, folder));
  return inside.map((placeholder) => ({ ...placeholder, path: placeholder.path.slice(folder.length) }));
}

/**
 * Merges mappings key by key. If both mappings name a `type` and the types differ, the resource's own mapping replaces
 * the default, because the settings of one type do not apply to another. A type alone is short for the mapping that
 * names this type. Any other value is replaced.
 */
export function mergeDefaults(defaults: unknown, own: unknown): unknown {
  if (own === undefined) return defaults;
  if (isMapping(defaults) && defaults.type !== undefined && defaults.type === own) return defaults;
  if (!isMapping(defaults) || !isMapping(own)) return own;
  if (defaults.type !== undefined && own.type !== undefined && defaults.type !== own.type) return own;
  const keys = new Set([...Object.keys(defaults), ...Object.keys(own)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeDefaults(valueOf(defaults, key), valueOf(own, key))]));
}

function valueOf(mapping: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}
