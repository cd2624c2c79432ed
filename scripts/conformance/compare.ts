/** Compares the committed tables with what a test run showed: a test run writes nothing that is committed, `npm run docs` does. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { conformancePages, pageText, rowsIn, type ConformancePage, type Rows } from './page.js';

/** What is looked at of Jest's results. */
export interface TestFile {
  readonly testFilePath: string;
  readonly testResults: readonly {
    readonly ancestorTitles: readonly string[];
    readonly title: string;
    readonly status: string;
  }[];
}

/** Of a test that this run left out. */
const unknown = '?';

/**
 * A run of some tests is compared in the cells that it tested; a run of all tests of a page in everything.
 * @returns for a person, what differs and what to do. Empty where nothing does.
 */
export async function compareWithPages(files: readonly TestFile[], root = '.'): Promise<string[]> {
  const compared = conformancePages.map((page) => compareWithPage(page, files, root));
  return (await Promise.all(compared)).filter((difference) => difference !== undefined);
}

/** Puts in place what the last whole run found to be out of date. */
export async function writePendingPages(root = '.'): Promise<void> {
  for (const { path } of conformancePages) {
    const pending = join(root, pendingPath(path));
    if (existsSync(pending)) await rename(pending, join(root, path));
  }
}

async function compareWithPage(
  page: ConformancePage,
  files: readonly TestFile[],
  root: string,
): Promise<string | undefined> {
  const suites = await suitesOf(page, root);
  const ran = files.filter(({ testFilePath }) => suites.some((suite) => testFilePath.endsWith(`/${suite}`)));
  if (ran.length === 0) return undefined;
  const shown = rowsShown(page, ran);
  const committed = await readFile(join(root, page.path), 'utf8');
  const differing = differences(shown, rowsIn(committed));
  const isWhole =
    ran.length === suites.length && ![...shown.values()].some((row) => [...row.values()].includes(unknown));
  if (!isWhole) {
    return differing.length === 0
      ? undefined
      : advice(page, differing, 'run all of `npm run test:services`, then `npm run docs`');
  }
  const missing = [...rowsIn(committed).keys()].filter((name) => !shown.has(name));
  const text = await pageText(page, shown);
  const pending = join(root, pendingPath(page.path));
  await rm(pending, { force: true });
  if (text === committed) return undefined;
  await mkdir(dirname(pending), { recursive: true });
  await writeFile(pending, text);
  return advice(
    page,
    [...differing, ...missing.map((name) => `${name}: nothing was shown of it`)],
    'run `npm run docs`',
  );
}

async function suitesOf({ suites }: ConformancePage, root: string): Promise<string[]> {
  if (suites.endsWith('.ts')) return [suites];
  const names = await readdir(join(root, suites));
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(suites, name));
}

function rowsShown({ row: prefix }: ConformancePage, files: readonly TestFile[]): Rows {
  const rows = new Map<string, Map<string, string>>();
  for (const { ancestorTitles, title, status } of files.flatMap(({ testResults }) => testResults)) {
    const name = ancestorTitles.find((each) => each.startsWith(prefix))?.slice(prefix.length);
    if (name === undefined) continue;
    const row = rows.get(name) ?? new Map<string, string>();
    rows.set(name, row.set(title, status === 'passed' ? 'yes' : status === 'failed' ? 'no' : unknown));
  }
  return rows;
}

function differences(shown: Rows, committed: Rows): string[] {
  return [...shown].flatMap(([name, row]) =>
    [...row]
      .map(([column, cell]) => ({ column, cell, was: committed.get(name)?.get(column) ?? '-' }))
      .filter(({ cell, was }) => cell !== unknown && cell !== was)
      .map(({ column, cell, was }) => `${name}: "${column}" is ${cell}, the page says ${was}`),
  );
}

function advice({ path }: ConformancePage, differing: readonly string[], what: string): string {
  return [
    `${path} does not say what this run showed. Where that is as it should be, ${what}, and commit the page.`,
    ...differing.map((each) => `  ${each}`),
  ].join('\n');
}

/** Not committed. */
const pendingPath = (path: string) => join('.cache', 'conformance', path.replaceAll('/', '-'));
