/** The directory of this package, as sources or built: the version and the workflow bundle are found from it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/**
 * The workflows, and with `traced` the code that makes their spans.
 * @throws Error when the package was not built.
 */
export function workflowBundlePath(kind: 'plain' | 'traced' = 'plain'): string {
  const file = kind === 'traced' ? 'traced-workflow-bundle.js' : 'workflow-bundle.js';
  const path = join(packageRoot(), 'dist', file);
  if (existsSync(path)) return path;
  throw new Error(`${path} does not exist. Run \`npm run build\` first; \`npm start\` runs it automatically.`);
}

/** The built pages of the console. */
export function consoleFolder(): string {
  return join(packageRoot(), 'dist/console');
}

/** The nearest directory with a package.json above this file, which is in src/ or in dist/src/. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}
