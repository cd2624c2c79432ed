import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const sdk = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

it('workflow code imports no packages except the SDK, because each is loaded again for every run', () => {
  const bundle = readFileSync('.cache/workflow-bundle.js', 'utf8');
  const packages = new Set(
    [...bundle.matchAll(/^\s*!\*\*\* \.\/node_modules\/((?:@[\w-]+\/)?[\w-]+)\//gm)].map(([, name]) => name),
  );
  expect([...packages].sort()).toEqual(sdk);
});
