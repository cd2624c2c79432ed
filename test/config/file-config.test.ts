import { complaints, fileOf, head, read, workerWith } from './written.js';

describe('a resource in escapement.yaml', () => {
  it('needs a platform and bounds, and has the documented defaults for the rest', async () => {
    const { source, file, resources, warnings } = await read(workerWith(''));
    expect({ source, file, warnings }).toEqual({ source: 'file', file: 'escapement.yaml', warnings: [] });
    expect(resources.worker).toEqual({
      alias: 'worker',
      platform: { type: 'omnistrate', settings: {} },
      taskQueue: 'escapement',
      settings: {
        min: 1,
        max: 6,
        step: { up: 1, down: 1 },
        cooldownMs: { up: 300_000, down: 300_000 },
        upAfter: 'change',
        settleMs: 30_000,
        waitForActive: { timeoutMs: 900_000, intervalMs: 30_000 },
        requestTimeoutMs: 60_000,
        takesChanges: 'whenActive',
        dryRun: false,
      },
    });
  });

  test.each([
    ['step: 2', { step: { up: 2, down: 2 } }],
    ['step: { up: 2 }', { step: { up: 2, down: 1 } }],
    ['step: all', { step: { up: null, down: null } }],
    ['step: { up: all, down: 1 }', { step: { up: null, down: 1 } }],
    ['cooldown: 90s', { cooldownMs: { up: 90_000, down: 90_000 } }],
    ['cooldown: { up: 0s, down: 10m }', { cooldownMs: { up: 0, down: 600_000 } }],
    ['cooldown: { up: 0s }', { cooldownMs: { up: 0, down: 300_000 } }],
    ['cooldown: 90s', { upAfter: 'change' }],
    ['cooldown: { upAfter: up }', { cooldownMs: { up: 300_000, down: 300_000 }, upAfter: 'up' }],
    ['waitForActive: { timeout: 1m }', { waitForActive: { timeoutMs: 60_000, intervalMs: 30_000 } }],
    ['dryRun: true', { dryRun: true }],
  ])('understands `%s`', async (fields, settings) => {
    const { resources } = await read(workerWith(fields));
    expect(resources.worker?.settings).toMatchObject(settings);
  });

  const aSize = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 300_000 } };
  const units = { step: { up: 1, down: 1 }, cooldownMs: { up: 300_000, down: 300_000 } };
  const observe = "observe: { url: 'http://h/', capacity: size }";

  test.each([
    ['omnistrate', units],
    [`{ type: generic-http, ${observe}, add: { url: 'http://h/a' }, remove: { url: 'http://h/r' } }`, units],
    [`{ type: generic-http, ${observe}, set: { url: 'http://h/' } }`, aSize],
    ['{ type: ecs, cluster: main, service: worker }', aSize],
    ['kubernetes', aSize],
    ['{ type: azure-container-apps, subscription: s, resourceGroup: g }', aSize],
    ['{ type: cloud-run, project: p, region: r }', aSize],
  ])('has the pace that its platform allows where none is written: %s', async (platform, pace) => {
    const { resources } = await read(fileOf(`platform: ${platform}\nmin: 1\nmax: 6`));
    expect(resources.worker?.settings).toMatchObject({ ...pace, upAfter: 'change' });
  });

  test.each([
    ['cooldown: { down: 1m }', { cooldownMs: { up: 0, down: 60_000 } }],
    ['cooldown: { up: 1m }', { cooldownMs: { up: 60_000, down: 300_000 } }],
    ['cooldown: 2m', { cooldownMs: { up: 120_000, down: 120_000 } }],
    ['step: { down: 1 }', { step: { up: null, down: 1 } }],
  ])('has it for what is not written: %s', async (fields, settings) => {
    const { resources } = await read(fileOf(`platform: kubernetes\nmin: 1\nmax: 6\n${fields}`));
    expect(resources.worker?.settings).toMatchObject(settings);
  });

  it('keeps the settings of its platform as they are written', async () => {
    const { resources } = await read(fileOf('platform: { type: omnistrate, alias: api }\nmin: 0\nmax: 2'));
    expect(resources.worker?.platform).toEqual({ type: 'omnistrate', settings: { alias: 'api' } });
  });

  it('may have any name that its pattern allows, also one that every object has', async () => {
    const { resources } = await read(`${head}  constructor: { platform: omnistrate, min: 0, max: 1 }\n`);
    expect(resources.constructor).toMatchObject({ alias: 'constructor' });
    expect('toString' in resources).toBe(false);
  });
});

