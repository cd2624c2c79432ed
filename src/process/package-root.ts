/** Where this package is, as sources or built: its version and its workflow bundle are found from there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** @throws Error where the package was not built. */
export function workflowBundlePath(): string {
  const path = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}. Run \`npm run build\` first; \`npm start\` does it by itself.`);
}

/** The nearest directory above this file, in src/ or in dist/src/, with a package.json. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}
