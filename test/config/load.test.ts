import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problem.js';
import { validateFile } from '../../src/config/validate.js';
import { linesOf, workerWith } from './written.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'escapement-config-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const write = async (name: string, text: string) => writeFile(join(folder, name), text);

describe('with a file', () => {
  it('escapement.yaml in the working directory is the configuration', async () => {
    await write('escapement.yaml', workerWith(''));
    expect(await loadConfig({}, folder)).toMatchObject({ source: 'file', file: 'escapement.yaml', warnings: [] });
  });

  it('the configuration contains the path, the modification time and the owner of the file', async () => {
    const file = join(folder, 'escapement.yaml');
    await write('escapement.yaml', `owner: berlin\n${workerWith('')}`);
    await utimes(file, 1000, 1000);
    const written = { file, host: hostname(), atMs: 1_000_000 };
    expect((await loadConfig({ ESCAPEMENT_OWNER: 'paris' }, folder)).writing).toEqual({ owner: 'berlin', ...written });
    await write('escapement.yaml', workerWith(''));
    await utimes(file, 1000, 1000);
    expect((await loadConfig({ ESCAPEMENT_OWNER: 'paris' }, folder)).writing).toEqual({ owner: 'paris', ...written });
    expect((await loadConfig({}, folder)).writing).toEqual({ owner: 'default', ...written });
    expect(await linesOf(() => loadConfig({ ESCAPEMENT_OWNER: 'a b' }, folder))).toEqual([
      'ESCAPEMENT_OWNER: is not a valid owner name; write 1 to 63 letters, digits, ".", "_" or "-", beginning with a letter or a digit',
    ]);
  });

  it('ESCAPEMENT_CONFIG names another file, and errors contain this name', async () => {
    await write('escapement.yaml', workerWith(''));
    await write('other.yaml', workerWith('step: 0'));
    expect(await linesOf(() => loadConfig({ ESCAPEMENT_CONFIG: 'other.yaml' }, folder))).toEqual([
      'other.yaml:7:11 resources.worker.step: must be at least 1',
    ]);
  });

  it('ESCAPEMENT_CONFIG that names a missing file is an error', async () => {
    expect(await linesOf(() => loadConfig({ ESCAPEMENT_CONFIG: 'none.yaml' }, folder))).toEqual([
      'none.yaml: cannot be read (ENOENT); check the path and the permissions of the file',
    ]);
  });

  it('a directory in place of the file is an error, and does not start the demo', async () => {
    await mkdir(join(folder, 'escapement.yaml'));
    expect(await linesOf(() => loadConfig({}, folder))).toEqual([
      'escapement.yaml: cannot be read (EISDIR); check the path and the permissions of the file',
    ]);
  });

  it('a file with the extension .yml is an error, and does not start the demo', async () => {
    await write('escapement.yml', workerWith(''));
    expect(await linesOf(() => loadConfig({}, folder))).toEqual([
      'escapement.yml: is not read; rename the file to escapement.yaml, or set ESCAPEMENT_CONFIG to its name',
    ]);
  });

  it('the settings of the environment are ignored, with a warning', async () => {
    await write('escapement.yaml', workerWith(''));
    const environment = { AUTOSCALER_STEPS: '0', ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs' };
    const { source, warnings } = await loadConfig(environment, folder);
    expect(source).toBe('file');
    expect(warnings.map(formatProblem)).toEqual([
      'AUTOSCALER_STEPS, ECS_CLUSTER, SERVICE_NAME: ignored, because escapement.yaml is read; write the same settings in escapement.yaml',
    ]);
  });

  it('DRY_RUN applies to every resource of the file', async () => {
    await write('escapement.yaml', workerWith('dryRun: false'));
    const { resources, warnings } = await loadConfig({ DRY_RUN: 'true' }, folder);
    expect(resources.worker?.settings.dryRun).toBe(true);
    expect(warnings.map(formatProblem)).toEqual(['DRY_RUN: no resource of escapement.yaml is changed']);
  });

  it('a dry run of the file stays a dry run with any value of DRY_RUN', async () => {
    await write('escapement.yaml', workerWith('dryRun: true'));
    const { resources, warnings } = await loadConfig({ DRY_RUN: 'false' }, folder);
    expect(resources.worker?.settings.dryRun).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('an invalid DRY_RUN prevents the start, also with a file', async () => {
    await write('escapement.yaml', workerWith(''));
    expect(await linesOf(() => loadConfig({ DRY_RUN: 'ture' }, folder))).toEqual([
      'DRY_RUN: is neither true nor false; write true or false',
    ]);
  });

  it('a misspelled variable of the process is a warning', async () => {
    await write('escapement.yaml', workerWith(''));
    const { warnings } = await loadConfig({ TEMPORAL_ADRESS: 'temporal:7233', LOG_LEVLE: 'debug' }, folder);
    expect(warnings.map(formatProblem)).toEqual([
      'TEMPORAL_ADRESS: unknown, and ignored; did you mean TEMPORAL_ADDRESS?',
      'LOG_LEVLE: unknown, and ignored; did you mean LOG_LEVEL?',
    ]);
  });
});

describe('without a file', () => {
  it('the environment configures one resource, as in the Omnistrate example', async () => {
    const config = await loadConfig({ AUTOSCALER_TARGET_RESOURCE: 'worker' }, folder);
    expect(config).toEqual({
      source: 'environment',
      writing: { owner: 'default', file: 'environment', host: hostname(), atMs: expect.any(Number) as unknown },
      warnings: [],
      resources: {
        worker: {
          alias: 'worker',
          platform: { type: 'omnistrate', settings: { url: 'http://127.0.0.1:49750' } },
          taskQueue: 'escapement',
          settings: {
            min: 0,
            max: null,
            step: { up: 1, down: 1 },
            cooldownMs: { up: 300_000, down: 300_000 },
            upAfter: 'change',
            settleMs: 30_000,
            waitForActive: { timeoutMs: 900_000, intervalMs: 30_000 },
            requestTimeoutMs: 60_000,
            takesChanges: 'whenActive',
            dryRun: false,
          },
        },
      },
    });
  });

  it('every setting of the environment has an effect', async () => {
    const { resources } = await loadConfig(
      {
        AUTOSCALER_TARGET_RESOURCE: 'api',
        AUTOSCALER_COOLDOWN: '0',
        AUTOSCALER_STEPS: '3',
        AUTOSCALER_WAIT_FOR_ACTIVE_TIMEOUT: '60',
        AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL: '5',
        AUTOSCALER_MIN_CAPACITY: '2',
        AUTOSCALER_MAX_CAPACITY: '8',
        DRY_RUN: 'TRUE',
        OMNISTRATE_SIDECAR_URL: 'http://10.0.0.1:1234',
      },
      folder,
    );
    expect(resources.api).toMatchObject({
      platform: { settings: { url: 'http://10.0.0.1:1234' } },
      settings: {
        min: 2,
        max: 8,
        step: { up: 3, down: 3 },
        cooldownMs: { up: 0, down: 0 },
        waitForActive: { timeoutMs: 60_000, intervalMs: 5_000 },
        dryRun: true,
      },
    });
  });

  test.each([
    ['AUTOSCALER_STEPS', '0', 'is not a whole number of units; write digits only, from 1 to 1000000'],
    ['AUTOSCALER_STEPS', '-1', 'is not a whole number of units; write digits only, from 1 to 1000000'],
    ['AUTOSCALER_STEPS', '1.5', 'is not a whole number of units; write digits only, from 1 to 1000000'],
    ['AUTOSCALER_COOLDOWN', '-1', 'is not a whole number of seconds; write digits only, from 0 to 31622400'],
    ['AUTOSCALER_COOLDOWN', '300s', 'is not a whole number of seconds; write digits only, from 0 to 31622400'],
    ['AUTOSCALER_COOLDOWN', '1e3', 'is not a whole number of seconds; write digits only, from 0 to 31622400'],
    [
      'AUTOSCALER_COOLDOWN',
      '99999999999999999999',
      'is not a whole number of seconds; write digits only, from 0 to 31622400',
    ],
    [
      'AUTOSCALER_WAIT_FOR_ACTIVE_TIMEOUT',
      '0',
      'is not a whole number of seconds; write digits only, from 1 to 31622400',
    ],
    [
      'AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL',
      '0',
      'is not a whole number of seconds; write digits only, from 1 to 31622400',
    ],
    ['AUTOSCALER_MIN_CAPACITY', 'one', 'is not a whole number of units; write digits only, from 0 to 1000000'],
    ['DRY_RUN', 'maybe', 'is neither true nor false; write true or false'],
    ['OMNISTRATE_SIDECAR_URL', '127.0.0.1:49750', 'must be an http or https URL, such as http://127.0.0.1:49750'],
    ['AUTOSCALER_TARGET_RESOURCE', 'a/b', expect.stringContaining('is not a valid resource name')],
  ])('%s=%s prevents the start', async (name, value, expected) => {
    const lines = await linesOf(() => loadConfig({ AUTOSCALER_TARGET_RESOURCE: 'worker', [name]: value }, folder));
    expect(lines.map((line) => line.slice(name.length + 2))).toEqual([expected]);
    expect(lines[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('a minimum above the maximum prevents the start', async () => {
    const variables = {
      AUTOSCALER_TARGET_RESOURCE: 'worker',
      AUTOSCALER_MIN_CAPACITY: '5',
      AUTOSCALER_MAX_CAPACITY: '4',
    };
    expect(await linesOf(() => loadConfig(variables, folder))).toEqual([
      'AUTOSCALER_MIN_CAPACITY: is above AUTOSCALER_MAX_CAPACITY; lower AUTOSCALER_MIN_CAPACITY, or raise AUTOSCALER_MAX_CAPACITY',
    ]);
  });

  test.each([
    [{ AUTOSCALER_COOLDOWN: '60' }],
    [{ AUTOSCALER_TARGET_RESOURCE: '' }],
    [{ OMNISTRATE_SIDECAR_URL: 'http://127.0.0.1:49750' }],
  ])('%j does not start the demo, because the resource is missing', async (variables) => {
    expect(await linesOf(() => loadConfig(variables, folder))).toEqual([
      'AUTOSCALER_TARGET_RESOURCE: is not set; set it to the alias of the resource, its key in omnistrate-compose.yaml',
    ]);
  });

  it('a required variable that is misspelled does not start the demo, and the error names both spellings', async () => {
    expect(await linesOf(() => loadConfig({ AUTOSCALER_TARGET_RESORCE: 'worker' }, folder))).toEqual([
      'AUTOSCALER_TARGET_RESOURCE: is not set; set it to the alias of the resource, its key in omnistrate-compose.yaml',
      'AUTOSCALER_TARGET_RESORCE: unknown, and ignored; did you mean AUTOSCALER_TARGET_RESOURCE?',
    ]);
  });

  it('settings of a service on ECS without the service are ignored, with a warning', async () => {
    const variables = {
      AUTOSCALER_TARGET_RESOURCE: 'worker',
      MIN_TASKS: '2',
      TASKS_PER_MESSAGE: '1',
      QUEUE_TYPE: 'sqs',
    };
    const { resources, warnings } = await loadConfig(variables, folder);
    expect(Object.keys(resources)).toEqual(['worker']);
    expect(warnings.map(formatProblem)).toEqual([
      'MIN_TASKS, TASKS_PER_MESSAGE: ignored, because these variables have an effect only with ECS_CLUSTER and SERVICE_NAME; set both, or unset these variables',
    ]);
  });

  const ecs = { ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs', SQS_QUEUE_URL: 'https://q' };

  it('variables of two resources are refused, and the error names both', async () => {
    const omnistrate = { AUTOSCALER_TARGET_RESOURCE: 'worker', OMNISTRATE_SIDECAR_URL: 'http://simulator:49750' };
    expect(await linesOf(() => loadConfig({ ...omnistrate, ...ecs }, folder))).toEqual([
      'AUTOSCALER_TARGET_RESOURCE, OMNISTRATE_SIDECAR_URL: configure a resource on Omnistrate, and ECS_CLUSTER, ' +
        'SERVICE_NAME, SQS_QUEUE_URL configure a resource on ECS, but the environment can configure only one resource; ' +
        'unset the variables of one resource, or write an escapement.yaml with both resources',
    ]);
  });

  it('variables that are set to empty strings do not configure a resource', async () => {
    const nothing = { AUTOSCALER_TARGET_RESOURCE: '', OMNISTRATE_SIDECAR_URL: '' };
    expect(Object.keys((await loadConfig({ ...nothing, ...ecs }, folder)).resources)).toEqual(['jobs']);
    const noEcs = { ECS_CLUSTER: '', SERVICE_NAME: '' };
    const config = await loadConfig({ AUTOSCALER_TARGET_RESOURCE: 'worker', ...noEcs }, folder);
    expect(Object.keys(config.resources)).toEqual(['worker']);
  });

  it('an unknown variable is ignored, with a warning', async () => {
    const { warnings } = await loadConfig(
      { AUTOSCALER_TARGET_RESOURCE: 'w', AUTOSCALER_STEP: '2', AUTOSCALER_PORT: 'tcp://1' },
      folder,
    );
    expect(warnings.map(formatProblem)).toEqual([
      'AUTOSCALER_STEP: unknown, and ignored; did you mean AUTOSCALER_STEPS?',
      'AUTOSCALER_PORT: unknown, and ignored',
    ]);
  });
});

describe('without any configuration', () => {
  it('the demo scales one worker from 1 to 10, quickly', async () => {
    const { source, resources } = await loadConfig({ PATH: '/bin', PORT: '3000' }, folder);
    expect(source).toBe('demo');
    expect(resources).toMatchObject({
      worker: {
        settings: { min: 1, max: 10, step: { up: 1, down: 1 }, cooldownMs: { up: 5_000, down: 5_000 }, dryRun: false },
      },
    });
  });

  it('a misspelled variable of a configuration is a warning', async () => {
    const { source, warnings } = await loadConfig({ AUTOSCALR_TARGET_RESOURCE: 'worker', ECS_CLUSTR: 'a' }, folder);
    expect(source).toBe('demo');
    expect(warnings.map(formatProblem)).toEqual([
      'AUTOSCALR_TARGET_RESOURCE: unknown, and ignored; did you mean AUTOSCALER_TARGET_RESOURCE?',
      'ECS_CLUSTR: unknown, and ignored; did you mean ECS_CLUSTER?',
    ]);
  });

  it('DRY_RUN applies, and must be valid', async () => {
    expect((await loadConfig({ DRY_RUN: '1' }, folder)).resources.worker?.settings.dryRun).toBe(true);
    expect(await linesOf(() => loadConfig({ DRY_RUN: 'maybe' }, folder))).toEqual([
      'DRY_RUN: is neither true nor false; write true or false',
    ]);
  });
});

describe('validating a file', () => {
  it('returns the resources of a valid file, and a warning for each setting that could not be checked', async () => {
    await write('a.yaml', workerWith('').replace('omnistrate', '{ type: omnistrate, url: "${SIDECAR}" }'));
    const { problems, warnings, resources } = await validateFile('a.yaml', {}, folder);
    expect({ problems, resources }).toEqual({
      problems: [],
      resources: [expect.stringMatching(/^worker: omnistrate, /)],
    });
    expect(warnings.map(formatProblem)).toEqual([
      expect.stringContaining('the environment variable SIDECAR is not set'),
    ]);
  });

  it('returns every problem with its position and its fix as separate fields', async () => {
    await write('a.yaml', workerWith('cooldwn: 1s\nsettle: 5'));
    expect((await validateFile('a.yaml', {}, folder)).problems).toEqual([
      {
        file: 'a.yaml',
        line: 7,
        column: 5,
        path: 'resources.worker.cooldwn',
        problem: 'unknown key',
        fix: 'did you mean "cooldown"?',
      },
      {
        file: 'a.yaml',
        line: 8,
        column: 13,
        path: 'resources.worker.settle',
        problem: '5 has no unit',
        fix: 'write 5s',
      },
    ]);
  });

  it('reports a file that cannot be read', async () => {
    expect((await validateFile('none.yaml', {}, folder)).problems).toEqual([
      {
        file: 'none.yaml',
        path: '',
        problem: 'cannot be read (ENOENT)',
        fix: 'check the path and the permissions of the file',
      },
    ]);
  });
});
