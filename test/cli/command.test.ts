import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { emptyDirectory, root } from './empty-directory.js';

const { escapement, write, path: directory } = emptyDirectory();

const rightFile = `version: 1
resources:
  worker: { platform: omnistrate, min: 1, max: 6 }
  other: { platform: omnistrate, min: 0, max: 2, taskQueue: elsewhere }
`;

describe('escapement', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await escapement(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it('lists its commands, and the first command to run', async () => {
    const { out } = await escapement(['--help']);
    for (const part of ['up', 'worker', 'api', 'simulator', 'validate', 'doctor', 'Start with: escapement up']) {
      expect(out).toContain(part);
    }
  });

  it('documents the settings of a command in its help', async () => {
    const { out } = await escapement(['up', '--help']);
    for (const part of ['PORT', 'ESCAPEMENT_LISTEN', 'ESCAPEMENT_TEMPORAL_PORT', 'TEMPORAL_ADDRESS', 'demo']) {
      expect(out).toContain(part);
    }
  });

  it('refuses a command that does not exist', async () => {
    expect(await escapement(['upp'])).toMatchObject({ code: 1, err: expect.stringContaining('up') });
  });
});

describe('escapement validate', () => {
  it('reports that a valid file is valid', async () => {
    write('escapement.yaml', rightFile);
    const { code, out } = await escapement(['validate']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'escapement.yaml is valid:',
      expect.stringMatching(/^ {2}worker: omnistrate, 1 to 6 units, steps of 1, cooldown 5m; on request only$/),
      expect.stringMatching(/^ {2}other: omnistrate on task queue elsewhere, /),
      '',
    ]);
  });

  it('names the file and the line of each error, and exits with 2', async () => {
    write('mine.yaml', rightFile.replace('max: 6', 'max: 6, cooldwn: 5m'));
    const { code, err } = await escapement(['validate', 'mine.yaml']);
    expect(code).toBe(2);
    expect(err).toMatch(/^mine\.yaml:3:\d+ .*cooldwn.*cooldown/);
  });

  it('prints problems as data with --json', async () => {
    write('mine.yaml', rightFile.replace('max: 6', 'max: 6, cooldwn: 5m'));
    const { code, out, err } = await escapement(['validate', '--json', 'mine.yaml']);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toEqual({
      isValid: false,
      problems: [
        {
          file: 'mine.yaml',
          line: 3,
          column: 51,
          path: 'resources.worker.cooldwn',
          problem: 'unknown key',
          fix: 'did you mean "cooldown"?',
        },
      ],
      warnings: [],
      resources: [],
      events: [],
    });
  });

  it('prints the settings in force as data with --json', async () => {
    write('mine.yaml', rightFile);
    const { code, out } = await escapement(['validate', '--json', 'mine.yaml']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      isValid: true,
      problems: [],
      warnings: [],
      resources: [expect.stringMatching(/^worker: /), expect.stringMatching(/^other: /)],
    });
  });

  it('exits with 2 for a missing file', async () => {
    expect(await escapement(['validate'])).toMatchObject({ code: 2, err: expect.stringContaining('escapement.yaml') });
  });
});

