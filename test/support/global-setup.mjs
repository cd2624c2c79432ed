import { bundleWorkflows } from '../../scripts/bundle-workflows.mjs';

/** Every suite shares one workflow bundle: a bundle costs a second or two, a test file should not pay it. */
export default async function globalSetup() {
  await bundleWorkflows({ entry: 'workflows/index.ts', output: '.cache/workflow-bundle.js' });
}
