/** `escapement validate`: is this configuration right, as far as that can be told without the network? */
import { Command } from 'commander';
import { formatProblem } from '../../config/problem.js';
import { validateFile } from '../../config/validate.js';
import { exitCodes, prose } from '../terminal.js';

export function validateCommand(): Command {
  return new Command('validate')
    .summary('check a configuration file without touching anything')
    .description(
      prose(`
Checks everything that can be checked without the network, and tells all that is wrong at once, with file, line and fix.
Of a file that is right it prints what is in force for each resource, defaults included, in one line.

Exit code 0: it is right, perhaps with warnings; 2: it is not.`),
    )
    .argument('[file]', 'the configuration', process.env['ESCAPEMENT_CONFIG'] ?? 'escapement.yaml')
    .action(validate);
}

async function validate(file: string): Promise<void> {
  const { problems, warnings, resources } = await validateFile(file, process.env);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0) process.exitCode = exitCodes.badConfiguration;
  else console.log([`${file} is right:`, ...resources.map((line) => `  ${line}`)].join('\n'));
}
