#!/usr/bin/env node
/** The `escapement` command. */
import { Command } from 'commander';
import { backtestCommand } from '../backtest/command.js';
import { packageVersion } from '../runtime/package-root.js';
import { simulatorCommand } from '../simulator/command.js';
import { apiCommand } from './api.js';
import { applyCommand } from './apply.js';
import { doctorCommand } from './doctor.js';
import { exitCodeOf, explain } from './failure.js';
import { upCommand } from './up.js';
import { validateCommand } from './validate.js';
import { workerCommand } from './worker.js';

const program = new Command('escapement')
  .description('Takes the capacity of your resources where you want it, step by step, and never sends a change twice.')
  .version(packageVersion())
  .showHelpAfterError('(escapement --help shows what there is)')
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
