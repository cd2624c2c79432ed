/** `escapement config`: what is configured on this machine. */
import { Command } from 'commander';
import { ConfigError, formatProblem, nothingConfigured } from '../../config/problem.js';
import { showConfig } from '../../config/show/show.js';
import { yamlText } from '../../config/show/yaml-text.js';
import { prose } from '../terminal.js';

export function configCommand(): Command {
  return new Command('config').summary('print the configuration in force').addCommand(showCommand());
}

function showCommand(): Command {
  return new Command('show')
    .summary('print the configuration in force, as an escapement.yaml')
    .description(
      prose(`
Prints the configuration that the other commands would use on this machine, as an escapement.yaml: the file that they
would read, with the fields of defaults: in each resource, or the resource that environment variables configure. Comments
say where each resource is set and what applies to it. The output is a valid configuration with the same meaning, so it
can replace the variables: escapement config show > shown.yaml, and rename it.

Placeholders such as \${NAME} are not replaced. A password from an environment variable is printed as \${VARIABLE}. A
password that the file itself contains is printed as the file contains it. Warnings go to standard error.

Exit code 0: the configuration is printed; 2: it is invalid, or nothing is configured.`),
    )
    .option(
      '--json',
      'print JSON: { source, file, configuration, resources, warnings }, where configuration is the escapement.yaml, and each resource is { resource, from, inForce }',
    )
    .action(show);
}

async function show({ json }: { json?: true }): Promise<void> {
  const shown = await showConfig(process.env, process.cwd());
  if (shown.source === 'demo') throw new ConfigError([nothingConfigured]);
  if (json) {
    console.log(JSON.stringify(shown));
    return;
  }
  for (const warning of shown.warnings) console.error(`warning: ${formatProblem(warning)}`);
  process.stdout.write(yamlText(shown));
}
