import { errorLines, fileOf, head, read, workerWith } from './written.js';

describe('a resource in escapement.yaml', () => {
  it('requires a platform and bounds, and has the documented defaults for all other fields', async () => {
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
  ])('reads `%s`', async (fields, settings) => {
    const { resources } = await read(workerWith(fields));
    expect(resources.worker?.settings).toMatchObject(settings);
  });

  it('has no maximum with `max: none`, if it is scaled on request', async () => {
    const text = (max: string) => workerWith('').replace('max: 6', `max: ${max}`);
    expect((await read(text('none'))).resources.worker?.settings.max).toBe(null);
    expect((await read(text('"${MAX}"'), { MAX: 'none' })).resources.worker?.settings.max).toBe(null);
    const autoscale = 'autoscale: { policies: [{ type: fixed, capacity: 3 }] }';
    expect(await errorLines(workerWith(autoscale).replace('max: 6', 'max: none'))).toEqual([
      'escapement.yaml:6:10 resources.worker.max: is none, but an autoscaled resource requires a maximum; write the largest capacity it may have',
    ]);
    expect(await errorLines(text('many'))).toEqual([
      'escapement.yaml:6:10 resources.worker.max: must be a whole number or none',
    ]);
  });

  const aSize = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 300_000 } };
  const units = { step: { up: 1, down: 1 }, cooldownMs: { up: 300_000, down: 300_000 } };
  const observe = "observe: { url: 'http://h/', capacity: size }";

  test.each([
    ['omnistrate', units],
    [`{ type: generic-http, ${observe}, add: { url: 'http://h/a' }, remove: { url: 'http://h/r' } }`, units],
    [`{ type: generic-http, ${observe}, set: { url: 'http://h/' } }`, aSize],
    ['{ type: ecs, cluster: main, service: worker }', aSize],
    ['auto-scaling-group', aSize],
    ['{ type: lambda-provisioned-concurrency, qualifier: live }', aSize],
    ['kubernetes', aSize],
    ['{ type: azure-container-apps, subscription: s, resourceGroup: g }', aSize],
    ['{ type: azure-vm-scale-set, subscription: s, resourceGroup: g }', aSize],
    ['{ type: cloud-run, project: p, region: r }', aSize],
    ['{ type: docker-swarm }', aSize],
    ['{ type: nomad, group: g }', aSize],
    ['{ type: exec, observe: [/a], set: [/b, "{{to}}"] }', aSize],
  ])('has the default step and cooldown of its platform: %s', async (platform, pace) => {
    const { resources } = await read(fileOf(`platform: ${platform}\nmin: 1\nmax: 6`));
    expect(resources.worker?.settings).toMatchObject({ ...pace, upAfter: 'change' });
  });

  test.each([
    ['cooldown: { down: 1m }', { cooldownMs: { up: 0, down: 60_000 } }],
    ['cooldown: { up: 1m }', { cooldownMs: { up: 60_000, down: 300_000 } }],
    ['cooldown: 2m', { cooldownMs: { up: 120_000, down: 120_000 } }],
    ['step: { down: 1 }', { step: { up: null, down: 1 } }],
  ])('has the default for each direction that is not set: %s', async (fields, settings) => {
    const { resources } = await read(fileOf(`platform: kubernetes\nmin: 1\nmax: 6\n${fields}`));
    expect(resources.worker?.settings).toMatchObject(settings);
  });

  it('keeps the settings of its platform as they are written', async () => {
    const { resources } = await read(fileOf('platform: { type: omnistrate, alias: api }\nmin: 0\nmax: 2'));
    expect(resources.worker?.platform).toEqual({ type: 'omnistrate', settings: { alias: 'api' } });
  });

  it('may have any name that matches the pattern, also the name of a property of every object', async () => {
    const { resources } = await read(`${head}  constructor: { platform: omnistrate, min: 0, max: 1 }\n`);
    expect(resources.constructor).toMatchObject({ alias: 'constructor' });
    expect('toString' in resources).toBe(false);
  });
});

