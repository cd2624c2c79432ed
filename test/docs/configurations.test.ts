/** Every configuration in the documents is loaded as `escapement validate` loads a file. */
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { planRequestSchema } from '../../src/api/plan/request-body.js';
import type { Config } from '../../src/config/config.js';
import { formatProblem } from '../../src/config/problem.js';
import { linesOf, read } from '../config/written.js';
import { blocksIn, currentPages } from './pages.js';

type Properties = Readonly<Record<string, unknown>>;
interface EditorSchema {
  readonly properties: Properties;
  readonly $defs: {
    readonly resource: { readonly properties: { readonly autoscale: { readonly properties: Properties } } };
  };
}
const schema = JSON.parse(readFileSync('docs/escapement.schema.json', 'utf8')) as EditorSchema;
const fileKeys = Object.keys(schema.properties);
const resourceKeys = Object.keys(schema.$defs.resource.properties);
const autoscaleKeys = Object.keys(schema.$defs.resource.properties.autoscale.properties);
/**
 * What marks a file of another program: Kubernetes and KEDA, Compose, GitHub Actions. A file with `modules` is one of
 * examples/, whose modules are built first: test/e2e/tarball.test.ts.
 */
const foreignKeys = ['apiVersion', 'services', 'jobs', 'scrape_configs', 'modules', 'profiles'];

const blocks = blocksIn('yaml', 'yml').map(({ text, place }) => ({ place, kind: kindOf(text), text }));
const ofKind = (kind: Kind) =>
  blocks.filter((block) => block.kind === kind).map(({ place, text }) => [place, text] as const);

describe('the configurations in the documents', () => {
  it.each(ofKind('file'))('%s: a whole file, is valid', async (_, text) => {
    expect(await told(text)).toEqual([]);
  });

  const inCodeFont = currentPages.flatMap(({ code }) =>
    code.filter(({ text }) => /: \S/.test(text) && isFragment(text)),
  );
  it.each([...ofKind('fragment'), ...inCodeFont.map(({ place, text }) => [place, text] as const)])(
    '%s: a part of a resource, is valid in its place: %s',
    async (_, text) => {
      expect(await told(wholeFile(text))).toEqual([]);
    },
  );

  it.each(ofKind('plan'))('%s: a plan, is valid', (_, text) => {
    expect(planRequestSchema.safeParse(parse(text)).error).toBeUndefined();
  });

  it('are distinguished from the files of other programs, and no other file is taken for one', () => {
    expect(ofKind('unknown')).toEqual([]);
  });

  it('have a language on their fence', () => {
    const unmarked = currentPages
      .flatMap((page) => page.blocks)
      .filter(({ language, text }) => {
        return language === '' && /^(version|resources|autoscale|policies):/m.test(text);
      });
    expect(unmarked).toEqual([]);
  });
});

describe('a block of YAML', () => {
  it.each([
    ['file', 'version: 1\nresources: {}'],
    ['file', 'resources: {}'],
    ['fragment', 'platform: omnistrate\nmax: 3'],
    ['fragment', 'policies: [{ type: fixed, capacity: 2 }]'],
    ['plan', 'steps: []'],
    ['foreign', 'apiVersion: v1\nkind: Pod'],
    ['foreign', 'services: { worker: {} }'],
    ['unknown', 'polices: []'],
  ])('is recognised as %s', (kind, text) => {
    expect(kindOf(text)).toBe(kind);
  });

  it.each([
    ['step: 0', 'step'],
    ['policies: [{ type: fixed, capacity: -1 }]', 'policies'],
    ['signals: { waiting: { type: radis, key: jobs } }', 'redis'],
    ['behavior: { scaleUp: { tolerence: 1 } }', 'tolerence'],
  ])('that is an invalid part of a resource is refused: %s', async (text, word) => {
    expect((await told(wholeFile(text))).join('\n')).toContain(word);
  });

  it.each(['step: all', 'policies: [{ type: perUnit, value: waiting, target: 5 }]', 'interval: 1m\nbehavior: {}'])(
    'that is a valid part of a resource is accepted: %s',
    async (text) => {
      expect(await told(wholeFile(text))).toEqual([]);
    },
  );
});

type Kind = 'file' | 'fragment' | 'plan' | 'foreign' | 'unknown';

function kindOf(text: string): Kind {
  const [document] = parseAllDocuments(text);
  const value: unknown = document?.toJS();
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  if (keys.some((key) => foreignKeys.includes(key))) return 'foreign';
  if (keys.includes('version') || keys.includes('resources')) return 'file';
  if (keys.includes('steps')) return 'plan';
  if (keys.length > 0 && keys.every((key) => [...fileKeys, ...resourceKeys, ...autoscaleKeys].includes(key))) {
    return 'fragment';
  }
  return 'unknown';
}

function isFragment(text: string): boolean {
  try {
    return kindOf(text) === 'fragment';
  } catch {
    return false; // It is no YAML.
  }
}

/** Puts a part of a resource, or of its `autoscale:`, into a whole file. */
function wholeFile(text: string): string {
  const given = parseAllDocuments(text)[0]?.toJS() as Record<string, unknown>;
  const part = (keys: string[]) => Object.fromEntries(Object.entries(given).filter(([key]) => keys.includes(key)));
  const autoscale = part(autoscaleKeys);
  const signals = { waiting: { type: 'constant', value: 1 } };
  const policies = [{ type: 'perUnit', value: Object.keys(given['signals'] ?? signals).join(' + '), target: 100 }];
  return stringify({
    version: 1,
    ...part(fileKeys),
    resources: {
      worker: {
        platform: 'omnistrate',
        min: 0,
        max: 100,
        ...(Object.keys(autoscale).length > 0 && { autoscale: { signals, policies, ...autoscale } }),
        ...part(resourceKeys),
      },
    },
  });
}

/** What `escapement validate` would print, with a value for every variable that the text names. */
async function told(text: string): Promise<string[]> {
  const variables = [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => [name, valueFor(name)]);
  let warnings: Config['warnings'] = [];
  const problems = await linesOf(async () => {
    ({ warnings } = await read(text, Object.fromEntries(variables) as Record<string, string>));
  });
  return [...problems, ...warnings.map(formatProblem)];
}

function valueFor(name: string): string {
  if (name === 'WEBHOOK_SECRET') return `whsec_${Buffer.alloc(32).toString('base64')}`;
  if (name.endsWith('_ROUTING_KEY')) return 'k'.repeat(32);
  if (name.startsWith('SLACK_')) return 'https://hooks.slack.com/services/T/B/x';
  return name.endsWith('_URL') ? 'amqp://localhost' : 'value';
}
