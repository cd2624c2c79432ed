/** Parses YAML and records the position of every value. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { problemFrom, type ConfigProblem } from '../problem.js';
import type { Path } from './path.js';

export interface YamlFile {
  readonly value: unknown;
  /** The position of the value at a path. If there is no such value, the position of its nearest existing ancestor. */
  positionOf(path: Path): Position;
  /** The position of the key of a value in its mapping. */
  positionOfKey(path: Path): Position;
}

type Position = Pick<ConfigProblem, 'line' | 'column'>;

/** Enough for the anchors that a person writes. A larger expansion is an attack. */
const mostAliases = 100;

/** @returns the file, or every problem that prevents reading it. */
export function readYaml(text: string, file: string): YamlFile | readonly ConfigProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => ({ line: lines.linePos(offset).line, column: lines.linePos(offset).col });
  const syntax = [...document.errors, ...document.warnings].map(({ code, message, pos }) =>
    problemFrom(syntaxWords[code] ?? `this is not YAML: ${message.replace(/^./, (first) => first.toLowerCase())}`, {
      file,
      ...at(pos[0]),
      path: '',
    }),
  );
  const structure = unwelcome(document).map(({ node, text }) =>
    problemFrom(text, { file, ...at(node.range?.[0] ?? 0), path: '' }),
  );
  if (syntax.length + structure.length > 0) return [...syntax, ...structure];
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return {
      value,
      positionOf: (path) => at(locate(document, path).value),
      positionOfKey: (path) => at(locate(document, path).key),
    };
  } catch {
    return [problemFrom('repeats its anchors too often; write the values out, or use defaults:', { file, path: '' })];
  }
}

/** Replacements for messages of the library that would repeat text of the file or name functions of the library. */
const syntaxWords: Record<string, string> = {
  DUPLICATE_KEY: 'this key stands here twice; remove one of the two',
  MULTIPLE_DOCS: 'a second document begins here; keep one document in a file',
  UNEXPECTED_TOKEN:
    'this is not YAML: something stands here that does not belong; look at the indentation and the quotes',
  TAG_RESOLVE_FAILED: 'tags are not known here; write a plain value, or ${NAME} for one from the environment',
};

/** Finds constructs that YAML allows and that a configuration does not support. */
function unwelcome(document: Document): { node: Node; text: string }[] {
  const found: { node: Node; text: string }[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const anchored = alias.resolve(document);
      if (!anchored) found.push({ node: alias, text: 'there is no anchor of this name above; write the value out' });
      else if (ancestors.includes(anchored))
        found.push({ node: alias, text: 'this repeats itself within itself; write the value out' });
    },
    Pair(_, { key }) {
      if (!isScalar(key)) return;
      if (key.value === '<<')
        found.push({ node: key, text: 'merge keys are not known here; use defaults:, or write the fields out' });
      if (key.value === '__proto__') found.push({ node: key, text: 'this name cannot be used; choose another' });
    },
    Map(_, { items }) {
      const odd = items.map(({ key }) => key as Node).filter((key) => !isScalar(key) || key.value === null);
      found.push(...odd.map((node) => ({ node, text: 'this is not a name; write a plain word before the colon' })));
    },
  });
  return found;
}

function locate(document: Document, path: Path): { key: number; value: number } {
  let node = document.contents;
  let key = node?.range?.[0] ?? 0;
  let value = key;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const child = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step))
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined;
    if (child === undefined) return { key, value: key };
    node = (isPair(child) ? child.value : child) as Node | null;
    const own = node?.range?.[0];
    key = isPair(child) ? ((child.key as Node).range?.[0] ?? key) : (own ?? key);
    // The position of a mapping or a list is that of its key.
    value = isScalar(node) && node.value !== null ? (own ?? key) : key;
  }
  return { key, value };
}
