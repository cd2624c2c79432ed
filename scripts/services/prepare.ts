/** Has everything that the servers of the tests need in place before the tests begin, one after the other. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Need } from './installed.js';

/** Of every server in this folder, each once, and after what it cannot be installed without. */
export async function allNeeds(): Promise<Need[]> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const files = (await readdir(here)).filter((name) => name.endsWith('.ts') && name !== 'prepare.ts').sort();
  const needs = new Map<string, Need>();
  const add = (need: Need) => {
    need.requires.forEach(add);
    needs.set(need.what, needs.get(need.what) ?? need);
  };
  for (const file of files) {
    const exported = (await import(new URL(file, import.meta.url).href)) as Readonly<Record<string, unknown>>;
    const isServer = Object.keys(exported).some((name) => name.endsWith('Service'));
    if (isServer && exported['needs'] === undefined) {
      throw new Error(`scripts/services/${file} starts a server: export its \`needs\`, also where there are none`);
    }
    Object.values((exported['needs'] ?? {}) as Readonly<Record<string, Need>>).forEach(add);
  }
  return [...needs.values()];
}

/** @returns whether all are there. Goes on after a failure, so that one run tells all of them. */
async function prepare(): Promise<boolean> {
  let isComplete = true;
  for (const need of await allNeeds()) {
    if (await need.isThere()) {
      console.log(`${need.what}: there already`);
      continue;
    }
    process.stdout.write(`${need.what}, from ${need.from} ... `);
    const startedAtMs = performance.now();
    try {
      await need.path();
      console.log(`there after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
    } catch (error) {
      isComplete = false;
      console.log(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return isComplete;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!(await prepare())) {
    console.error('The tests of real servers cannot run without what FAILED above.');
    process.exitCode = 1;
  }
}