describe('escapement config show', () => {
  it('prints what variables configure as a file, which validates and is then printed again', async () => {
    const environment = { AUTOSCALER_TARGET_RESOURCE: 'worker', AUTOSCALER_MAX_CAPACITY: '6' };
    const printed = await escapement(['config', 'show'], environment);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain('# From the environment: AUTOSCALER_TARGET_RESOURCE, AUTOSCALER_MAX_CAPACITY\n');
    write('escapement.yaml', printed.out);
    expect(await escapement(['validate'])).toMatchObject({ code: 0, err: '' });
    const again = await escapement(['config', 'show', '--json']);
    expect(JSON.parse(again.out)).toEqual({
      source: 'file',
      file: 'escapement.yaml',
      configuration: {
        version: 1,
        resources: {
          worker: {
            platform: { type: 'omnistrate', url: 'http://127.0.0.1:49750' },
            min: 0,
            max: 6,
            step: 1,
            cooldown: '5m',
          },
        },
      },
      resources: [
        {
          resource: 'worker',
          from: expect.stringMatching(/^escapement\.yaml:\d+$/),
          inForce: expect.stringMatching(/^worker: omnistrate, 0 to 6 units/),
        },
      ],
      warnings: [],
    });
  });

  it('prints warnings on standard error, and the problems of an invalid configuration with exit code 2', async () => {
    write('escapement.yaml', rightFile);
    const warned = await escapement(['config', 'show'], { AUTOSCALER_STEPS: '2' });
    expect(warned).toMatchObject({ code: 0, err: expect.stringMatching(/^warning: AUTOSCALER_STEPS: ignored/) });
    write('escapement.yaml', rightFile.replace('max: 6', 'max: 6, cooldwn: 5m'));
    const { code, out, err } = await escapement(['config', 'show']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('escapement.yaml:3:51 resources.worker.cooldwn');
  });

  it('exits with 2 where nothing is configured', async () => {
    const err = expect.stringContaining('no resource is configured');
    expect(await escapement(['config', 'show'])).toMatchObject({ code: 2, out: '', err });
  });
});

describe('escapement up', () => {
  it.each([
    ['a setting that makes no sense', { PORT: 'abc' }, 'PORT'],
    ['a configuration that is only half there', { AUTOSCALER_COOLDOWN: '60' }, 'AUTOSCALER_TARGET_RESOURCE'],
    [
      'a resource that nonsense is asked of',
      { AUTOSCALER_TARGET_RESOURCE: 'worker', AUTOSCALER_STEPS: '-1' },
      'AUTOSCALER_STEPS',
    ],
    ['DRY_RUN=maybe', { AUTOSCALER_TARGET_RESOURCE: 'worker', DRY_RUN: 'maybe' }, 'DRY_RUN'],
    ['an API open to the network without a token', { ESCAPEMENT_LISTEN: '0.0.0.0' }, 'ESCAPEMENT_API_TOKEN'],
    ['a Temporal profile that does not exist', { TEMPORAL_PROFILE: 'nobody' }, 'nobody'],
  ])('does not start with %s: exit code 2, the setting is named, and nothing was begun', async (_, env, named) => {
    const { code, err } = await escapement(['up'], env);
    expect(code).toBe(2);
    expect(err).toContain(named);
    expect(readdirSync(directory())).toEqual([]);
  });

  it('names every port that is in use, and the setting for another port, before it starts a process', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const port = String((taken.address() as AddressInfo).port);
    const free = { ESCAPEMENT_TEMPORAL_UI_PORT: '0', ESCAPEMENT_SIMULATOR_PORT: '0' };
    const { code, err } = await escapement(['up'], { PORT: port, ESCAPEMENT_TEMPORAL_PORT: '0', ...free });
    taken.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} (API) is in use by another process`);
    expect(err).toContain(`lsof -nP -iTCP:${port}`);
    expect(err).toContain('set PORT to a free port');
    expect(readdirSync(directory())).toEqual([]);
  });

  it('reports a fix if the Temporal program is missing and cannot be downloaded', async () => {
    const free = {
      PORT: '0',
      ESCAPEMENT_TEMPORAL_PORT: '0',
      ESCAPEMENT_TEMPORAL_UI_PORT: '0',
      ESCAPEMENT_SIMULATOR_PORT: '0',
    };
    const { code, err } = await escapement(['up'], { ...free, TEMPORAL_CLI_PATH: '/missing' });
    expect(code).toBe(1);
    expect(err).toContain('TEMPORAL_CLI_PATH is /missing');
  });
});

describe('escapement worker', () => {
  it('has a separate port for its health endpoint, independent of the port of the API', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const port = String((taken.address() as AddressInfo).port);
    const { code, err } = await escapement(['worker'], {
      AUTOSCALER_TARGET_RESOURCE: 'worker',
      PORT: '1',
      ESCAPEMENT_WORKER_PORT: port,
    });
    taken.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} (health of the worker) is in use by another process`);
    expect(err).toContain('set ESCAPEMENT_WORKER_PORT to a free port');
    expect(err).not.toContain('Port 1 ');
  });

  it('refuses a task queue that no resource uses, and names the existing task queues', async () => {
    write('escapement.yaml', rightFile);
    const { code, err } = await escapement(['worker', '--task-queue', 'nowhere'], { ESCAPEMENT_WORKER_PORT: '0' });
    expect(code).toBe(2);
    expect(err).toContain('no resource has the task queue nowhere; use escapement, elsewhere');
  });
});
