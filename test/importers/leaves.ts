/** Changes each leaf of a document in turn, to show that none is lost silently. */
import { isMapping } from '../../src/config/file/path.js';
import { importFiles } from '../../src/importers/import.js';

type Key = string | number;
export type Place = readonly Key[];

export function leavesOf(value: unknown, path: Place = []): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (!isMapping(value)) return [path];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

/** The document with another value at a leaf. */
export function withOther<Document>(document: Document, path: Place): Document {
  const other = structuredClone(document);
  let parent = other as Record<Key, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<Key, unknown>;
  const last = path.at(-1)!;
  parent[last] = otherThan(parent[last]);
  return other;
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const isNumeric = typeof value === 'string' && value !== '' && Number.isFinite(Number(value));
  return isNumeric ? String(Number(value) + 1) : `${String(value)}x`;
}

export function dotted(path: Place): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `["${key}"]`))
    .join('')
    .slice(1);
}

/** Whether one of the paths of a report names the leaf, or something above it. */
export function isNamed(name: string, paths: readonly string[]): boolean {
  return paths.some((path) => {
    const reported = path.split(' ').at(-1) ?? '';
    return reported !== '' && (name === reported || name.startsWith(`${reported}.`) || name.startsWith(`${reported}[`));
  });
}

/** Whether a change of the leaf shows in the output or in the report, or the report names the leaf or what contains it. */
export async function isSeen(kind: string, documents: readonly unknown[], index: number, path: Place) {
  const before = await outcomeOf(kind, documents);
  if (typeof before === 'string') throw new Error(before);
  const reported = [...before.report.warnings, ...before.report.unsupported].map((entry) => entry.path);
  if (isNamed(dotted(path), reported)) return true;
  const after = await outcomeOf(
    kind,
    documents.map((document, each) => (each === index ? withOther(document, path) : document)),
  );
  const seen = (outcome: typeof after) =>
    JSON.stringify(typeof outcome === 'string' ? outcome : [outcome.yaml, outcome.report.unsupported]);
  return seen(after) !== seen(before);
}

async function outcomeOf(kind: string, documents: readonly unknown[]) {
  const files = documents.map((document) => ({ name: 'a', text: JSON.stringify(document) }));
  return importFiles(kind, files).catch((error: unknown) => String(error));
}
