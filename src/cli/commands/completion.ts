/** `escapement completion`: the words that a shell may offer, with the names of the resources. */
import { Argument, Command, type Option } from 'commander';
import { EscapementClient } from '../../library/client.js';
import { prose } from '../terminal.js';

type Commands = ReadonlyMap<string, () => Promise<Command>>;

/** Each offers files where the command offers nothing. */
const scripts = {
  bash: `_escapement() {
  local IFS=$'\\n'
  COMPREPLY=($(escapement __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _escapement escapement`,
  // The file may be sourced, or be found by its name in a folder of fpath and then run at the first completion.
  zsh: `#compdef escapement
_escapement() {
  local -a found
  found=("\${(@f)$(escapement __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
if [[ "$funcstack[1]" == _escapement ]]; then _escapement "$@"; else compdef _escapement escapement; fi`,
  fish: `function __escapement_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (escapement __complete $words[2..] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c escapement -f -a '(__escapement_complete)'`,
} as const;

export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a script that completes commands in a shell')
    .description(
      prose(`
Prints a script for your shell. It completes commands, options, names of profiles, and the names of the resources of the
Escapement that the command would talk to. The output is a script, so there is no --json.

Exit code 0: the script is printed.`),
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

/** What the scripts call, with the words of the line after `escapement`; the last one is being written. */
export function completeCommand(commands: Commands): Command {
  return new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (given: readonly string[]) => {
      // bash makes three words of --output=json, the other shells one.
      const words = given.flatMap((word) => /^(--[\w-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word === '=' ? '' : word]);
      const before = words.slice(0, -1).filter((word) => word !== '');
      const written = words.at(-1) ?? '';
      const [prefix = ''] = /^--[\w-]+=/.exec(given.at(-1) ?? '') ?? [];
      const offered = await candidates(commands, before, written);
      for (const word of offered.filter((each) => each.startsWith(written))) console.log(prefix + word);
    });
}

async function candidates(commands: Commands, before: readonly string[], written: string): Promise<readonly string[]> {
  const [name, ...rest] = before;
  if (name === undefined) {
    return [...[...commands.keys()].filter((each) => !each.startsWith('_')), ...always, '--version'];
  }
  const command = await commands.get(name)?.();
  return command ? candidatesOf(command, rest, written) : [];
}

const always = ['--help'];

async function candidatesOf(command: Command, words: readonly string[], written: string): Promise<readonly string[]> {
  const { options, registeredArguments, commands: inner } = command;
  const chosen = inner.find((each) => each.name() === words[0]);
  if (chosen) return candidatesOf(chosen, words.slice(1), written);
  const valued = optionOf(options, words.at(-1));
  if (valued) return valuesOf(valued, words);
  if (written.startsWith('-')) return [...options.flatMap(({ long }) => long ?? []), ...always];
  const position = words.filter((word, index) => !word.startsWith('-') && !optionOf(options, words[index - 1])).length;
  const argument = registeredArguments[position] ?? registeredArguments.findLast(({ variadic }) => variadic);
  if (argument?.name() === 'resource') return resourceNames(words);
  return argument?.argChoices ?? inner.map((each) => each.name());
}

/** The option that takes the next word as its value. */
function optionOf(options: readonly Option[], word: string | undefined): Option | undefined {
  return options.find(
    ({ required, optional, long, short }) =>
      (required || optional) && word !== undefined && [long, short].includes(word),
  );
}

async function valuesOf({ long, argChoices }: Option, words: readonly string[]): Promise<readonly string[]> {
  if (long === '--resource') return resourceNames(words);
  if (long !== '--profile') return argChoices ?? [];
  const { readProfiles } = await import('../remote/profiles.js');
  return Object.keys((await readProfiles(process.env))?.profiles ?? {});
}

/** A person waits for the shell. */
const answerWithinMs = 1000;

/** Of the Escapement that the words of the line name. None where it does not answer. */
async function resourceNames(words: readonly string[]): Promise<readonly string[]> {
  const { clientFor } = await import('../remote/profiles.js');
  const given = (option: string) => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  try {
    const client = await clientFor({ server: given('--server'), profile: given('--profile') }, process.env);
    const { resources } = await new EscapementClient(client).resources('', {
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return resources.map(({ resource }) => resource);
  } catch {
    return [];
  }
}
