/** Bundles the workflows once, so that workers start fast and every replica runs the very same code. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {{ folder: string, extension: 'ts' | 'js', output: string }} options */
export async function bundleWorkflows({ folder, extension, output }) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: resolve(root, folder, `index.${extension}`),
    payloadConverterPath: resolve(root, folder, `payload-converter.${extension}`),
    logger: new DefaultLogger('WARN'),
  });
  const target = resolve(root, output);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundleWorkflows({ folder: 'dist/workflows', extension: 'js', output: 'dist/workflow-bundle.js' });
}
