/** `escapement backtest`: what a configuration would have done, in virtual time. */
import { Command } from 'commander';
import { prepareBacktests, type BacktestDependencies } from '../../backtest/prepare.js';
import { simulate } from '../../backtest/simulate.js';
import { renderTable } from './backtest-table.js';
import { type ParsedRecording, recordingFrom, withRecording } from './recording-options.js';
import { prose } from '../terminal.js';

interface CommandContext extends BacktestDependencies {
  readonly write: (text: string) => void;
}

interface ParsedOptions extends ParsedRecording {
  readonly resource?: string;
  readonly json?: true;
}

const ofThisProcess: CommandContext = {
  environment: process.env,
  cwd: process.cwd(),
  write: (text) => process.stdout.write(text),
};

/** The action throws BacktestError or ConfigError. */
export function backtestCommand({ write, ...surroundings }: CommandContext = ofThisProcess): Command {
  const command = new Command('backtest')
    .summary('replay recorded signals in virtual time')
    .description(
      prose(`
Replays recorded signals through the autoscaling of a resource, in virtual time, with the code that scales in production.

Exit code 0: replayed; 2: a configuration or a recording is invalid.`),
    )
    .argument('<files...>', 'configuration files; several are compared side by side')
    .option('--resource <alias>', 'the resource to test; required when several resources have autoscale:');
  return withRecording(command)
    .option('--json', 'print every point, every change and the summary as JSON; an array for several files')
    .action(async (files: string[], parsed: ParsedOptions) => {
      const { resource } = parsed;
      const options = { ...recordingFrom(parsed), ...(resource !== undefined && { resource }) };
      const backtests = await prepareBacktests(files, options, surroundings);
      const results = backtests.map(simulate);
      write(
        parsed.json ? `${JSON.stringify(results.length === 1 ? results[0] : results)}\n` : renderTable(results, files),
      );
    });
}
