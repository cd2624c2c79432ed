/** The code on the page of the library is that of the project in examples/, which test/e2e/tarball.test.ts runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { pageOf } from './pages.js';

const folder = 'examples/extended';
const files = [
  'escapement.yaml',
  ...readdirSync(`${folder}/src`)
    .filter((name) => !['demo.ts', 'activities.ts'].includes(name))
    .map((name) => `src/${name}`),
];
const blocks = pageOf('docs/library.md').blocks.map(({ text }) => text);

it.each(files)('docs/library.md shows %s as it is', (name) => {
  expect(blocks).toContain(readFileSync(`${folder}/${name}`, 'utf8').trimEnd());
});
