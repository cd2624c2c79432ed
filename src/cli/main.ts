#!/usr/bin/env node
/** The `escapement` command. */
import { Command } from 'commander';
import { backtestCommand } from './commands/backtest.js';
import { packageVersion } from '../process/package-root.js';
import { simulatorCommand } from './commands/simulator.js';
import { apiCommand } from './commands/api.js';
import { applyCommand } from './commands/apply.js';
import { doctorCommand } from './commands/doctor.js';
import { exitCodeOf, explain } from './terminal.js';
import { upCommand } from './commands/up.js';
import { validateCommand } from './commands/validate.js';
import { workerCommand } from './commands/worker.js';

const program = new Command('escapement')
  .description('Scales your resources to the capacity you want, step by step, and never sends a change twice.')
  .version(packageVersion())
  .showHelpAfterError('(run escapement --help for the list of commands)')
  .addHelpText('after', '\nStart with: escapement up')
  .addCommand(upCommand())
  .addCommand(workerCommand())
  .addCommand(apiCommand())
  .addCommand(simulatorCommand())
  .addCommand(validateCommand())
  .addCommand(doctorCommand())
  .addCommand(applyCommand())
  .addCommand(backtestCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitCodeOf(error);
}
