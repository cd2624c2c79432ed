/** The Markdown files of the repository, taken apart: blocks, code font, headings, links, prose. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly text: string;
  /** For the names of tests: `README.md:12`. */
  readonly place: string;
}

export interface Found {
  readonly text: string;
  readonly place: string;
}

export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What stands in `code font` in the prose. */
  readonly code: readonly Found[];
  readonly links: readonly Found[];
  /** The anchors that GitHub makes of the headings. */
  readonly anchors: readonly string[];
  /** Each line outside blocks, code font and the targets of links. */
  readonly prose: readonly Found[];
}

const names = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...filesUnder('docs')];

export const pages: readonly Page[] = names.map(pageOf);

/** The changelog tells what was, not what is. */
export const currentPages = pages.filter(({ path }) => path !== 'CHANGELOG.md');

export const blocksIn = (...languages: string[]): Block[] =>
  currentPages.flatMap(({ blocks }) => blocks.filter(({ language }) => languages.includes(language)));

export function pageOf(path: string): Page {
  return parsePage(path, readFileSync(path, 'utf8'));
}

export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = [];
  const lines: Found[] = [];
  let open: { language: string; indent: number; first: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', language = ''] = /^(\s*)```(\S*)/.exec(line) ?? [];
    const isFence = /^\s*```/.test(line);
    if (isFence && open) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), place: `${path}:${open.first}` });
      open = undefined;
    } else if (isFence) open = { language, indent: indent.length, first: index + 1, lines: [] };
    else if (open) open.lines.push(line.slice(open.indent));
    else lines.push({ text: line, place: `${path}:${index + 1}` });
  }
  if (open) throw new Error(`${path}:${open.first}: this block is never closed`);
  const all = lines.map((line) => line.text).join('\n');
  return {
    path,
    text,
    blocks,
    code: codeIn(path, text, blocks),
    links: lines.flatMap(({ text: line, place }) =>
      [...withoutCode(line).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => ({ text: target, place })),
    ),
    anchors: anchorsOf(all),
    prose: lines.map(({ text: line, place }) => ({ text: withoutCode(line).replace(/\]\([^()\s]+\)/g, ']'), place })),
  };
}

/** Code font may go over the end of a line. */
function codeIn(path: string, text: string, blocks: readonly Block[]): Found[] {
  const blank = text.split('\n');
  for (const { place, text: block } of blocks) {
    const first = Number(place.split(':')[1]) - 1;
    blank.fill('', first, first + block.split('\n').length + 2);
  }
  const prose = blank.join('\n');
  return [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map((match) => ({
    text: (match[1] ?? '').replace(/\s+/g, ' ').replaceAll('\\|', '|'),
    place: `${path}:${prose.slice(0, match.index).split('\n').length}`,
  }));
}

function withoutCode(line: string): string {
  return line.replace(/`[^`]*`/g, '``');
}

function anchorsOf(text: string): string[] {
  const anchors: string[] = [];
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const same = anchors.filter((anchor) => anchor === slug || anchor.replace(/-\d+$/, '') === slug).length;
    anchors.push(same === 0 ? slug : `${slug}-${same}`);
  }
  return anchors;
}

function filesUnder(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}
