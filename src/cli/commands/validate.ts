/** `escapement validate`: checks a configuration as far as possible without the network. */
import { Command } from 'commander';
import { formatProblem } from '../../config/problem.js';
import { validateFile } from '../../config/validate.js';
import { exitCodes, prose } from '../terminal.js';

export function validateCommand(): Command {
  return new Command('validate')
    .summary('check a configuration file without the network')
    .description(
      prose(`
Checks everything that can be checked without the network, and prints all problems at once, with file, line and fix. For
a valid file it prints one line per resource with the settings in force, including defaults, and one per receiver of events.

Exit code 0: the configuration is valid, possibly with warnings; 2: it is invalid.`),
    )
    .argument('[file]', 'the configuration', process.env['ESCAPEMENT_CONFIG'] ?? 'escapement.yaml')
    .option(
      '--json',
      'print the result as JSON: { isValid, problems, warnings, resources, events }, where each problem and each warning is { file, line, column, path, problem, fix, source }',
    )
    .action(validate);
}

async function validate(file: string, { json }: { json?: true }): Promise<void> {
  const validation = await validateFile(file, process.env);
  const { problems, warnings, resources, events } = validation;
  const isValid = problems.length === 0;
  if (!isValid) process.exitCode = exitCodes.badConfiguration;
  if (json) {
    console.log(JSON.stringify({ isValid, ...validation }));
    return;
  }
  for (const warning of warnings) console.error(`warning: ${formatProblem(warning)}`);
  for (const problem of problems) console.error(formatProblem(problem));
  if (isValid) console.log([`${file} is valid:`, ...[...resources, ...events].map((line) => `  ${line}`)].join('\n'));
}
