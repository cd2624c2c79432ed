import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hpaOf } from '../importers/importing.js';
import { emptyDirectory } from './empty-directory.js';

const { escapement, write, path } = emptyDirectory();

const unsupported = hpaOf({
  metrics: [{ type: 'Resource', resource: { name: 'gpu', target: { type: 'AverageValue', averageValue: '1' } } }],
});

describe('escapement import', () => {
  it('writes a file that validate accepts, and the report to stderr; a second time it refuses to replace the file', async () => {
    write('hpa.json', hpaOf());
    const args = ['import', 'hpa', 'hpa.json', '-o', 'escapement.yaml'];
    expect(await escapement(args)).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('Imported web to escapement.yaml.'),
    });
    expect(await escapement(['validate'])).toMatchObject({ code: 0 });
    write('escapement.yaml', 'mine');
    expect(await escapement(args)).toMatchObject({ code: 2, err: expect.stringContaining('is not replaced') });
    expect(readFileSync(join(path(), 'escapement.yaml'), 'utf8')).toBe('mine');
  });

  it('exits with 3 where something was not carried over, and prints the configuration anyway', async () => {
    write('hpa.json', unsupported);
    const { code, out, err } = await escapement(['import', 'hpa', 'hpa.json']);
    expect({ code, first: out.split('\n')[0] }).toEqual({ code: 3, first: 'version: 1' });
    expect(err).toContain('not carried over: HorizontalPodAutoscaler shop/web spec.metrics[0]: the resource gpu');
  });

  it('prints the report and the configuration as data with --json', async () => {
    write('hpa.json', unsupported);
    const { code, out, err } = await escapement(['import', 'hpa', 'hpa.json', '--json']);
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      resources: ['web'],
      unsupported: [{ what: 'the resource gpu' }],
      configuration: { version: 1, resources: { web: { max: 9 } } },
    });
  });

  it('reads a .env file and an event, and tells what differs', async () => {
    write('autoscaler.env', 'ECS_CLUSTER=main\nSQS_QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/1/jobs\nMIN_TASK=2\n');
    write('event.json', '{"config": {"service_name": "jobs", "max_tasks": 20}}');
    const { code, out, err } = await escapement(['import', 'fast-autoscaler', 'autoscaler.env', 'event.json']);
    expect(code).toBe(0);
    expect(out).toContain('max: 20 # MAX_TASKS');
    expect(err).toContain('note: autoscaler.env MIN_TASK is unknown');
  });

  it('reads stdin, alone and beside files', async () => {
    expect(await escapement(['import', 'hpa', '-'], {}, hpaOf())).toMatchObject({
      code: 0,
      out: expect.stringContaining('\n  web:\n'),
      err: expect.stringContaining('Imported web.'),
    });
    write('hpa.json', hpaOf({ scaleTargetRef: { kind: 'Deployment', name: 'db' } }, { name: 'db' }));
    const { code, err } = await escapement(['import', 'hpa', 'hpa.json', '-'], {}, hpaOf());
    expect({ code, first: err.split('\n')[0] }).toEqual({ code: 0, first: 'Imported db, web.' });
  });

  it('names stdin in an error', async () => {
    expect(await escapement(['import', 'hpa', '-'], {}, 'a: [')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('stdin is not valid YAML'),
    });
  });

  it.each([
    ['a file that is missing', ['hpa', 'none.yaml'], 'none.yaml cannot be read (ENOENT)'],
    ['an empty stdin', ['hpa', '-'], 'contains no HorizontalPodAutoscaler'],
    ['an unknown kind', ['hpaa', '-'], 'Write one of: hpa'],
    ['neither files nor a cluster', ['hpa'], 'Write the files to import, - for stdin, or --from-cluster'],
    ['files beside a cluster', ['hpa', 'hpa.yaml', '--from-cluster'], 'Write files or --from-cluster, and not both'],
    ['an option of a cluster beside files', ['hpa', 'hpa.yaml', '-n', 'shop'], 'need --from-cluster'],
    ['two namespaces', ['hpa', '--from-cluster', '-A', '-n', 'shop'], 'Write --namespace or --all-namespaces'],
    ['a kind that is not in clusters', ['nomad', '--from-cluster'], 'nomad is not in a cluster of Kubernetes'],
    ['a cluster without a kubeconfig', ['hpa', '--from-cluster'], '.kube/config cannot be used'],
  ])('exits with 2 for %s', async (_, args, words) => {
    expect(await escapement(['import', ...args])).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});
