/** Reads manifests of Kubernetes: YAML with several documents, JSON and lists. */
import { parseAllDocuments, type Document } from 'yaml';
import { isMapping } from '../config/file/path.js';
import { Comments } from './comments.js';
import { ImportError, type Manifest } from './importer.js';

/** More aliases than a person writes. A larger number is an attack that exhausts the memory. */
const mostAliases = 100;

/** @throws ImportError if the text is not YAML, or must be rendered first. */
export function readManifests(file: string, text: string): readonly Manifest[] {
  refuseTemplate(file, text);
  const documents = parseAllDocuments(text, { merge: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, index) => {
    const place = documents.length === 1 ? file : `${file}, document ${index + 1}`;
    const value = valueOf(document, place);
    if (value === null || value === undefined) return [];
    refuseKustomize(place, value);
    const comments = new Comments(document);
    return itemsOf({
      place,
      value,
      commentAt: (path) => comments.at(path),
      commentsLeft: () => comments.left(),
    });
  });
}

function refuseTemplate(file: string, text: string): void {
  const code = text.replaceAll(/^\s*#.*$/gm, '');
  if (code.includes('{{')) {
    throw new ImportError(
      `${file} is a template of Helm. Render it first: helm template my-release ./chart > hpa.yaml`,
    );
  }
  const [placeholder] = /\$\{\w[^}]*\}/.exec(code) ?? [];
  if (placeholder === undefined) return;
  throw new ImportError(
    `${file} contains the placeholder ${placeholder}. Fill in its value first, such as with envsubst.`,
  );
}

export function valueOf(document: Document, place: string): unknown {
  const [error] = document.errors;
  if (error) throw new ImportError(`${place} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch {
    throw new ImportError(`${place} contains an alias without an anchor, or too many aliases.`);
  }
}

function refuseKustomize(place: string, value: unknown): void {
  const isPatch = Array.isArray(value) && value.every((item) => isMapping(item) && 'op' in item && 'path' in item);
  const isOverlay =
    isMapping(value) &&
    (value['kind'] === 'Kustomization' ||
      (value['kind'] === undefined && ('resources' in value || 'patches' in value || 'bases' in value)));
  if (!isPatch && !isOverlay) return;
  throw new ImportError(`${place} belongs to Kustomize. Render it first: kustomize build ./overlay > hpa.yaml`);
}

/** The documents inside of a `List`, `HorizontalPodAutoscalerList` and so on. */
function itemsOf(manifest: Manifest): readonly Manifest[] {
  const { place, value, commentAt, commentsLeft } = manifest;
  if (!isMapping(value) || !String(value['kind']).endsWith('List') || !Array.isArray(value['items'])) return [manifest];
  return value['items'].flatMap((item: unknown, index) =>
    itemsOf({
      place: `${place}, item ${index + 1}`,
      value: item,
      commentAt: (path) => commentAt(['items', index, ...path]),
      ...(index === 0 && { commentsLeft }),
    }),
  );
}

/** The kind and the name of a document, for a report that says what was ignored. */
export function nameOf({ value }: Manifest): string {
  if (!isMapping(value)) return 'a document that is not a mapping';
  const { kind, metadata } = value;
  const name = isMapping(metadata) && typeof metadata['name'] === 'string' ? ` ${metadata['name']}` : '';
  return typeof kind === 'string' ? `${kind}${name}` : 'a document without a kind';
}
