/** What every command has in common, in its help. */
import type { Command } from 'commander';
import { beforeAll, expect, it } from '@jest/globals';
import { commands } from '../../src/cli/commands.js';

let all: readonly Command[] = [];
beforeAll(async () => {
  const shown = [...commands].filter(([name]) => !name.startsWith('_'));
  // One after the other: the module loader of the tests cannot load shared files twice at once.
  for (const [, load] of shown) all = [...all, ...withoutParents(await load())];
});

it('each help says what the exit codes mean', () => {
  const silent = all.filter((command) => !/exit codes?\b.*\b0\b/i.test(helpOf(command)));
  expect(silent.map((command) => command.name())).toEqual([]);
});

it('each command prints its result as JSON, or its help says why it does not', () => {
  const hasJson = ({ options }: Command) => options.some(({ long }) => long === '--json');
  const wrong = all.filter((command) => hasJson(command) === helpOf(command).includes('so there is no --json'));
  expect(wrong.map((command) => command.name())).toEqual([]);
});

function withoutParents(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(withoutParents);
}

/** With what stands after the options, on one line. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text.replace(/\s+/g, ' ');
}
