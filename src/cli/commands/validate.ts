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
a valid file it prints one line per resource with the settings in force, including defaults.

Exit code 0: the configuration is valid, possibly with warnings; 2: it is invalid.`),
    )
    .argument('[file]', 'the configuration', process.env['ESCAPEMENT_CONFIG'] ?? 'escapement.yaml')
    .action(validate);
}

async function validate(file: string): Promise<void> {
  const { problems, warnings, resources } = await validateFile(file, process.env);
  for (const warning of warnings) console.error(`warning: ${formatProblem(warning)}`);
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0) process.exitCode = exitCodes.badConfiguration;
  else console.log([`${file} is valid:`, ...resources.map((line) => `  ${line}`)].join('\n'));
}
