/** What every command has in common, in its help. */
import type { Command } from 'commander';
import { expect, it } from '@jest/globals';
import { commands } from '../../src/cli/commands.js';

const loaded = await Promise.all([...commands].filter(([name]) => !name.startsWith('_')).map(([, load]) => load()));
const all = loaded.flatMap(withoutParents).map((command) => [command.name(), command] as const);

it.each(all)('escapement %s --help says what its exit codes mean', (_, command) => {
  expect(helpOf(command)).toMatch(/exit codes?\b[^]*\b0\b/i);
});

it.each(all)('escapement %s prints its result as JSON, or its help says why it does not', (_, command) => {
  const hasJson = command.options.some(({ long }) => long === '--json');
  expect(hasJson).not.toBe(helpOf(command).includes('so there is no --json'));
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
