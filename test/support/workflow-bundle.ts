/** Bundles workflows that exist only for a test. Production's bundle is made once for all suites, by the global setup. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { bundleWorkflows } from '../../scripts/bundle-workflows.mjs';

export const tracedBundle = '.cache/traced-workflow-bundle.js';

/** Production's bundle of a process that exports traces. Only a few tests need it, so they make it themselves. */
export async function bundleTracedWorkflows(): Promise<void> {
  await bundleWorkflows({ folder: 'workflows', extension: 'ts', output: tracedBundle, isTraced: true });
}

/** The path of a bundle of the workflows in the file at `url`. */
export async function bundleWorkflowsAt(url: URL): Promise<string> {
  const source = fileURLToPath(url);
  const { code } = await bundleWorkflowCode({ workflowsPath: source, logger: new DefaultLogger('WARN') });
  const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
  await mkdir(cache, { recursive: true });
  const path = join(cache, `${basename(source, '.ts')}-bundle.js`);
  // Renamed, because another test file may be reading the same bundle.
  const written = `${path}.${process.pid}`;
  await writeFile(written, code);
  await rename(written, path);
  return path;
}
