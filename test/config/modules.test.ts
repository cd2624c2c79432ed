/** Types that modules of the configuration define, as people write and misspell them. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateFile } from '../../src/config/validate.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { autoscaleJsonSchema } from '../../src/config/schema/json-schema.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { linesOf } from './written.js';

const whole = readFileSync('test/config/modules/per-desk.yaml', 'utf8');

const read = (text: string, folder = 'test/config/modules') => fileConfig(text, 'escapement.yaml', {}, folder);
const errors = (text: string, folder?: string) => linesOf(() => read(text, folder));

describe('with the types of a module', () => {
  it('a resource has a platform, a signal and a policy of the module', async () => {
    const { worker } = (await read(whole)).resources;
    expect(worker).toMatchObject({
      platform: { type: 'machines', settings: { rack: 'a' } },
      settings: { takesChanges: 'anyTime', step: { up: null } },
      autoscale: {
        signals: { open: { type: 'tickets' } },
        settings: { policies: [{ type: 'per-desk', value: 'open', group: 10 }] },
      },
    });
  });

  it.each([
    ['rack: a', 'rak: a', '5:33 resources.worker.platform.rak: unknown key; did you mean "rack"?'],
    ['rack: a', 'rack: a, slots: 0', '5:49 resources.worker.platform.slots: must be at least 1'],
    ['type: machines', 'type: machnes', '5:23 resources.worker.platform.type: unknown value; did you mean "machines"?'],
    [
      'type: tickets',
      'type: tikets',
      '9:32 resources.worker.autoscale.signals.open.type: unknown value; did you mean "tickets"?',
    ],
    [
      'type: per-desk',
      'type: per-dsk',
      '10:26 resources.worker.autoscale.policies[0].type: unknown value; did you mean "per-desk"?',
    ],
    ['group: 10', 'group: 0', '10:56 resources.worker.autoscale.policies[0].group: must be at least 1'],
    [
      'value: open',
      'value: opne',
      '10:43 resources.worker.autoscale.policies[0].value: column 1 of the expression: unknown name; did you mean "open"?',
    ],
  ])('%s written as %s is an error of the field', async (written, misspelled, line) => {
    expect(await errors(whole.replace(written, misspelled))).toContain(`escapement.yaml:${line}`);
  });

  it('two resources with the same target are an error', async () => {
    const two = whole.replace(
      'resources:',
      'resources:\n  other: { platform: { type: machines, rack: a }, min: 1, max: 2 }',
    );
    expect(await errors(two)).toEqual([
      expect.stringContaining('resources.worker.platform: scales the same object as the resource other'),
    ]);
  });

  it('the JSON Schema of the console and the watch know them until a file without the module is read', async () => {
    const policy = { type: 'per-desk', value: 'open', group: 10 };
    const isCarried = () => autoscaleSettingsSchema.safeParse({ signals: ['open'], policies: [policy] }).success;
    await read(whole);
    expect(JSON.stringify(autoscaleJsonSchema())).toContain('A unit for each group of tickets.');
    expect(isCarried()).toBe(true);
    await expect(read('version: 1\n')).rejects.toThrow('resources: is missing');
    expect(isCarried()).toBe(true);
    await read('version: 1\nresources: { worker: { platform: omnistrate, min: 1, max: 2 } }');
    expect(isCarried()).toBe(false);
    expect(JSON.stringify(autoscaleJsonSchema())).not.toContain('tickets');
  });
});

describe('a module that cannot be used', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'escapement-modules-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const wholeWith = (name: string) =>
    `version: 1\nmodules:\n  - ${name}\nresources: { worker: { platform: theirs, min: 1, max: 2 } }`;
  const platform = (fields: string) =>
    `const settings = new (class {})();\nexport default { kind: 'platform', definition: { ${fields} } };`;

  it.each([
    ['./none.mjs', 'does not exist; check the path; it is relative to FOLDER'],
    ['not-installed', 'is not installed; run npm install not-installed in FOLDER, or write ./ before a file name'],
    ['../outside.mjs', 'is not a module; write ./ and a path below the folder of this file, or the name of a package'],
    [
      './a/../../outside.mjs',
      'is not a module; write ./ and a path below the folder of this file, or the name of a package',
    ],
    [
      '"data:text/javascript,0"',
      'is not a module; write ./ and a path below the folder of this file, or the name of a package',
    ],
    ['fs', 'is not a module; write ./ and a path below the folder of this file, or the name of a package'],
  ])('%s is an error, and nothing else is', async (name, words) => {
    expect(await errors(wholeWith(name), folder)).toEqual([
      `escapement.yaml:3:5 modules[0]: ${words.replace('FOLDER', folder)}`,
    ]);
  });

  it.each([
    ['throw new Error("no rack");', 'failed when it was loaded: no rack; correct the module'],
    [
      'export const theirs = {};',
      'exports no platform, source or policy as its default; write export default definePlatform({ ... }), defineSource or definePolicy, or a list of them',
    ],
    [
      platform("type: 'My Rack', summary: 's'"),
      'defines an invalid platform: type: must be lower-case letters, digits and "-"',
    ],
    [
      platform("type: 'theirs', summary: 's', settings: {}, takesChanges: 'anyTime', create() {}"),
      "defines an invalid platform: settings: must be a z.object of zod 4: import { z } from 'escapement/extend'",
    ],
  ])('%s is an error', async (text, words) => {
    await writeFile(join(folder, 'theirs.mjs'), text);
    expect(await errors(wholeWith('./theirs.mjs'), folder)).toEqual([`escapement.yaml:3:5 modules[0]: ${words}`]);
  });

  it.each([
    ['taken.ts', 'defines the platform kubernetes, which Escapement has itself; choose another type'],
    ['machines.ts', 'defines the platform machines, which is defined before it; choose another type'],
    [
      'not-json.ts',
      'defines the policy dated, whose settings are not plain JSON: Transforms cannot be represented in JSON Schema; use only text, numbers, true or false, lists and mappings',
    ],
  ])('%s is an error', async (name, words) => {
    const text = whole.replace('[./machines.ts]', `[./machines.ts, ./${name}]`);
    expect((await errors(text))[0]).toBe(`escapement.yaml:2:26 modules[1]: ${words}`);
  });

  it('escapement validate finds a module beside the file, whatever the working directory', async () => {
    await writeFile(join(folder, 'mine.yaml'), wholeWith('./none.mjs'));
    expect((await validateFile(join(folder, 'mine.yaml'), {}, '/')).problems).toEqual([
      expect.objectContaining({ path: 'modules[0]', problem: 'does not exist' }),
    ]);
  });
});
