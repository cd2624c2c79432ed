/** The path of a value inside a configuration: keys of mappings and indexes of lists. */

export type Path = readonly PropertyKey[];

/** `resources.worker.autoscale.policies[0].value`. A key that is not a plain word is quoted. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[\w-]+$/.test(String(key))) return `${text}[${JSON.stringify(String(key))}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (hasKey(value, key) ? value[key] : undefined), root);
}

export function isInside(path: Path, folder: Path): boolean {
  return folder.every((key, index) => String(path[index]) === String(key));
}

/** A copy of `root` with another value at `path`. */
export function withValueAt(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(root))
    return root.map((item, index) => (index === key ? withValueAt(item, rest, value) : item) as unknown);
  return hasKey(root, key) ? { ...root, [key]: withValueAt(root[key], rest, value) } : root;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKey(value: unknown, key: PropertyKey): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
