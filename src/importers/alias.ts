/** Names for imported resources: the name of the original, with its namespace where the name alone is not unique. */

interface Named {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** The maximum length of an alias. */
const longest = 63;

/** @returns one alias for each, in order. */
export function uniqueNames(originals: readonly Named[]): readonly string[] {
  const names = originals.map(({ name }) => name);
  const taken = new Set<string>();
  return originals.map(({ name, namespace }) => {
    const isUnique = names.filter((other) => other === name).length === 1;
    const wanted = validAlias(isUnique || namespace === undefined ? name : `${namespace}.${name}`);
    const free = numbered(wanted).find((alias) => !taken.has(alias)) ?? wanted;
    taken.add(free);
    return free;
  });
}

function validAlias(name: string): string {
  const valid = name.replaceAll(/[^a-zA-Z0-9._-]/g, '-').replace(/^[._-]+/, '');
  return valid.slice(0, longest) || 'resource';
}

/** `web`, `web-2`, `web-3`. */
function numbered(name: string): readonly string[] {
  const others = Array.from({ length: 999 }, (_, index) => `-${index + 2}`);
  return [name, ...others.map((end) => name.slice(0, longest - end.length) + end)];
}
