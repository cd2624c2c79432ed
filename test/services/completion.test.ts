/** `escapement completion` in the shells themselves: what a Tab makes of a line. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lineAfterTab, type Shell } from '../../scripts/services/shells.js';
import { Installation } from '../e2e/installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create();
  const { sandbox } = installation;
  installation.configure({ worker: {}, jobs: {} });
  await installation.startApi();
  const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const bin = join(sandbox.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'escapement'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(bin, 'escapement'), 0o755);
  const config = join(sandbox.folder, 'config');
  mkdirSync(join(config, 'escapement'), { recursive: true });
  const profiles = `default: staging\nprofiles: { staging: { server: "${installation.api.url}" } }\n`;
  writeFileSync(join(config, 'escapement/profiles.yaml'), profiles, { mode: 0o600 });
  Object.assign(sandbox.env, { PATH: `${bin}:${sandbox.env.PATH ?? ''}`, HOME: config, XDG_CONFIG_HOME: config });
});
afterAll(() => installation.close());

describe.each(['bash', 'zsh', 'fish'] as const)('%s completes', (shell) => {
  it.each([
    ['a command', 'escapement sc', 'scale'],
    ['a command of a command', 'escapement config sh', 'show'],
    ['an option', 'escapement scale --prev', '--preview'],
    ['the value of an option', 'escapement status -o ya', 'yaml'],
    ['the value of an option in the same word', 'escapement status --output=ya', '--output=yaml'],
    ['the name of a profile', 'escapement status --profile st', 'staging'],
    ['the name of a resource of the default profile', 'escapement pause wo', 'worker'],
    ['the name of a resource after options', 'escapement pause --for 2h wo', 'worker'],
    ['a file where the command offers nothing', 'escapement validate esca', 'escapement.yaml'],
  ])('%s', async (_, line, word) => {
    expect((await afterTab(shell, line)).split(' ').at(-1)).toBe(word);
  });
});

async function afterTab(shell: Shell, line: string): Promise<string> {
  const { env, folder } = installation.sandbox;
  const file = join(folder, `completion.${shell}`);
  const printed = installation.sandbox.escapement(['completion', shell]);
  await printed.ended;
  writeFileSync(file, printed.output);
  return lineAfterTab(shell, file, line, { env, folder });
}
