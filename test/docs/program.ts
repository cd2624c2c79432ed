/** The commands, scripts and names in the code of this repository, with which the documents are compared. */
import { readdirSync, readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { Command } from 'commander';

/** The `escapement` command with all it has, taken from its own file at the moment at which it would run. */
export async function escapementProgram(): Promise<Command> {
  const parse = jest.spyOn(Command.prototype, 'parseAsync').mockResolvedValue(new Command());
  await import('../../src/cli/main.js');
  const [program] = parse.mock.contexts;
  parse.mockRestore();
  if (!(program instanceof Command)) throw new Error('src/cli/main.ts no longer ends in parseAsync');
  return program;
}

export function npmScripts(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return Object.keys(scripts);
}

const code = ['src', 'bench', 'scripts', 'test/properties', 'test/support'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
);
const withoutComments = code.map((text) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')).join('\n');
const variable = '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*';
/** As the key of a schema or an object, as a property, or quoted alone: words in a message do not count. */
const reading = new RegExp(
  `(?:^|[\\s{,(])(${variable})\\??:|['"](${variable})['"]|\\.(${variable})\\b|\\b(${variable}) =`,
  'gm',
);

/** The names of variables that the code knows. */
export const knownNames: ReadonlySet<string> = new Set(
  [...withoutComments.matchAll(reading)].map((match) => match.slice(1).join('')),
);
