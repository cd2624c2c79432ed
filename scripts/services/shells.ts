/** Shells that complete a line: real ones, on a terminal of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { debianCommand } from './installed.js';

export const needs = {
  bash: debianCommand('bash', 'bash'),
  zsh: debianCommand('zsh', 'zsh'),
  fish: debianCommand('fish', 'fish'),
  terminal: debianCommand('script', 'bsdutils'),
};

export type Shell = 'bash' | 'zsh' | 'fish';

interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}

/**
 * @param complete the file with the script of `escapement completion`.
 * @returns the line after a Tab; from fish, the words that it offers.
 */
export async function lineAfterTab(
  shell: Shell,
  complete: string,
  line: string,
  { env, folder }: Place,
): Promise<string> {
  const command = await needs[shell].path();
  if (shell === 'fish')
    return run(command, ['--no-config', '-c', `source ${complete}; complete -C '${line}'`], { env, folder });
  const terminal = await needs.terminal.path();
  const start = {
    bash: `source ${complete}\n`,
    zsh: `bindkey -e; autoload -U compinit; compinit -u -D; source ${complete}\n`,
  }[shell];
  const options = { bash: '--norc --noprofile -i', zsh: '-f -i' }[shell];
  // Ctrl-A goes to the beginning of the line: the shell itself then prints what the Tab has made of it.
  const keys = `${start}${line}\t\u0001echo got: \u0005\nexit\n`;
  const output = await run(
    terminal,
    ['-qefc', `${command} ${options}`, '/dev/null'],
    { env: { ...env, TERM: 'dumb' }, folder },
    keys,
  );
  const [, got = output] = /^got: (.*)$/m.exec(output.replaceAll('\r', '')) ?? [];
  return got;
}

async function run(command: string, args: readonly string[], { env, folder }: Place, input = ''): Promise<string> {
  const child = spawn(command, args, { env, cwd: folder, stdio: 'pipe' });
  child.stdin.end(input);
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return output.trimEnd();
}
