/** Compiles what the explorer needs, with or without a mutation, to where a thread can load it from. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';
import type { Mutant } from './mutants.js';

const entry = 'test/explore/explorer-thread.ts';

/** Returns the path of the compiled thread. Relative to the root of the repository, as `npm run` and jest have it. */
export async function compileThread(output: string, mutant?: Mutant): Promise<string> {
  await rm(output, { recursive: true, force: true });
  const seen = new Set<string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = await readFile(file, 'utf8');
    const { code } = await transform(mutant?.file === file ? mutate(source, mutant) : source, {
      filename: file,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const target = compiled(output, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
    // Types are gone by now: what is still imported is needed.
    for (const [, path = ''] of code.matchAll(/from\s+['"](\.{1,2}\/[^'"]+)\.js['"]/g)) {
      pending.push(`${join(dirname(file), path)}.ts`);
    }
  }
  if (mutant && !seen.has(mutant.file)) throw new Error(`"${mutant.name}": ${mutant.file} is not explored`);
  return resolve(compiled(output, entry));
}

function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const [found, ...more] = [...source.matchAll(codePattern(find))];
  if (!found || more.length > 0) {
    throw new Error(`"${name}" wants to replace what is not in ${file} exactly once: ${find}`);
  }
  return source.slice(0, found.index) + replace + source.slice(found.index + found[0].length);
}

/** The same code, however it is laid out: neither a line that is broken elsewhere nor a trailing comma makes a difference. */
function codePattern(code: string): RegExp {
  const tokens = code.match(/\w+|[^\w\s]/g) ?? [];
  const escaped = tokens.map((token) => (/\w/.test(token) ? token : `${token === ')' ? ',?\\s*' : ''}\\${token}`));
  return new RegExp(escaped.join('\\s*'), 'g');
}

function compiled(output: string, file: string): string {
  return join(output, file.replace(/\.ts$/, '.js'));
}
