/** `defaults:` under the fields of a resource. */
import { isMapping } from './path.js';

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
