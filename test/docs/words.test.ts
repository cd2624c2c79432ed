/**
 * Documents and code use the plain term. Each pattern has no other use in them, so that no sentence is refused by mistake.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { currentPages, type Found, parsePage, type Page } from './pages.js';

/** What is refused, and what to write instead. */
const plainer: readonly (readonly [RegExp, string])[] = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bother hands\b/i, 'another writer'],
  [/\btakes? the leave\b/i, 'stops'],
  [/\bfor ever\b/i, 'permanently'],
  [/\bfor good\b/i, 'permanently'],
  [/\b(is|are|was|were|be|makes?) wrong\b/i, 'invalid, incorrect or misspelled'],
  [/\bwrong (name|field|file|value|address|message|query|setting)s?\b/i, 'invalid or incorrect'],
  [/\bnot known here\b/i, 'not supported'],
  [/\b(of|has|have|these|other|\d+) signs\b/i, 'characters'],
  [/\btime-outs?\b/i, 'timeout'],
  [/\b(calls?|called|calling) off\b/i, 'cancel'],
  [/\b(is|are|be|was|were) (asked|tried) again\b/i, 'retried'],
  [/\b(asks?|tries) again\b/i, 'retries'],
  [/\bwhat (is|was) asked for\b/i, 'the request, or the requested capacity'],
  [/\bwalk(s|ed|ing)?\b(?!-through)/i, 'run, or scale'],
  [/\bhas run out\b/i, 'has expired'],
  [/\bwhoever\b/i, 'anyone who, or the name of the actor'],
  [/\b(some|every)body\b/i, 'someone, everyone, or the name of the actor'],
  [/\banew\b/i, 'again'],
  [/\bas ever\b/i, 'unchanged'],
  [/\bwithout (mercy|further ado)\b/i, 'without exception'],
  [/\b(stands? as|goes by|going by)\b/i, 'is, or depends on'],
  [/\bheld against\b/i, 'compared with'],
  [/\bunder way\b/i, 'in progress'],
  [/\b(gives|gave|given) up\b/i, 'abandons, or retries no more'],
  [/\bnot there any more\b/i, 'removed'],
  [/\bgets? an answer\b/i, 'receives a response'],
  [/\bknows? nothing of\b/i, 'does not depend on, or is not aware of'],
  [/\b(is|are) told\b/i, 'receives, or is reported'],
  [/\ban? (reply|answer) that\b/i, 'a response that'],
  [/\bleast rights\b/i, 'minimum permissions'],
  [/\b(earns?|worth) (its|their) price\b/i, 'is worth the cost'],
  [/\bin our words\b/i, 'in escapement.yaml'],
  [/\bper cent\b/i, 'percent'],
];

/** Written by `npm run docs`: their words are those of the code. */
const generatedPages = [
  'docs/cli.md',
  'docs/configuration.md',
  'docs/metrics.md',
  'docs/problems.md',
  'docs/platforms/README.md',
  'docs/sources/README.md',
  'docs/sources/conformance.md',
  'docs/platforms/conformance.md',
];

const written = currentPages.filter(({ path }) => !generatedPages.includes(path));

it.each(written.map((page) => [page.path, page] as const))('%s uses plain words', (_, page) => {
  expect(refusedIn(page)).toEqual([]);
});

it('the pages that are left out are generated', () => {
  const generated = currentPages.filter(({ text }) => /^<!-- .*`npm run docs`.*-->$/m.test(text));
  expect(generated.map(({ path }) => path).sort()).toEqual([...generatedPages].sort());
});

/** Code whose comments, texts and names of tests follow the list. */
const checkedFolders = ['src', 'workflows', 'activities', 'scripts', 'test', 'monitoring'];

/** This file contains the refused words. */
const thisFile = 'test/docs/words.test.ts';

const codeFiles = checkedFolders
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((path) => /\.(ts|mjs)$/.test(path) && path !== thisFile);

it.each(codeFiles)('%s uses plain words', (path) => {
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(refusedLines(lines.map((text, index) => ({ text, place: `${path}:${index + 1}` })))).toEqual([]);
});

describe('the list of words', () => {
  it('finds a word in prose, in a heading, a list and a table', () => {
    const page = parsePage('a.md', '# Mend it\n\nThis is wrong.\n\n- other hands\n\n| for ever |\n|---|');
    expect(refusedIn(page)).toEqual([
      'a.md:1: "Mend": write "fix"',
      'a.md:3: "is wrong": write "invalid, incorrect or misspelled"',
      'a.md:5: "other hands": write "another writer"',
      'a.md:7: "for ever": write "permanently"',
    ]);
  });

  it('finds words that a line break separates', () => {
    expect(refusedIn(parsePage('a.md', 'a capacity that other\nhands set'))).toEqual([
      'a.md:1: "other hands": write "another writer"',
    ]);
  });

  it('finds words in a comment, a text and the name of a test, also over two lines', () => {
    const lines = ["it('is wrong', () => {", ' * a capacity that other', ' * hands set', '  // given', '  // up'];
    expect(refusedLines(lines.map((text, index) => ({ text, place: `a.ts:${index + 1}` })))).toEqual([
      'a.ts:1: "is wrong": write "invalid, incorrect or misspelled"',
      'a.ts:2: "other hands": write "another writer"',
      'a.ts:4: "given up": write "abandons, or retries no more"',
    ]);
  });

  it('leaves code, targets of links and generated parts alone', () => {
    const text = '`mend` [a](mend.md)\n\n```\nmend\n```\n\n<!-- settings -->\n\nmend\n\n<!-- /settings -->';
    expect(refusedIn(parsePage('a.md', text))).toEqual([]);
  });
});

function refusedIn(page: Page): string[] {
  return refusedLines(outsideGeneratedParts(page));
}

function refusedLines(lines: readonly Found[]): string[] {
  const prose = lines.map(({ text }) => text).join('\n');
  const found = plainer.flatMap(([{ source }, better]) => {
    // Within a paragraph or a comment, the words of a phrase may be on two lines.
    const pattern = new RegExp(source.replaceAll(' ', '(?: |\\n *(?:\\* |// )?)'), 'gi');
    return [...prose.matchAll(pattern)].map(({ 0: words, index }) => ({ words, better, index }));
  });
  return found
    .toSorted((one, other) => one.index - other.index)
    .map(({ words, better, index }) => {
      const line = lines[prose.slice(0, index).split('\n').length - 1];
      return `${line?.place ?? ''}: "${words.replace(/\n *(\* |\/\/ )?/, ' ')}": write "${better}"`;
    });
}

function outsideGeneratedParts({ prose }: Page) {
  let isGenerated = false;
  return prose.filter(({ text }) => {
    if (/^<!-- (settings|summary) -->$/.test(text)) isGenerated = true;
    if (/^<!-- \/(settings|summary) -->$/.test(text)) isGenerated = false;
    return !isGenerated;
  });
}
