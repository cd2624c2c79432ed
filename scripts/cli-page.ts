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

\`scale\`, \`retarget\`, \`cancel\`, \`status\`, \`runs\`, \`decisions\`, \`explain\`, \`evaluate\`, \`pause\`, \`resume\` and \`override\` talk to a running Escapement: to its
API, or with \`--temporal\` straight to the Temporal server of \`TEMPORAL_ADDRESS\`, without an API. \`diff\` and \`apply\` always talk to Temporal. They print a
table, or with \`-o json|yaml|wide\` the whole answer; \`--json\` is the same as \`-o json\`. Colours appear only on a terminal, and never with \`NO_COLOR\`.
\`up\`, \`worker\`, \`api\` and \`simulator\` run until they are ended and print a log, so they have no \`--json\`.

\`\`\`console
$ npx escapement scale worker 5 --reason sale --wait
worker: 1 of 5, changing
worker: 2 of 5, coolingDown, next change at 12:04:31
worker: 5 is reached.
\`\`\`

Exit codes, unless a command says otherwise: 0: done; 1: failed, or a wrong use of the command; 2: the configuration or the request is invalid; 4: the
request is valid and was refused. 5: \`diff\` has found a difference.

## Profiles

A profile is a server and its token under a name, in \`~/.config/escapement/profiles.yaml\` (or in \`$XDG_CONFIG_HOME\`):

\`\`\`yaml
default: staging
profiles:
  staging: { server: https://staging.example.com, token: ... }
  prod: { server: https://escapement.example.com, token: ... }
\`\`\`

\`escapement status --profile prod\` uses one. The first of these applies: \`--server\` or \`--profile\`, \`ESCAPEMENT_SERVER\`, \`ESCAPEMENT_PROFILE\`, the \`default:\` of the
file, \`http://127.0.0.1:3000\`. A token of a profile is sent only to the server of that profile. \`ESCAPEMENT_API_TOKEN\` is the token where no profile has one, and
comes before the token of a profile that \`--profile\` does not name. Because the file contains tokens, a file that other users of the machine can read or write
is refused: run \`chmod 600\` on it. \`escapement token\` makes a new token.

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
