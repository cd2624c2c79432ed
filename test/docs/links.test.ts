/** Every relative link in the documents leads somewhere, and so does every path of a file that they name. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentPages, pageOf, pages, parsePage, type Page } from './pages.js';

const folders = ['src', 'workflows', 'activities', 'test', 'docs', 'scripts', 'bench'];
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

it.each(pages.map((page) => [page.path, page] as const))('the relative links of %s resolve', (_, page) => {
  expect(brokenLinks(page)).toEqual([]);
});

it.each(currentPages.map((page) => [page.path, page] as const))('the files that %s names exist', (_, page) => {
  expect(missingFiles(page)).toEqual([]);
});

it('a link to a file or to a heading that does not exist is found', () => {
  const text = '# A page\n\n[1](none.md) [2](../README.md#none) [3](#none) [4](#a-page) [5](../README.md#start)';
  const links = brokenLinks(parsePage('docs/page.md', text));
  expect(links).toEqual(['docs/page.md:3: none.md', 'docs/page.md:3: ../README.md#none', 'docs/page.md:3: #none']);
});

it('a path that does not exist is found', () => {
  const text =
    '`src/none.ts` `test/docs/*.test.ts` `docs/platforms/<type>.md` `docs/decisions/0001` `bench/` `src/None/`';
  expect(missingFiles(parsePage('docs/page.md', text))).toEqual([
    'docs/page.md:1: src/none.ts',
    'docs/page.md:1: src/None/',
  ]);
});

function brokenLinks(page: Page): string[] {
  return page.links
    .filter(({ text }) => !/^[a-z]+:/.test(text) && !leadsSomewhere(page, text))
    .map(({ text, place }) => `${place}: ${text}`);
}

function leadsSomewhere(page: Page, target: string): boolean {
  const [name = '', anchor] = decodeURI(target).split('#');
  const path = name === '' ? page.path : join(dirname(page.path), name);
  if (name !== '' && !existsSync(path)) return false;
  if (anchor === undefined) return true;
  const there = path === page.path ? page : pageOf(path);
  return there.anchors.includes(anchor);
}

function missingFiles(page: Page): string[] {
  const named = page.code.filter(({ text }) => new RegExp(`^(${folders.join('|')})/[^ ]*$`).test(text));
  return named.filter(({ text }) => !exists(text)).map(({ text, place }) => `${place}: ${text}`);
}

/** `*` and `<name>` stand for anything within a name; the number of a decision for its file. */
function exists(path: string): boolean {
  const name = path.replace(/\/$/, '').replace(/^(docs\/decisions\/\d{4})$/, '$1-*');
  if (!/[*<]/.test(name)) return existsSync(name);
  const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*|<[^>]+>/g, '[^/]*');
  return files.some((file) => new RegExp(`^${escaped}$`).test(file));
}
