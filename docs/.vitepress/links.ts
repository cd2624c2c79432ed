/**
 * The pages are written for a Git host, where a link may lead to any file of the repository. In the site, a link to a folder leads
 * to its README, a file beside the pages is copied, and what is outside docs/ is in the repository.
 */
import { cp } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

export const docs = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const { repository } = JSON.parse(readFileSync(join(docs, '../package.json'), 'utf8')) as {
  repository?: { url: string };
};

/** The anchor that GitHub makes of a heading, so that a link to it leads to the same place here. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** The files to which pages link: configurations, signals, schemas. The build has the pictures already. */
export async function copyFiles(outDir: string): Promise<void> {
  const names = readdirSync(docs, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => /^[^.].*\.(yaml|json|csv|mjs)$/.test(name));
  await Promise.all(files.map((name) => cp(join(docs, name), join(outDir, name))));
}

export function linksOfPages(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links of pages', ({ tokens, env }) => {
    const { relativePath } = env as { relativePath: string };
    const inline = tokens.flatMap(({ children }) => children ?? []);
    for (const [index, token] of inline.entries()) {
      const href = token.attrGet('href');
      if (token.type !== 'link_open' || href === null || /^([a-z]+:|#)/.test(href)) continue;
      const place = placeOf(href, relativePath);
      if (place !== undefined) token.attrSet('href', place);
      else unlink(token, inline[index + 1 + inline.slice(index + 1).findIndex(({ type }) => type === 'link_close')]);
    }
  });
}

type Token = ReturnType<MarkdownRenderer['parse']>[number];

/** Where a relative link of a page leads to in the site. Undefined: to a file that is only in the repository. */
function placeOf(href: string, page: string): string | undefined {
  const [path = '', anchor] = href.split('#');
  const target = posix.normalize(posix.join(posix.dirname(page), path));
  const after = anchor === undefined ? '' : `#${anchor}`;
  if (target.startsWith('../')) return repository && `${repository.url}/blob/HEAD/${target.slice(3)}${after}`;
  if (posix.extname(target) !== '') return path.replace(/README\.md$/, 'index.md') + after;
  if (existsSync(join(docs, target, 'README.md'))) return `${path.replace(/\/$/, '')}/index.md${after}`;
  return repository && `${repository.url}/tree/HEAD/docs/${target}`;
}

function unlink(open: Token, close: Token | undefined): void {
  open.tag = 'span';
  open.type = 'span_open';
  open.attrs = [['title', 'in the repository']];
  if (close) Object.assign(close, { tag: 'span', type: 'span_close' });
}