describe('defaults', () => {
  const withDefaults = (defaults: string, own: string) =>
    `version: 1\ndefaults: ${defaults}\nresources:\n  worker: ${own}\n`;

  it('stand under the fields of each resource, mappings merged key by key', async () => {
    const defaults = '{ platform: omnistrate, min: 1, max: 5, cooldown: 1m, waitForActive: { timeout: 20m } }';
    const { resources } = await read(withDefaults(defaults, '{ max: 9, waitForActive: { interval: 5s } }'));
    expect(resources.worker?.settings).toMatchObject({
      min: 1,
      max: 9,
      cooldownMs: { up: 60_000, down: 60_000 },
      waitForActive: { timeoutMs: 1_200_000, intervalMs: 5_000 },
    });
  });

  it('keep the settings of a platform that a resource only names', async () => {
    const defaults = '{ platform: { type: omnistrate, alias: api }, min: 1, max: 5 }';
    const { resources } = await read(withDefaults(defaults, '{ platform: omnistrate }'));
    expect(resources.worker?.platform.settings).toEqual({ alias: 'api' });
  });

  it('are blamed, once, for what all resources have from them', async () => {
    const text =
      'version: 1\ndefaults: { platform: omnistrate, min: 1, max: 5, cooldown: 5 }\nresources: { a: {}, b: {} }\n';
    expect(await complaints(text)).toEqual(['escapement.yaml:2:61 defaults.cooldown: 5 has no unit; write 5s']);
  });

  it('and a resource are blamed together for what neither says', async () => {
    expect(await complaints(withDefaults('{ platform: omnistrate, min: 1 }', '{ step: 1 }'))).toEqual([
      'escapement.yaml:4:3 resources.worker.max: is missing',
    ]);
  });
});