describe('defaults', () => {
  const withDefaults = (defaults: string, own: string) =>
    `version: 1\ndefaults: ${defaults}\nresources:\n  worker: ${own}\n`;

  it('apply to the fields that a resource does not set, and mappings are merged key by key', async () => {
    const defaults = '{ platform: omnistrate, min: 1, max: 5, cooldown: 1m, waitForActive: { timeout: 20m } }';
    const { resources } = await read(withDefaults(defaults, '{ max: 9, waitForActive: { interval: 5s } }'));
    expect(resources.worker?.settings).toMatchObject({
      min: 1,
      max: 9,
      cooldownMs: { up: 60_000, down: 60_000 },
      waitForActive: { timeoutMs: 1_200_000, intervalMs: 5_000 },
    });
  });

  it('keep their platform settings if a resource names only the same type', async () => {
    const defaults = '{ platform: { type: omnistrate, alias: api }, min: 1, max: 5 }';
    const { resources } = await read(withDefaults(defaults, '{ platform: omnistrate }'));
    expect(resources.worker?.platform.settings).toEqual({ alias: 'api' });
  });

  it('are the place of a problem that all resources inherit, which is reported once', async () => {
    const text =
      'version: 1\ndefaults: { platform: omnistrate, min: 1, max: 5, cooldown: 5 }\nresources: { a: {}, b: {} }\n';
    expect(await errorLines(text)).toEqual(['escapement.yaml:2:61 defaults.cooldown: 5 has no unit; write 5s']);
  });

  it('and the resource are checked together for missing fields', async () => {
    expect(await errorLines(withDefaults('{ platform: omnistrate, min: 1 }', '{ step: 1 }'))).toEqual([
      'escapement.yaml:4:3 resources.worker.max: is missing',
    ]);
  });
});

