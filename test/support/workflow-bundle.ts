/** Bundles workflows that exist only for a test. Production's bundle is made once for all suites, by the global setup. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

/** The path of a bundle of the workflows in the file at `url`. */
export async function bundleWorkflowsAt(url: URL): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: fileURLToPath(url), logger: new DefaultLogger('WARN') });
  const path = join(mkdtempSync(join(tmpdir(), 'escapement-bundle-')), 'bundle.js');
  writeFileSync(path, code);
  return path;
}
