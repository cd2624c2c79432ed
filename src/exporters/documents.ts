/** Manifests of Kubernetes as a file. */
import { stringify } from 'yaml';

export function writeManifests(documents: readonly unknown[]): string {
  return documents.map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}
