/** The commands, requests and variables in the documents exist. */
import type { Command } from 'commander';
import { openApiDocument } from '../../src/api/openapi.js';
import { blocksIn, currentPages, parsePage, type Found } from './pages.js';
import { escapementProgram, knownNames, npmScripts } from './program.js';

const shellLines = blocksIn('sh', 'bash', 'console').flatMap(({ text, place }) =>
  commandsIn(text).map((line) => ({ text: line, place })),
);
const codeFont = currentPages.flatMap(({ code }) => code);
const routes = routesOf(openApiDocument() as unknown as { paths: Record<string, Record<string, unknown>> });
let program: Command;
beforeAll(async () => {
  program = await escapementProgram();
});

describe('the documents name only what exists:', () => {
  it('commands and options of escapement', () => {
    expect(shellLines.length).toBeGreaterThan(10);
    expect(wrong([...shellLines, ...codeFont], wrongCommand)).toEqual([]);
  });

  it('scripts of npm', () => {
    expect(wrong([...shellLines, ...codeFont], wrongScript)).toEqual([]);
  });

  it('routes of the API', () => {
    expect(wrong([...shellLines, ...codeFont], wrongRequest)).toEqual([]);
  });

  it('environment variables', () => {
    expect(wrong([...shellLines, ...codeFont], wrongVariable)).toEqual([]);
  });
});

it('a command that a person types in a checkout is npx escapement; a page that expects it on the PATH says where that is explained', () => {
  const pages = currentPages.filter(
    ({ blocks, links }) =>
      blocks.some(({ language, text }) => language !== 'yaml' && /^(\$ )?escapement /m.test(text)) &&
      !links.some(({ text }) => text.endsWith('#the-escapement-command')),
  );
  expect(pages.map(({ path }) => path)).toEqual([]);
});

describe('what does not exist is found:', () => {
  it.each([
    ['escapement improt', wrongCommand, 'escapement has no command improt'],
    ['npx escapement apply --purge', wrongCommand, 'escapement apply has no option --purge'],
    ['escapement worker a b', wrongCommand, 'escapement worker takes no argument a'],
    ['escapement --quiet', wrongCommand, 'escapement has no option --quiet'],
    ['PORT=1 escapement worker --task-queue berlin', wrongCommand, undefined],
    ['npx escapement config show --json', wrongCommand, undefined],
    ['npx escapement config list', wrongCommand, 'escapement config has no command list'],
    ['npm run chek', wrongScript, 'package.json has no script chek'],
    ['npm strat', wrongScript, 'npm has no command strat'],
    ['npm ci', wrongScript, undefined],
    ['curl localhost:3000/v1/resource', wrongRequest, 'the API has no GET /v1/resource'],
    [
      'curl -d x "http://127.0.0.1:${PORT:-3000}/v1/resources/a/runs"',
      wrongRequest,
      'the API has no POST /v1/resources/a/runs',
    ],
    ['curl -X PUT localhost:3000/v1/resources/a/pause', wrongRequest, undefined],
    ['DELETE .../evaluation', wrongRequest, 'the API has no DELETE .../evaluation'],
    ['GET /v1/resources/{r}/evaluation', wrongRequest, undefined],
    ['ESCAPEMENT_PROT', wrongVariable, 'no code reads ESCAPEMENT_PROT'],
    ['ESCAPEMENT_LISTEN=::1 npm start', wrongVariable, undefined],
  ])('%s', (text, check: (line: string) => string | undefined, complaint) => {
    expect(check(text)).toBe(complaint);
  });

  it('each command of a block by itself, on one line or on several', () => {
    expect(commandsIn('npm ci && npm start # both\na \\\n  b > c &')).toEqual(['npm ci', 'npm start', 'a   b > c']);
  });

  it('what is typed at a prompt, without the output', () => {
    const [block] = parsePage('a.md', '```console\n$ npm ci\nadded\n```').blocks;
    expect(commandsIn(block!.text)).toEqual(['npm ci']);
  });
});

function wrong(lines: readonly Found[], check: (text: string) => string | undefined): string[] {
  return lines.flatMap(({ text, place }) => {
    const complaint = check(text);
    return complaint === undefined ? [] : [`${place}: ${complaint}`];
  });
}

/** A line that ends in `\` goes on in the next one; what follows `#` is a comment, and what has no prompt in a console is output. */
function commandsIn(block: string): string[] {
  const lines = block.replace(/\\\n/g, '').split('\n');
  const typed = lines.some((line) => line.startsWith('$ ')) ? lines.filter((line) => line.startsWith('$ ')) : lines;
  return typed
    .flatMap((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*$/, '')
        .split(/&&|&\s*$|;|\|\|/),
    )
    .flatMap((command) => command.trim() || []);
}

