/**
 * Bundles the console: one script and one style sheet, whose names contain the hash of their content, so that browsers may keep
 * them permanently.
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const compress = promisify(gzip);

/** @param {string} output the folder, relative to the package. */
export async function bundleConsole(output) {
  const folder = resolve(root, output);
  const assets = join(folder, 'assets');
  await rm(folder, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const { metafile } = await build({
    entryPoints: [resolve(root, 'src/console/main.tsx'), resolve(root, 'src/console/style/console.css')],
    entryNames: '[name]-[hash]',
    outdir: assets,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome120', 'firefox124', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    metafile: true,
    absWorkingDir: root,
    logLevel: 'warning',
  });
  const built = Object.keys(metafile.outputs).map((path) => path.slice(path.lastIndexOf('/') + 1));
  const named = (extension) => built.find((name) => name.endsWith(extension)) ?? '';
  const page = (await readFile(resolve(root, 'src/console/index.html'), 'utf8'))
    .replace('{script}', named('.js'))
    .replace('{style}', named('.css'));
  await writeFile(join(folder, 'index.html'), page);
  for (const name of await readdir(assets)) {
    const compressed = await compress(await readFile(join(assets, name)), { level: constants.Z_BEST_COMPRESSION });
    await writeFile(join(assets, `${name}.gz`), compressed);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleConsole('dist/console');
