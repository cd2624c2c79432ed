import { bundleWorkflows } from '../../scripts/bundle-workflows.mjs';

/** Every suite shares one workflow bundle: a bundle costs a second or two, a test file should not pay it. */
export default async function globalSetup() {
  await bundleWorkflows({ folder: 'workflows', extension: 'ts', output: '.cache/workflow-bundle.js' });
}
