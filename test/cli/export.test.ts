import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hpaOf } from '../importers/importing.js';
import { emptyDirectory } from './empty-directory.js';

const { escapement, write, path } = emptyDirectory();

const onEcs =
  'version: 1\nresources:\n  web:\n    platform: { type: ecs, cluster: main }\n    min: 1\n    max: 4\n    cooldown: 0s\n';

describe('escapement export', () => {
  it('writes what import reads, and the report to stderr; a second time it refuses to replace the file', async () => {
    write('hpa.json', hpaOf());
    await escapement(['import', 'hpa', 'hpa.json', '-o', 'first.yaml']);
    const args = ['export', 'hpa', '-c', 'first.yaml', '-o', 'hpa.yaml'];
    expect(await escapement(args)).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('Exported web to hpa.yaml.'),
    });
    const { out } = await escapement(['import', 'hpa', 'hpa.yaml']);
    expect(out).toBe(readFileSync(join(path(), 'first.yaml'), 'utf8'));
    expect(await escapement(args)).toMatchObject({ code: 2, err: expect.stringContaining('is not replaced') });
  });

  it('exits with 3 where something was not exported, and prints the rest; --json prints the report as data', async () => {
    write('escapement.yaml', `${onEcs}    step: 1\n`);
    const { code, out, err } = await escapement(['export', 'aws-application-autoscaling']);
    expect({ code, out: JSON.parse(out) as unknown }).toMatchObject({
      code: 3,
      out: { ScalableTargets: [{ MaxCapacity: 4 }] },
    });
    expect(err).toContain('not carried over: web step: the size of a step');
    const json = await escapement(['export', 'aws-application-autoscaling', '--resource', 'web', '--json']);
    expect({ code: json.code, err: json.err }).toEqual({ code: 3, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ resources: ['web'], unsupported: [{ what: 'the size of a step' }] });
  });

  it('writes no file where nothing can be exported', async () => {
    write('escapement.yaml', onEcs);
    const { code, err } = await escapement(['export', 'keda', '-o', 'keda.yaml']);
    expect({ code, first: err.split('\n')[0] }).toEqual({ code: 3, first: 'Nothing was exported.' });
    expect(() => readFileSync(join(path(), 'keda.yaml'))).toThrow('ENOENT');
  });

  it.each([
    ['an unknown kind', ['hpaa'], 'Write one of: hpa, keda, aws-application-autoscaling'],
    ['an unknown resource', ['hpa', '--resource', 'api'], 'It has: web'],
    ['a file that is missing', ['hpa', '-c', 'none.yaml'], 'none.yaml'],
  ])('exits with 2 for %s', async (_, args, words) => {
    write('escapement.yaml', onEcs);
    expect(await escapement(['export', ...args])).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});
