import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { resolveSettings } from '../../src/config/schema/adapter-settings.js';
import { formatProblem } from '../../src/config/problem.js';
import { interpolate, type Environment } from '../../src/config/file/placeholders.js';
import { errorLines, fileOf, linesOf, read, workerWith } from './written.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'escapement-secrets-'));
  await writeFile(join(folder, 'password'), 'p#a@b/c%d\n');
});
afterAll(async () => rm(folder, { recursive: true }));

const environment: Environment = { NAME: 'jobs', EMPTY: '', PORT: '5672', NESTED: '${NAME}' };

describe('a placeholder', () => {
  test.each([
    ['${NAME}', 'jobs'],
    ['amqp://h:${PORT}/${NAME}', 'amqp://h:5672/jobs'],
    ['${ABSENT:-5s}', '5s'],
    ['${ABSENT:-}', ''],
    ['${EMPTY}', ''],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${ABSENT:-http://h:1/a?b=c}', 'http://h:1/a?b=c'],
    ['${NESTED}', '${NAME}'],
    ['sum(rate(jobs{a=~"b$"}[5m]))', 'sum(rate(jobs{a=~"b$"}[5m]))'],
    ['$NAME', '$NAME'],
  ])('%s becomes %j', async (written, expected) => {
    expect((await interpolate({ a: [written] }, environment)).value).toEqual({ a: [expected] });
  });

  it('reads a file, without its last line break', async () => {
    expect((await interpolate(`\${file:${folder}/password}`, {})).value).toBe('p#a@b/c%d');
  });

  test.each([
    ['${ABSENT}', 'missing', 'the environment variable ABSENT is not set'],
    ['${NAME} ${ABSENT}', 'missing', 'the environment variable ABSENT is not set'],
    ['${file:/no/such/secret}', 'missing', 'the file /no/such/secret cannot be read (ENOENT)'],
    ['${}', 'malformed', 'contains an invalid placeholder'],
    ['${A B}', 'malformed', 'contains an invalid placeholder'],
    ['${file:}', 'malformed', 'contains an invalid placeholder'],
    ['${NAME', 'malformed', 'contains an invalid placeholder'],
  ])('%s stays as it is written, and its problem is reported', async (written, kind, problem) => {
    const { value, placeholders } = await interpolate(written, environment);
    expect(value).toBe(written);
    expect(placeholders[0]?.problem).toMatchObject({ kind, problem });
  });
});

describe('a placeholder in a field of a resource', () => {
  it('becomes a number or a boolean if the field requires one', async () => {
    const text = fileOf(
      'platform: omnistrate\nmin: "${MIN}"\nmax: "${MAX:-9}"\nstep: "${STEP:-2}"\ndryRun: "${DRY:-true}"',
    );
    const { resources } = await read(text, { MIN: '3' });
    expect(resources.worker?.settings).toMatchObject({ min: 3, max: 9, step: { up: 2, down: 2 }, dryRun: true });
  });

  it('stays text if the field requires text', async () => {
    const { resources } = await read(workerWith('taskQueue: "${QUEUE}"'), { QUEUE: '42' });
    expect(resources.worker?.taskQueue).toBe('42');
  });

  it('must have a value when the file is read', async () => {
    expect(await errorLines(workerWith('cooldown: "${COOLDOWN}"'))).toEqual([
      'escapement.yaml:7:15 resources.worker.cooldown: the environment variable COOLDOWN is not set; set COOLDOWN, or write ${COOLDOWN:-default}',
    ]);
  });

  it('is named in the error instead of its invalid value', async () => {
    expect(await errorLines(workerWith('cooldown: "${COOLDOWN}"'), { COOLDOWN: 'tomorrow' })).toEqual([
      expect.stringMatching(
        /^escapement.yaml:7:15 resources.worker.cooldown: is not a duration; .*\(from \$\{COOLDOWN\}\)$/,
      ),
    ]);
    expect(await errorLines(workerWith('cooldown: "${COOLDOWN}"'), { COOLDOWN: '300' })).toEqual([
      'escapement.yaml:7:15 resources.worker.cooldown: is invalid; check the value of ${COOLDOWN}',
    ]);
  });
});

describe('a placeholder in the settings of an adapter', () => {
  const withUrl = (rest = '') => fileOf(`platform: { type: omnistrate, url: "\${SIDECAR}"${rest} }\nmin: 1\nmax: 6`);

  it('is not replaced in the configuration, whether it has a value or not', async () => {
    for (const SIDECAR of [undefined, 'http://10.0.0.1:49750']) {
      const { resources } = await read(withUrl(), { SIDECAR });
      expect(resources.worker?.platform.settings).toEqual({ url: '${SIDECAR}' });
    }
  });

  it('without a value is a warning, because it may have a value where the adapter is created', async () => {
    const { warnings } = await read(withUrl());
    expect(warnings.map(formatProblem)).toEqual([
      'escapement.yaml:4:40 resources.worker.platform.url: the environment variable SIDECAR is not set; set SIDECAR, or write ${SIDECAR:-default}',
    ]);
  });

  it('without a value does not hide other problems', async () => {
    expect(await errorLines(withUrl(', alias: ""'))).toEqual([
      'escapement.yaml:4:61 resources.worker.platform.alias: must not be empty',
    ]);
  });

  it('with a value is checked, and no error contains the value', async () => {
    const lines = await errorLines(withUrl(), { SIDECAR: 'http://svc:hunter2@h:1/' });
    expect(lines).toEqual([expect.stringContaining('must not contain a user or a password')]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('is an error if its syntax is invalid', async () => {
    expect(await errorLines(withUrl().replace('SIDECAR', 'SIDE CAR'))).toEqual([
      expect.stringContaining('platform.url: contains an invalid placeholder; write ${NAME}'),
    ]);
  });
});

describe('the settings from which an adapter is created', () => {
  const definition = {
    type: 'queue',
    summary: 'A queue.',
    settings: z.object({
      url: z.url().default('amqp://localhost'),
      port: z.int().min(1).optional(),
      tls: z.boolean().default(false),
      password: z.string().optional(),
      echo: z
        .string()
        .refine(() => false, { error: ({ input }) => `"${String(input)}" is bad` })
        .optional(),
    }),
  };
  const resolve = (settings: Record<string, unknown>, values: Environment = {}) =>
    resolveSettings(definition, settings, ['resources', 'worker', 'autoscale', 'signals', 'waiting'], values);

  it('have the required values, types and defaults', async () => {
    const written = { port: '${PORT}', tls: '${TLS}', password: `\${file:${folder}/password}` };
    expect(await resolve(written, { PORT: '5672', TLS: 'true' })).toEqual({
      url: 'amqp://localhost',
      port: 5672,
      tls: true,
      password: 'p#a@b/c%d',
    });
  });

  it('may contain a password of digits', async () => {
    expect(await resolve({ password: '${PASSWORD}' }, { PASSWORD: '0123' })).toMatchObject({ password: '0123' });
  });

  it('are refused with every placeholder without a value and every other problem', async () => {
    expect(await linesOf(() => resolve({ url: '${URL}', password: '${SECRET}', prot: 1 }))).toEqual([
      'resources.worker.autoscale.signals.waiting.url: the environment variable URL is not set; set URL, or write ${URL:-default}',
      'resources.worker.autoscale.signals.waiting.password: the environment variable SECRET is not set; set SECRET, or write ${SECRET:-default}',
      'resources.worker.autoscale.signals.waiting.prot: unknown key; did you mean "port"?',
    ]);
  });

  it('with a password that makes the URL invalid are refused, and the error does not contain the password', async () => {
    const lines = await linesOf(() => resolve({ url: 'amqp://svc:${PASSWORD}@h:5672/' }, { PASSWORD: 'pass#20' }));
    expect(lines).toEqual([
      'resources.worker.autoscale.signals.waiting.url: is not a URL; write scheme://host:port/path, and percent-encode characters such as # and @ in a user or password (from ${PASSWORD})',
    ]);
  });

  it('are refused without the secret that the schema of the adapter repeats', async () => {
    expect(await linesOf(() => resolve({ echo: 'x${SECRET}' }, { SECRET: 'hunter2' }))).toEqual([
      'resources.worker.autoscale.signals.waiting.echo: is invalid; check the value of ${SECRET}',
    ]);
  });
});

it('a problem without a place is printed alone', () => {
  expect(formatProblem({ path: '', problem: 'is invalid' })).toBe('is invalid');
});
