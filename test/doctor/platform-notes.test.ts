/** What a platform says in addition to its capacity. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { fileConfig } from '../../src/config/file/file-config.js';
import { examine } from '../../src/doctor/examine.js';
import { readTemporalSettings } from '../../src/client/temporal/connection.js';
import { closeJsonServers, startJsonServer } from '../platforms/fixtures/json-server.js';
import { queryAnswer } from '../platforms/fixtures/query-xml.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

afterAll(closeJsonServers);

it('a missing permission for events is shown beside the capacity, and the check is ok', async () => {
  const { url } = await startJsonServer(({ method }) => ({
    body: { metadata: {}, spec: { replicas: 2 }, status: { readyReplicas: 2, allowed: method !== 'POST' } },
  }));
  const kubeconfig = join(await mkdtemp(join(tmpdir(), 'kubeconfig-')), 'config');
  const clusters = [{ name: 'c', cluster: { server: url } }];
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
  await writeFile(
    kubeconfig,
    JSON.stringify({ clusters, contexts, users: [{ name: 'u', user: {} }], 'current-context': 'c' }),
  );
  const file = `{ version: 1, resources: { web: { platform: { type: kubernetes, kubeconfig: ${kubeconfig} }, min: 1, max: 5 } } }`;
  const { resources } = await fileConfig(file, 'escapement.yaml', {});
  const results = await examine({ resources, temporal: readTemporalSettings({}), env: {} });
  expect(results.find(({ part }) => part === 'platform')).toMatchObject({
    outcome: 'ok',
    capacity: 2,
    message: expect.stringMatching(
      /^capacity 2, ACTIVE; no permission to create and patch events\. .*docs\/platforms\/kubernetes\.md/,
    ) as unknown,
  });
});

it('the limits of a platform that are narrower than those of the resource are shown beside the capacity', async () => {
  const group = { AutoScalingGroupName: 'web', MinSize: 1, MaxSize: 4, DesiredCapacity: 0 };
  const { url } = await startJsonServer(() => queryAnswer('DescribeAutoScalingGroups', { AutoScalingGroups: [group] }));
  const platform = `{ type: auto-scaling-group, region: eu-west-1, endpoint: "${url}" }`;
  const file = `{ version: 1, resources: { web: { platform: ${platform}, min: 1, max: 5 } } }`;
  const { resources } = await fileConfig(file, 'escapement.yaml', {});
  const results = await examine({ resources, temporal: readTemporalSettings({}), env: {} });
  expect(results.find(({ part }) => part === 'platform')).toMatchObject({
    outcome: 'ok',
    message: 'capacity 0, ACTIVE; MaxSize of the group is 4: it refuses a capacity above that, and max is 5',
  });
});
