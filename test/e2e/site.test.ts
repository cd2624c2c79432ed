/** The documentation site as a reader has it: built, served, and opened in a browser. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sidebar } from '../../docs/.vitepress/sidebar.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { Program } from '../support/program.js';
import { eventually } from '../support/eventually.js';
import { Browser, violations } from './console/browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const site = join(root, 'docs/.vitepress/dist');
const links = sidebar.flatMap(({ items = [] }) => items.map(({ link = '' }) => link));
/** The heading of a group is a button that contains its arrow, which is a button too. Both do the same. */
const ofTheTheme = 'nested-interactive';

let preview: Program;
let browser: Browser;
let url: string;
let files: string[];

beforeAll(async () => {
  const build = new Program({ command: ['npm', 'run', 'docs:build'], env: process.env, folder: root });
  expect([await build.ended, build.output]).toEqual([
    { code: 0, signal: null },
    expect.stringContaining('build complete'),
  ]);
  files = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  const [port] = await freePorts(1);
  const command = ['npm', 'run', 'docs:preview', '--', '--port', String(port)];
  preview = new Program({ command, env: process.env, folder: root });
  url = `http://localhost:${port}`;
  await eventually('the site is served', () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  browser = await Browser.launch([new URL(url).host]);
}, 180_000);

afterAll(async () => {
  await browser.close();
  await preview.kill();
});

it('has every page of docs/ in the sidebar, and no other', () => {
  const names = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = names.filter((name) => name.endsWith('.md') && !name.startsWith('.'));
  expect(links.toSorted()).toEqual(pages.map((name) => `/${name.replace(/(README)?\.md$/, '')}`).toSorted());
  expect(links.filter((link) => !files.includes(fileOf(link)))).toEqual([]);
});

it('has no link to a page, a file or a heading that does not exist', () => {
  expect(files.flatMap(brokenLinks)).toEqual([]);
});

it('has no text that was taken for an attribute', () => {
  expect(readFileSync(join(site, 'cli.html'), 'utf8')).toContain('{ isValid, problems, warnings, resources, events }');
});

it('keeps placeholders in double braces, which are no expressions of a template here', () => {
  expect(readFileSync(join(site, 'platforms/generic-http.html'), 'utf8')).toContain('<code>{{resource}}</code>');
  expect(files.filter((name) => /<code[^>]*><\/code>/.test(htmlOf(name)))).toEqual([]);
});

it('loads no script, style, font or picture from another host', () => {
  const foreign = /<(?:script|link|img|source)[^>]+(?:src|href|srcset)="https?:/;
  expect(files.filter((name) => foreign.test(readFileSync(join(site, name), 'utf8')))).toEqual([]);
});

describe.each([1280, 390])('at a width of %i pixels', (width) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.context.newPage();
    await page.setViewportSize({ width, height: 800 });
  });
  afterAll(() => browser.forget());

  it.each(['/', '/start', '/concepts', '/configuration', '/platforms/ecs', '/troubleshooting', '/comparison'])(
    '%s can be read by everyone, fits the page, and reports no error',
    async (link) => {
      await page.goto(url + link);
      await page.locator('h1').waitFor();
      expect((await violations(page)).filter(({ rule }) => rule !== ofTheTheme)).toEqual([]);
      // As text: the tests are compiled without the types of a browser.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect([browser.errors, browser.foreignRequests]).toEqual([[], []]);
    },
  );

  it('the search finds a page by a word in it', async () => {
    await page.goto(url);
    const input = page.locator('#localsearch-input');
    // The page listens to keys once its script runs.
    await eventually('the search opens', async () => {
      await page.keyboard.press('Control+k');
      return input.isVisible();
    });
    await input.fill('nothing-under-way');
    await page.locator('.results a[href*="problems"]').first().click();
    await page.waitForURL('**/problems.html#nothing-under-way');
    expect([browser.errors, browser.foreignRequests]).toEqual([[], []]);
  });
});

function fileOf(link: string): string {
  return link.endsWith('/') ? `${link}index.html`.slice(1) : `${link}.html`.slice(1);
}

function brokenLinks(name: string): string[] {
  const targets = [...htmlOf(name).matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href);
  return targets
    .filter((href) => !/^[a-z]+:/.test(href) && !leadsSomewhere(name, href))
    .map((href) => `${name}: ${href}`);
}

function leadsSomewhere(name: string, href: string): boolean {
  const [path = '', anchor] = decodeURIComponent(href).split('#');
  const absolute = path.startsWith('/') ? path.slice(1) : posix.join(dirname(name), path);
  const file = path === '' ? name : /(^|\/)$/.test(absolute) ? `${absolute}index.html` : absolute;
  if (!existsSync(join(site, file))) return false;
  return anchor === undefined || anchor === '' || htmlOf(file).includes(`id="${anchor}"`);
}

const pages = new Map<string, string>();

function htmlOf(name: string): string {
  const html = pages.get(name) ?? readFileSync(join(site, name), 'utf8');
  pages.set(name, html);
  return html;
}
