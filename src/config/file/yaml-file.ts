/** Parses YAML and records the position of every value. */
import { isDeepStrictEqual } from 'node:util';
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parse,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { Problem } from '../../domain/written/problem.js';
import type { ConfigProblem } from '../problem.js';
import type { Path } from './path.js';

export interface YamlFile {
  readonly value: unknown;
  /** The position of the value at a path. If there is no such value, the position of its nearest existing ancestor. */
  positionOf(path: Path): Position;
  /** The position of the key of a value in its mapping. */
  positionOfKey(path: Path): Position;
  /**
   * The text of the value at a path, with its comments and without the indentation of the file. Undefined where the
   * text alone has another value, as it does if it contains an alias.
   */
  textOf(path: Path): string | undefined;
}

type Position = Pick<ConfigProblem, 'line' | 'column'>;

/** More aliases than a person writes. A larger number is an attack that exhausts the memory. */
const mostAliases = 100;

/** @returns the file, or every problem that prevents reading it. */
export function readYaml(text: string, file: string): YamlFile | readonly ConfigProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => ({ line: lines.linePos(offset).line, column: lines.linePos(offset).col });
  const syntax = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    file,
    ...at(pos[0]),
    path: '',
    ...(syntaxWords[code] ?? { problem: `invalid YAML: ${withSmallInitial(message)}` }),
  }));
  const unsupported = unsupportedIn(document).map(({ node, ...problem }) => ({
    file,
    ...at(node.range?.[0] ?? 0),
    path: '',
    ...problem,
  }));
  if (syntax.length + unsupported.length > 0) return [...syntax, ...unsupported];
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return {
      value,
      positionOf: (path) => at(locate(document, path).value),
      positionOfKey: (path) => at(locate(document, path).key),
      textOf: (path) => textAt(document, text, path),
    };
  } catch {
    const fix = 'write the values instead of aliases, or use defaults:';
    return [{ file, path: '', problem: 'contains too many aliases', fix }];
  }
}

function withSmallInitial(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Replacements for messages of the library that would repeat text of the file or name functions of the library. */
const syntaxWords: Readonly<Record<string, Problem>> = {
  DUPLICATE_KEY: { problem: 'duplicate key', fix: 'remove one of the two keys' },
  MULTIPLE_DOCS: { problem: 'a second document in a file is not supported', fix: 'write one document in each file' },
  UNEXPECTED_TOKEN: {
    problem: 'invalid YAML: unexpected token',
    fix: 'check the indentation and the quotes',
  },
  TAG_RESOLVE_FAILED: {
    problem: 'tags are not supported',
    fix: 'write a plain value, or ${NAME} for a value from the environment',
  },
};

interface UnsupportedNode extends Problem {
  readonly node: Node;
}

/** Finds constructs that YAML allows and that a configuration does not support. */
function unsupportedIn(document: Document): UnsupportedNode[] {
  const found: UnsupportedNode[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const anchored = alias.resolve(document);
      const fix = 'write the value instead of the alias';
      if (!anchored) found.push({ node: alias, problem: 'no anchor of this name is defined before the alias', fix });
      else if (ancestors.includes(anchored))
        found.push({ node: alias, problem: 'the alias is inside its own anchor', fix });
    },
    Pair(_, { key }) {
      if (!isScalar(key)) return;
      if (key.value === '<<')
        found.push({
          node: key,
          problem: 'merge keys are not supported',
          fix: 'use defaults:, or repeat the fields',
        });
      if (key.value === '__proto__')
        found.push({ node: key, problem: 'this key is not supported', fix: 'choose another name' });
    },
    Map(_, { items }) {
      const invalid = items.map(({ key }) => key as Node).filter((key) => !isScalar(key) || key.value === null);
      const problem = { problem: 'invalid key', fix: 'write a plain word before the colon' };
      found.push(...invalid.map((node) => ({ node, ...problem })));
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

function textAt(document: Document, text: string, path: Path): string | undefined {
  const node = document.getIn(path, true);
  if (!isNode(node) || !node.range) return undefined;
  const [from, to, end] = node.range;
  const lineFrom = text.lastIndexOf('\n', from) + 1;
  const isBelowItsKey = text.slice(lineFrom, from).trim() === '';
  const found = isBelowItsKey ? block(text, locate(document, path).key, end, from - lineFrom) : text.slice(from, to);
  return isSame(found, node.toJS(document)) ? found : undefined;
}

/** The lines after the line of the key. A comment that is indented less belongs to what comes next. */
function block(text: string, keyFrom: number, end: number, indent: number): string {
  const lines = text.slice(text.indexOf('\n', keyFrom) + 1, end).split(/\r?\n/);
  const isInside = (line: string) => line.trim() !== '' && line.search(/\S/) >= indent;
  const inside = lines.slice(0, lines.findLastIndex(isInside) + 1);
  const indented = (line: string) => line.slice(Math.min(indent, line.search(/\S/)));
  return inside.map((line) => `${line.trim() === '' ? '' : indented(line)}\n`).join('');
}

function isSame(text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(text), value);
  } catch {
    return false;
  }
}
