/** `defaults:` under the fields of each resource. */
import { isInside, isMapping, valueAt, type Path } from './path.js';
import type { Placeholder } from './placeholders.js';

export interface MergedResource {
  readonly alias: string;
  /** Its own fields over those of `defaults`. */
  readonly merged: unknown;
  /** Those of the merged fields, by their path inside the resource. */
  readonly placeholders: readonly Placeholder[];
}

/** @param document a whole file, whatever may be wrong with it. */
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
 * Mappings are merged key by key, unless both name a `type` and these differ: the settings of one variant say nothing
 * about another. A type alone is short for the mapping that names it. Everything else is replaced.
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
