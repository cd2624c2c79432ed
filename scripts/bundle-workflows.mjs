/** Bundles the workflows once, so that workers start fast and every replica runs the very same code. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {{ folder: string, extension: 'ts' | 'js', output: string, isTraced?: boolean }} options */
export async function bundleWorkflows({ folder, extension, output, isTraced = false }) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: resolve(root, folder, `index.${extension}`),
    payloadConverterPath: resolve(root, folder, `payload-converter.${extension}`),
    ...(isTraced && { workflowInterceptorModules: [resolve(root, folder, `tracing/interceptors.${extension}`)] }),
    logger: new DefaultLogger('WARN'),
  });
  const target = resolve(root, output);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = { folder: 'dist/workflows', extension: 'js' };
  await bundleWorkflows({ ...built, output: 'dist/workflow-bundle.js' });
  // Separate, so that workflows load nothing of OpenTelemetry in a process that exports no traces.
  await bundleWorkflows({ ...built, output: 'dist/traced-workflow-bundle.js', isTraced: true });
}
