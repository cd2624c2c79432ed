/** A policy that someone tries: the checks of a file, positions in the text, and nothing of this machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { readTriedPolicy, type InForce } from '../../src/config/file/tried-policy.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { read, workerWith } from './written.js';

const secret = 's3cret-valu3';
let folder: string;
let inForce: InForce;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'escapement-tried-'));
  await writeFile(join(folder, 'secret'), secret);
  process.env['TRIED_POLICY_SECRET'] = secret;
  const { resources } = await read(workerWith('autoscale: { policies: [{ type: fixed, capacity: 2 }] }'));
  inForce = {
    settings: autoscaleSettingsSchema.parse({
      signals: ['depth'],
      policies: [{ type: 'fixed', capacity: 1 }],
      sampling: { depth: { maxAgeMs: 5000 } },
    }),
    limits: resources.worker!.settings,
    placeholders: { '${TARGET}': '25', '${NAME}': secret },
  };
});
afterAll(async () => {
  delete process.env['TRIED_POLICY_SECRET'];
  await rm(folder, { recursive: true });
});

async function problemsIn(given: unknown, changed: Partial<InForce> = {}) {
  const policy = await readTriedPolicy(given, { ...inForce, ...changed });
  return 'problems' in policy ? policy.problems : [];
}

async function settingsOf(given: unknown) {
  const policy = await readTriedPolicy(given, inForce);
  if ('problems' in policy) throw new Error(JSON.stringify(policy.problems));
  return policy.settings;
}

describe('a policy that is tried', () => {
  it('uses the signals in force, as they are sampled, unless it has its own', async () => {
    const policies = 'policies: [{ type: perUnit, value: depth, target: 5 }]';
    expect(await settingsOf(policies)).toMatchObject({ signals: ['depth'], sampling: { depth: { maxAgeMs: 5000 } } });
    const own = await settingsOf(`signals: { depth: { type: constant, value: 1 } }\n${policies}`);
    expect(own.signals).toEqual(['depth']);
    expect(own).not.toHaveProperty('sampling');
  });

  test.each([
    ['text that is not YAML', 'policies:\n  - {', 2, 6, '', 'invalid YAML'],
    ['text that is no mapping', '- a', 1, 1, '', 'must be a mapping'],
    ['nothing', '', 1, 1, '', 'must be a mapping'],
    ['a duplicate key', 'interval: 1s\ninterval: 2s', 2, 1, '', 'duplicate key'],
    ['a misspelled key', 'interval: 15s\npolicys: []', 2, 1, 'policys', 'unknown key'],
    ['a missing list', 'interval: 15s', 1, 1, 'policies', 'is empty'],
    [
      'a number that is text',
      'policies:\n  - type: fixed\n    capacity: two',
      3,
      15,
      'policies/0/capacity',
      'must be a whole number',
    ],
    [
      'an unknown type',
      'policies:\n  - type: fixt\n    capacity: 2',
      2,
      11,
      'policies/0/type',
      'must be one of thresholds',
    ],
    [
      'an unknown signal',
      'policies:\n  - { type: perUnit, value: dept, target: 5 }',
      2,
      29,
      'policies/0/value',
      'unknown name',
    ],
    [
      'a setting of a source',
      'signals:\n  depth: { type: redis, kee: jobs }\npolicies: [{ type: fixed, capacity: 2 }]',
      2,
      25,
      'signals/depth/kee',
      'unknown key',
    ],
    [
      'an idle rule above zero',
      'policies: [{ type: fixed, capacity: 2 }]\nidle: { value: depth, for: 5m }',
      2,
      1,
      'idle',
      'scales to zero',
    ],
  ])('%s is a problem at its line', async (_, text, line, column, path, problem) => {
    const found = (await problemsIn(text)).find((each) => each.path.join('/') === path && each.line === line);
    expect(found).toMatchObject({ line, column, problem: expect.stringContaining(problem) });
  });

  it('has all its problems, in the order of the text', async () => {
    const text = 'interval: often\npolicies:\n  - { type: fixed, capacity: -1 }\nfallback: { after: 0 }\nmore: 1';
    expect((await problemsIn(text)).map(({ line }) => line)).toEqual([1, 3, 4, 5]);
  });

  it('as a value has problems without lines', async () => {
    expect(await problemsIn({ policies: [{ type: 'fixed', capacity: 'two' }] })).toEqual([
      { path: ['policies', 0, 'capacity'], problem: 'must be a whole number' },
    ]);
  });

  it('that could not leave zero is refused, as in a file', async () => {
    const limits = { ...inForce.limits, min: 0 };
    const [found] = await problemsIn('policies: [{ type: utilization, value: depth, target: 5 }]', { limits });
    expect(found).toMatchObject({ path: ['policies'], problem: expect.stringContaining('cannot scale out from zero') });
  });
});

describe('a placeholder in a policy that is tried', () => {
  it('has the value that it has in the policy in force', async () => {
    const { policies } = await settingsOf('policies: [{ type: perUnit, value: depth, target: "${TARGET}" }]');
    expect(policies).toMatchObject([{ target: 25 }]);
  });

  it('in the settings of a source is not read, and no problem', async () => {
    const source = `{ type: http-json, url: "http://\${HOST}/", path: depth, password: "\${file:${folder}/secret}", username: a }`;
    const { signals } = await settingsOf(
      `signals:\n  depth: ${source}\npolicies: [{ type: perUnit, value: depth, target: 5 }]`,
    );
    expect(signals).toEqual(['depth']);
  });

  it.each([
    'policies: [{ type: fixed, capacity: "${TRIED_POLICY_SECRET}" }]',
    'policies: [{ type: perUnit, value: "${TRIED_POLICY_SECRET}", target: 1 }]',
    'policies: [{ type: perUnit, value: "${TARGET}${TRIED_POLICY_SECRET}", target: 1 }]',
    'interval: "${TRIED_POLICY_SECRET:-15s}"\npolicies: [{ type: fixed, capacity: 1 }]',
    'policies: [{ type: schedule, timezone: "${file:FOLDER/secret}", windows: [] }]',
    'signals: { depth: { type: "${TRIED_POLICY_SECRET}" } }\npolicies: [{ type: fixed, capacity: 1 }]',
    'signals: { depth: { type: constant, value: 1, maxAge: "${TRIED_POLICY_SECRET}" } }\npolicies: []',
  ])('reads neither a variable nor a file of the server: %s', async (text) => {
    const problems = await problemsIn(text.replace('FOLDER', folder));
    expect(problems.map(({ problem }) => problem)).toContain(
      'contains a placeholder that the policy in force does not have',
    );
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  it.each([
    'policies: [{ type: fixed, capacity: "${NAME}" }]',
    'policies: [{ type: perUnit, value: "${NAME}", target: 1 }]',
    'policies: [{ type: "${NAME}" }]',
    'interval: "${NAME}"\npolicies: [{ type: fixed, capacity: 1 }]',
    'signals: { depth: { type: constant, value: 1, else: "${NAME}" } }\npolicies: [{ type: fixed, capacity: 1 }]',
    'idle: { value: "${NAME}", for: 1m }\npolicies: [{ type: fixed, capacity: 1 }]',
  ])('is named in a problem, and its value is not: %s', async (text) => {
    const problems = await problemsIn(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).toContain('check the value of ${NAME}');
    for (const part of [secret, 's3cret', 'valu3']) expect(JSON.stringify(problems)).not.toContain(part);
  });
});
