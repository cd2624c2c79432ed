#!/usr/bin/env node
/** The `escapement` command. */
import { Command } from 'commander';
import { packageVersion } from '../process/package-root.js';
import { commands } from './commands.js';
import { exitCodeOf, explain } from './terminal.js';

const program = new Command('escapement')
  .description('Scales your resources to the capacity you want, step by step, and never sends a change twice.')
  .version(packageVersion())
  .showHelpAfterError('(run escapement --help for the list of commands)')
  .addHelpText('after', '\nStart with: escapement up');

const named = [...commands].find(([name]) => name === process.argv[2]);
for (const [name, load] of named ? [named] : commands)
  program.addCommand(await load(), { hidden: name.startsWith('_') });

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitCodeOf(error);
}
