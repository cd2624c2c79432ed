/** What a run of the tests of real servers is compared with, and what is written by whom. */
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { compareWithPages, writePendingPages, type TestFile } from '../../scripts/conformance/compare.js';
import { conformancePages, pageText } from '../../scripts/conformance/page.js';

const [sources] = conformancePages;
const pagePath = 'docs/sources/conformance.md';
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'escapement-conformance-'));
  for (const folder of ['docs/sources', 'test/services', 'test/services/platforms/conformance'])
    await mkdir(join(root, folder), { recursive: true });
  for (const name of ['redis', 'kafka']) await writeFile(join(root, `test/services/${name}.test.ts`), '');
  const both = { 'correct values': 'yes', 'server down': 'yes' };
  await writeFile(join(root, pagePath), await pageOf({ redis: both, kafka: both }));
});

const page = () => readFile(join(root, pagePath), 'utf8');

async function pageOf(rows: Record<string, Record<string, string>>): Promise<string> {
  return pageText(sources!, new Map(Object.entries(rows).map(([name, row]) => [name, new Map(Object.entries(row))])));
}

function ran(name: string, statuses: Record<string, string> = {}): TestFile {
  const tests = { 'correct values': 'passed', 'server down': 'passed', ...statuses };
  const testResults = Object.entries(tests).map(([title, status]) => ({
    ancestorTitles: [`source ${name}`],
    title,
    status,
  }));
  return { testFilePath: `/any/test/services/${name}.test.ts`, testResults };
}

it('a run that showed what the pages say differs in nothing', async () => {
  expect(await compareWithPages([ran('redis'), ran('kafka')], root)).toEqual([]);
});

it('a row that differs is named, and no page is written by the run', async () => {
  const before = await page();
  const [difference] = await compareWithPages([ran('redis'), ran('kafka', { 'server down': 'failed' })], root);
  expect(difference).toContain('kafka: "server down" is no, the page says yes');
  expect(difference).toContain('`npm run docs`');
  expect(await page()).toBe(before);
});

it('a whole run in which a row is missing differs: a file that could not be run takes no row with it', async () => {
  const before = await page();
  const [difference] = await compareWithPages([ran('redis'), { ...ran('kafka'), testResults: [] }], root);
  expect(difference).toContain('kafka: nothing was shown of it');
  expect(await page()).toBe(before);
});

it.each([
  ['of one file is compared in its rows', [ran('redis')], 0],
  ['of one file that fails differs', [ran('redis', { 'correct values': 'failed' })], 1],
  ['of one test is compared in its cell', [ran('redis', { 'correct values': 'pending' }), ran('kafka')], 0],
  ['of one test that fails differs', [ran('redis', { 'correct values': 'pending', 'server down': 'failed' })], 1],
  ['of other tests has nothing to do with a page', [{ testFilePath: '/any/other.test.ts', testResults: [] }], 0],
])('a run %s', async (_name, files, count) => {
  expect(await compareWithPages(files, root)).toHaveLength(count);
  await writePendingPages(root);
  expect(await page()).toContain('kafka');
});

it('npm run docs writes what the last whole run found', async () => {
  await writeFile(join(root, 'test/services/sqs.test.ts'), '');
  const files = [ran('redis'), ran('kafka', { 'empty queue': 'passed' }), ran('sqs')];
  const [difference] = await compareWithPages(files, root);
  expect(difference).toContain('sqs: "correct values" is yes, the page says -');
  await writePendingPages(root);
  expect(await compareWithPages(files, root)).toEqual([]);
  expect(await page()).toMatch(/\| kafka +\| yes +\|.*\| yes/);
});

it('the committed pages are those of the known sources and platforms', async () => {
  for (const { path, ranAgainst = {} } of conformancePages) {
    const text = await readFile(path, 'utf8');
    for (const name of Object.keys(ranAgainst)) expect(text).toContain(`| ${name} `);
  }
});
