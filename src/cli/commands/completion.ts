/** `escapement completion`: the words that a shell may offer, with the names of the resources. */
import { Argument, Command, type Option } from 'commander';
import { EscapementClient } from '../../library/client.js';
import { prose } from '../terminal.js';

type Commands = ReadonlyMap<string, () => Promise<Command>>;

const scripts = {
  bash: `_escapement() {
  local IFS=$'\\n'
  COMPREPLY=($(escapement __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _escapement escapement`,
  zsh: `#compdef escapement
_escapement() {
  local -a found
  found=("\${(@f)$(escapement __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _escapement escapement`,
  fish: `complete -c escapement -a '(escapement __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
} as const;

export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a script that completes commands in a shell')
    .description(
      prose(`
Prints a script for your shell. It completes commands, options, and the names of the resources of the Escapement at
ESCAPEMENT_SERVER.`),
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      `
Examples:
  source <(escapement completion bash)                                     # in ~/.bashrc
  source <(escapement completion zsh)                                      # in ~/.zshrc, after compinit
  escapement completion fish > ~/.config/fish/completions/escapement.fish`,
    )
    .action((shell: keyof typeof scripts) => {
      console.log(scripts[shell]);
    });
}

/** What the scripts call, with the words of the line after \`escapement\`; the last one is being written. */
export function completeCommand(commands: Commands): Command {
  return new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const written = words.at(-1) ?? '';
      const offered = await candidates(commands, words.slice(0, -1), written);
      for (const word of offered.filter((each) => each.startsWith(written))) console.log(word);
    });
}

async function candidates(commands: Commands, before: readonly string[], written: string): Promise<readonly string[]> {
  const [name, ...words] = before;
  if (name === undefined) return [...commands.keys()].filter((each) => !each.startsWith('_'));
  const command = await commands.get(name)?.();
  if (!command) return [];
  const { options, registeredArguments } = command;
  if (written.startsWith('-')) return options.flatMap(({ long }) => long ?? []);
  const valued = optionOf(options, words.at(-1));
  if (valued) return valued.argChoices ?? [];
  const position = words.filter((word, index) => !word.startsWith('-') && !optionOf(options, words[index - 1])).length;
  const argument = registeredArguments[position] ?? registeredArguments.findLast(({ variadic }) => variadic);
  return argument?.name() === 'resource' ? resourceNames() : (argument?.argChoices ?? []);
}

/** The option that takes the next word as its value. */
function optionOf(options: readonly Option[], word: string | undefined): Option | undefined {
  return options.find(
    (option) => (option.required || option.optional) && (option.long === word || option.short === word),
  );
}

/** A person waits for the shell. */
const answerWithinMs = 1000;

async function resourceNames(): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(answerWithinMs);
  return new EscapementClient().resources('', { signal }).then(
    ({ resources }) => resources.map(({ resource }) => resource),
    () => [],
  );
}