function wrongCommand(line: string): string | undefined {
  const [, written] = /^(?:[A-Z_]+=\S+ )*(?:npx )?escapement((?: .*)?)$/.exec(line) ?? [];
  if (written === undefined) return undefined;
  const words = written
    .replace(/[<>|].*$/, '')
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  let command = program;
  while (command.commands.length > 0 && words[0] !== undefined && !words[0].startsWith('-')) {
    const [name] = words;
    const next = command.commands.find((each) => each.name() === name);
    if (!next) return `${nameOf(command)} has no command ${name}`;
    command = next;
    words.shift();
  }
  return wrongWords(command, words);
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : 'escapement';
}

function wrongWords(command: Command, words: readonly string[]): string | undefined {
  const name = nameOf(command);
  let given = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (['--help', '-h', '--version', '-V'].includes(word)) continue;
    if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => [long, short].includes(word.split('=')[0]));
      if (!option) return `${name} has no option ${word}`;
      if (option.required && !word.includes('=')) index++;
    } else {
      const known = command.registeredArguments;
      if (given >= known.length && !known.at(-1)?.variadic) return `${name} takes no argument ${word}`;
      given++;
    }
  }
  return undefined;
}

function wrongScript(line: string): string | undefined {
  const [, script, command] = /^(?:[A-Z_]+=\S+ )*npm (?:run (?:--silent )?([\w:.-]+)|([a-z]+))/.exec(line) ?? [];
  if (script !== undefined) return npmScripts().includes(script) ? undefined : `package.json has no script ${script}`;
  if (command === undefined || ['ci', 'install', 'link', 'run', 'unlink'].includes(command)) return undefined;
  return npmScripts().includes(command) ? undefined : `npm has no command ${command}`;
}

/** `curl` in a block, `GET /v1/...` or `GET .../runs` in code font. */
function wrongRequest(line: string): string | undefined {
  const [method, path] = requestIn(line) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const isKnown = routes.some((route) => route.method === method && matches(route.path, path));
  return isKnown ? undefined : `the API has no ${method} ${path}`;
}

function requestIn(line: string): [string, string] | undefined {
  const [, method, path] = /^(GET|POST|PUT|DELETE|PATCH) ((?:\.\.\.|…)?\/[^\s`]*)/.exec(line) ?? [];
  if (method !== undefined && path !== undefined) return [method, path.replace('…', '...')];
  if (!/\bcurl\b/.test(line)) return undefined;
  const [, asked] = /(?:localhost|127\.0\.0\.1):(?:\d+|\$\{PORT:-3000\})(\/[^\s"'?]*)/.exec(line) ?? [];
  if (asked === undefined) return undefined;
  const [, said] = /(?:-X|--request) ?([A-Z]+)/.exec(line) ?? [];
  return [said ?? (/ (-d|--data)/.test(line) ? 'POST' : 'GET'), asked];
}

function matches(route: string, path: string): boolean {
  if (path.startsWith('...')) return route.endsWith(path.slice(3));
  const pattern = route.replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path.replace(/\?.*$/, ''));
}

function routesOf({ paths }: { paths: Record<string, Record<string, unknown>> }) {
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
  // The page that the API serves beside its routes.
  return [...documented, { path: '/docs', method: 'GET' }];
}

/** Names that libraries read (Temporal, AWS, Azure, Google, Node), codes of gRPC, and misspelled ones that show what happens. */
const foreign =
  /^(TEMPORAL_|TRY_CANCEL$|RESOURCE_EXHAUSTED$|AWS_|AZURE_|IDENTITY_ENDPOINT$|GOOGLE_APPLICATION_CREDENTIALS$|NODE_OPTIONS$|LD_PRELOAD$|NODE_EXTRA_CA_CERTS$|TMPDIR$|HTTP_PROXY$|LOG_LEVLE$|SCALE_IN_COOLDWN$)/;
/** Names that the libraries of OpenTelemetry read. */
const ofOpenTelemetry =
  /^OTEL_(EXPORTER_OTLP_((TRACES_)?HEADERS|TIMEOUT|COMPRESSION)|SERVICE_NAME|RESOURCE_ATTRIBUTES|BSP_(SCHEDULE_DELAY|MAX_QUEUE_SIZE))$/;

function wrongVariable(line: string): string | undefined {
  const names = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(line)
    ? [line]
    : [...line.matchAll(/(?:^| )([A-Z][A-Z0-9_]*)=/g)].map(([, name = '']) => name);
  const missing = names.find((name) => !knownNames.has(name) && !foreign.test(name) && !ofOpenTelemetry.test(name));
  return missing === undefined ? undefined : `no code reads ${missing}`;
}