describe('an invalid file', () => {
  test.each([
    ['an unknown key', 'cooldwn: 300s', '7:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?'],
    ['a key in another notation', 'dry_run: true', '7:5 resources.worker.dry_run: unknown key; did you mean "dryRun"?'],
    [
      'a key that is similar to no supported key',
      'waitForActive: { a: 1 }',
      '7:22 resources.worker.waitForActive.a: unknown key; supported keys: timeout, interval',
    ],
    ['a number without its unit', 'cooldown: 300', '7:15 resources.worker.cooldown: 300 has no unit; write 300s'],
    [
      'a number without its unit inside a mapping',
      'cooldown: { up: 300 }',
      '7:21 resources.worker.cooldown.up: 300 has no unit; write 300s',
    ],
    ['a step of zero', 'step: 0', '7:11 resources.worker.step: must be at least 1'],
    ['a negative step', 'step: { down: -1 }', '7:19 resources.worker.step.down: must be at least 1'],
    ['a fraction of a step', 'step: 1.5', '7:11 resources.worker.step: must be a whole number or all or a mapping'],
    ['a text in place of a mapping', 'waitForActive: soon', '7:20 resources.worker.waitForActive: must be a mapping'],
    ['yes in place of true', 'dryRun: yes', '7:13 resources.worker.dryRun: must be true or false'],
    [
      'a timeout of zero',
      'requestTimeout: 0s',
      '7:21 resources.worker.requestTimeout: must be longer than zero; write 1s, for example',
    ],
    ['an empty name', 'taskQueue: ""', '7:16 resources.worker.taskQueue: must not be empty'],
  ])('%s is reported with line, column and fix', async (_, fields, expected) => {
    expect(await errorLines(workerWith(fields))).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each([
    [
      'min above max',
      'platform: omnistrate\nmin: 7\nmax: 6',
      '5:10 resources.worker.min: is above max; lower min, or raise max',
    ],
    [
      'a fraction of a unit',
      'platform: omnistrate\nmin: 1.5\nmax: 6',
      '5:10 resources.worker.min: must be a whole number',
    ],
    ['a quoted number', 'platform: omnistrate\nmin: "1"\nmax: 6', '5:10 resources.worker.min: must be a whole number'],
    ['a negative bound', 'platform: omnistrate\nmin: -1\nmax: 6', '5:10 resources.worker.min: must be at least 0'],
    [
      'infinity',
      'platform: omnistrate\nmin: 1\nmax: .inf',
      '6:10 resources.worker.max: must be a whole number or none',
    ],
    ['no maximum', 'platform: omnistrate\nmin: 1', '3:3 resources.worker.max: is missing'],
    ['no platform', 'min: 1\nmax: 2', '3:3 resources.worker.platform: is missing'],
    [
      'a misspelled platform',
      'platform: omnistrat\nmin: 1\nmax: 6',
      '4:15 resources.worker.platform: unknown value; did you mean "omnistrate"?',
    ],
    [
      'a misspelled type of the platform',
      'platform: { type: omnistrat }\nmin: 1\nmax: 6',
      '4:23 resources.worker.platform.type: unknown value; did you mean "omnistrate"?',
    ],
    [
      'a misspelled setting of the platform',
      'platform: { type: omnistrate, ulr: x }\nmin: 1\nmax: 6',
      '4:35 resources.worker.platform.ulr: unknown key; did you mean "url"?',
    ],
    [
      'a platform without a type',
      'platform: { url: "http://h" }\nmin: 1\nmax: 6',
      '4:5 resources.worker.platform.type: is missing',
    ],
    ['an empty resource', '', '3:3 resources.worker: must be a mapping'],
  ])('%s is reported with its position', async (_, fields, expected) => {
    expect(await errorLines(fileOf(fields))).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each([
    [
      'no version',
      'resources: { a: { platform: omnistrate, min: 0, max: 1 } }',
      '1:1 version: is not a supported version; write version: 1',
    ],
    [
      'another version',
      'version: 2\nresources: { a: { platform: omnistrate, min: 0, max: 1 } }',
      '1:10 version: is not a supported version; write version: 1',
    ],
    ['no resources', 'version: 1', '1:1 resources: is missing'],
    [
      'an empty mapping of resources',
      'version: 1\nresources: {}',
      '2:1 resources: contains no resource; add a resource, such as worker:',
    ],
    ['a list of resources', 'version: 1\nresources: [worker]', '2:1 resources: must be a mapping'],
    ['an empty file', '', '1:1: contains no configuration; begin the file with "version: 1" and "resources:"'],
    [
      'a file of comments',
      '# later\n',
      '1:1: contains no configuration; begin the file with "version: 1" and "resources:"',
    ],
    [
      'a file that is a list',
      '- version: 1',
      '1:1: contains no configuration; begin the file with "version: 1" and "resources:"',
    ],
  ])('%s is reported with its position', async (_, text, expected) => {
    expect(await errorLines(text)).toEqual([`escapement.yaml:${expected}`]);
  });

  test.each(['-worker', 'a/b', 'a b', 'ä', 'x'.repeat(64)])('%j is not a valid name', async (alias) => {
    const text = `${head}  ${JSON.stringify(alias)}: { platform: omnistrate, min: 0, max: 1 }\n`;
    expect(await errorLines(text)).toEqual([expect.stringContaining('is not a valid resource name; write 1 to 63')]);
  });

  it('is reported with all problems, from top to bottom, including contradictions between fields', async () => {
    const fields = 'platform: omnistrate\nmin: 7\nmax: 6\nstep: 0\ncooldwn: 1s\nwaitForActive: { timeout: 5 }';
    expect(await errorLines(`vresion: 1\n${fileOf(fields)}`)).toEqual([
      'escapement.yaml:1:1 vresion: unknown key; did you mean "version"?',
      'escapement.yaml:6:10 resources.worker.min: is above max; lower min, or raise max',
      'escapement.yaml:8:11 resources.worker.step: must be at least 1',
      'escapement.yaml:9:5 resources.worker.cooldwn: unknown key; did you mean "cooldown"?',
      'escapement.yaml:10:31 resources.worker.waitForActive.timeout: 5 has no unit; write 5s',
    ]);
  });
});
