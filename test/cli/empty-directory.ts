/** The command as its users start it, in a directory of its own for every test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from '@jest/globals';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');

interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface EmptyDirectory {
  /** Where it is, for the test that runs now. */
  readonly path: () => string;
  readonly write: (name: string, content: string) => void;
  /** Runs the command there, with nothing in its environment and its stdin but what is given. */
  readonly escapement: (args: readonly string[], env?: Record<string, string>, stdin?: string) => Promise<Ending>;
}

export function emptyDirectory(): EmptyDirectory {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'escapement-cli-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function escapement(
    args: readonly string[],
    env: Record<string, string> = {},
    stdin?: string,
  ): Promise<Ending> {
    const child = spawn(process.execPath, ['--import', tsx, join(root, 'src/cli/main.ts'), ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...env },
      stdio: 'pipe',
    });
    child.stdin.end(stdin);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: child.exitCode, out, err };
  }

  return {
    path: () => directory,
    write: (name, content) => writeFileSync(join(directory, name), content),
    escapement,
  };
}