describe('what is wrong', () => {
  test.each([
    ['an unknown key', 'cooldwn: 300s', '7:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?'],
    ['a key in another spelling', 'dry_run: true', '7:5 resources.worker.dry_run: unknown key; did you mean "dryRun"?'],
    [
      'a key that is like no other',
      'waitForActive: { a: 1 }',
      '7:22 resources.worker.waitForActive.a: unknown key; known here: timeout, interval',
    ],
    ['a number without its unit', 'cooldown: 300', '7:15 resources.worker.cooldown: 300 has no unit; write 300s'],
    [
      'the same inside a mapping',
      'cooldown: { up: 300 }',
      '7:21 resources.worker.cooldown.up: 300 has no unit; write 300s',
    ],
    ['a step of nothing', 'step: 0', '7:11 resources.worker.step: must be at least 1'],
    ['a step of less than nothing', 'step: { down: -1 }', '7:19 resources.worker.step.down: must be at least 1'],
    ['a fraction of a step', 'step: 1.5', '7:11 resources.worker.step: must be a whole number or all or a mapping'],
    ['a text where a mapping belongs', 'waitForActive: soon', '7:20 resources.worker.waitForActive: must be a mapping'],
    ['a yes where true belongs', 'dryRun: yes', '7:13 resources.worker.dryRun: must be true or false'],
    [
      'a time-out of nothing',
      'requestTimeout: 0s',
      '7:21 resources.worker.requestTimeout: must be longer than zero; write 1s, for example',
    ],
    ['an empty name', 'taskQueue: ""', '7:16 resources.worker.taskQueue: must not be empty'],
  ])('%s is told with line, column and fix', async (_, fields, expected) => {
    expect(await complaints(workerWith(fields))).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each([
    [
      'min above max',
      'platform: omnistrate\nmin: 7\nmax: 6',
      '5:10 resources.worker.min: is above max; swap the two, or correct one',
    ],
    [
      'a fraction of a unit',
      'platform: omnistrate\nmin: 1.5\nmax: 6',
      '5:10 resources.worker.min: must be a whole number',
    ],
    ['a quoted number', 'platform: omnistrate\nmin: "1"\nmax: 6', '5:10 resources.worker.min: must be a whole number'],
    ['a negative bound', 'platform: omnistrate\nmin: -1\nmax: 6', '5:10 resources.worker.min: must be at least 0'],
    ['infinity', 'platform: omnistrate\nmin: 1\nmax: .inf', '6:10 resources.worker.max: must be a whole number'],
    ['no maximum', 'platform: omnistrate\nmin: 1', '3:3 resources.worker.max: is missing'],
    ['no platform', 'min: 1\nmax: 2', '3:3 resources.worker.platform: is missing'],
    [
      'a slip in the platform',
      'platform: omnistrat\nmin: 1\nmax: 6',
      '4:15 resources.worker.platform: unknown value; did you mean "omnistrate"?',
    ],
    [
      'a slip in its type',
      'platform: { type: omnistrat }\nmin: 1\nmax: 6',
      '4:23 resources.worker.platform.type: unknown value; did you mean "omnistrate"?',
    ],
    [
      'a slip in its settings',
      'platform: { type: omnistrate, ulr: x }\nmin: 1\nmax: 6',
      '4:35 resources.worker.platform.ulr: unknown key; did you mean "url"?',
    ],
    [
      'a platform without a type',
      'platform: { url: "http://h" }\nmin: 1\nmax: 6',
      '4:5 resources.worker.platform.type: is missing',
    ],
    ['nothing at all', '', '3:3 resources.worker: must be a mapping'],
  ])('%s is told where it stands', async (_, fields, expected) => {
    expect(await complaints(fileOf(fields))).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each([
    [
      'no version',
      'resources: { a: { platform: omnistrate, min: 0, max: 1 } }',
      '1:1 version: is not a version of this language; write version: 1',
    ],
    [
      'another version',
      'version: 2\nresources: { a: { platform: omnistrate, min: 0, max: 1 } }',
      '1:10 version: is not a version of this language; write version: 1',
    ],
    ['no resources', 'version: 1', '1:1 resources: is missing'],
    [
      'an empty mapping of them',
      'version: 1\nresources: {}',
      '2:1 resources: names no resource; add one, such as worker:',
    ],
    ['a list of them', 'version: 1\nresources: [worker]', '2:1 resources: must be a mapping'],
    ['a file of nothing', '', '1:1: holds no configuration; begin with "version: 1" and "resources:"'],
    ['a file of comments', '# later\n', '1:1: holds no configuration; begin with "version: 1" and "resources:"'],
    ['a file that is a list', '- version: 1', '1:1: holds no configuration; begin with "version: 1" and "resources:"'],
  ])('%s is told where it stands', async (_, text, expected) => {
    expect(await complaints(text)).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each(['-worker', 'a/b', 'a b', 'ä', 'x'.repeat(64)])('%j cannot be a name', async (alias) => {
    const text = `${head}  ${JSON.stringify(alias)}: { platform: omnistrate, min: 0, max: 1 }\n`;
    expect(await complaints(text)).toEqual([expect.stringContaining('is not a name for a resource; write 1 to 63')]);
  });

  it('is told all at once, from top to bottom, also what does not go together', async () => {
    const fields = 'platform: omnistrate\nmin: 7\nmax: 6\nstep: 0\ncooldwn: 1s\nwaitForActive: { timeout: 5 }';
    expect(await complaints(`vresion: 1\n${fileOf(fields)}`)).toEqual([
      'escapement.yaml:1:1 vresion: unknown key; did you mean "version"?',
      'escapement.yaml:6:10 resources.worker.min: is above max; swap the two, or correct one',
      'escapement.yaml:8:11 resources.worker.step: must be at least 1',
      'escapement.yaml:9:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?',
      'escapement.yaml:10:31 resources.worker.waitForActive.timeout: 5 has no unit; write 5s',
    ]);
  });
});
