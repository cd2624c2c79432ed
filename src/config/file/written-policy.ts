/** The `autoscale:` of a resource as its author wrote it, for people who try another one. */
import { stringify } from 'yaml';
import type { WrittenPolicy } from '../config.js';
import { mergeDefaults, type MergedResource } from './merged-resources.js';
import { formatPath, valueAt } from './path.js';
import { withoutLiteralSecrets } from './literal-secrets.js';
import type { YamlFile } from './yaml-file.js';

const section = 'autoscale';

/**
 * @returns the text with its comments, and its placeholders as written. Where both the resource and `defaults` set fields,
 * the text is made from the merged fields.
 */
export function writtenPolicy(yaml: YamlFile, file: string, { alias, placeholders }: MergedResource): WrittenPolicy {
  const [own, inherited] = [
    ['resources', alias, section],
    ['defaults', section],
  ] as const;
  const [ownValue, inheritedValue] = [valueAt(yaml.value, own), valueAt(yaml.value, inherited)];
  const merged = mergeDefaults(inheritedValue, ownValue);
  const path = ownValue === undefined ? inherited : own;
  const isMerged = ownValue !== undefined && inheritedValue !== undefined;
  const text = (isMerged ? undefined : yaml.textOf(path)) ?? stringify(merged, { lineWidth: 0 });
  const { line = 1, column = 1 } = yaml.positionOfKey(path);
  return {
    ...withoutLiteralSecrets(text),
    place: { file, path: formatPath(path), line, column },
    placeholders: valuesOf(placeholders, merged),
  };
}

/** A policy that was not written in a file. */
export function policyFromSettings(autoscale: unknown): WrittenPolicy {
  return { ...withoutLiteralSecrets(stringify(autoscale, { lineWidth: 0 })), place: null, placeholders: {} };
}

/** Of the fields of the policy. Those of platforms and sources are not among them. */
function valuesOf(placeholders: MergedResource['placeholders'], merged: unknown): WrittenPolicy['placeholders'] {
  const entries = placeholders.flatMap(({ path: [first, ...inside], value }) => {
    const written = first === section ? valueAt(merged, inside) : undefined;
    return typeof written === 'string' && value !== undefined ? [[written, value] as const] : [];
  });
  return Object.fromEntries(entries);
}
