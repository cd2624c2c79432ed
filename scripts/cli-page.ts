/** docs/cli.md, from the commands' own help. */
import type { Command } from 'commander';
import { commands } from '../src/cli/commands.js';
import { table } from './field-table.js';

export async function cliPage(): Promise<string> {
  const shown = [...commands].filter(([name]) => !name.startsWith('_'));
  const sections: string[] = [];
  for (const [, load] of shown) sections.push(section(await load()));
  return `# The command line

<!-- Made from src/cli by \`npm run docs\`. Do not edit. -->

\`npx escapement <command>\`; \`--help\` after a command shows what is on this page. \`escapement completion\` makes your shell complete commands,
options and the names of resources.

\`scale\`, \`retarget\`, \`cancel\`, \`status\`, \`runs\`, \`decisions\`, \`explain\`, \`pause\`, \`resume\` and \`override\` talk to a running Escapement: to its API at
\`--server\`, \`ESCAPEMENT_SERVER\` or \`http://127.0.0.1:3000\`, with the token in \`ESCAPEMENT_API_TOKEN\`, or with \`--temporal\` straight to the Temporal
server of \`TEMPORAL_ADDRESS\`, without an API. They print a table, or with \`-o json|yaml|wide\` the whole answer. Colours appear only on a terminal, and never
with \`NO_COLOR\`.

\`\`\`console
$ npx escapement scale worker 5 --reason sale --wait
worker: 1 of 5, changing
worker: 2 of 5, coolingDown, next change at 12:04:31
worker: 5 is reached.
\`\`\`

Exit codes, unless a command says otherwise: 0: done; 1: failed, or a wrong use of the command; 2: the configuration or the request is invalid; 4: the
request is valid and was refused.

${sections.join('\n\n')}
`;
}

function section(command: Command, parent = ''): string {
  const name = `${parent}${command.name()}`;
  const help = command.createHelp();
  const rows = [
    ...help
      .visibleArguments(command)
      .map((argument) => [`\`${help.argumentTerm(argument)}\``, cell(help.argumentDescription(argument))]),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map((option) => [`\`${help.optionTerm(option)}\``, cell(help.optionDescription(option))]),
  ];
  const parts = [`## escapement ${name}`, help.commandDescription(command)];
  if (rows.length > 0) parts.push(table(['', ''], rows));
  const inner = command.commands.map((each) => section(each, `${name} `));
  return [...parts, ...inner].filter((part) => part !== '').join('\n\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
