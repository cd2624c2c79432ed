/** The walk-throughs of the pages, run as they are written: their escapement.yaml, their lines, a real server behind. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../../scripts/services/kubernetes.js';
import { motoService } from '../../../scripts/services/moto.js';
import { freePorts } from '../../../scripts/services/free-ports.js';
import { openEcs } from './ecs-candidate.js';
import { playKubelet } from './playing-kubelet.js';

const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** @returns what the lines printed. */
async function walkThrough(page: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(join(packageRoot, page), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'escapement-doc-'));
  const block = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
  await writeFile(join(folder, 'escapement.yaml'), block(/```yaml\n(version: 1[\s\S]*?)```/));
  // The command of this package, as it would be on PATH.
  const command = join(folder, 'escapement');
  const tsx = join(packageRoot, 'node_modules/.bin/tsx');
  await writeFile(command, `#!/bin/sh\nexec ${tsx} ${join(packageRoot, 'src/cli/main.ts')} "$@"\n`);
  await chmod(command, 0o755);
  const [api, temporal, webUi] = await freePorts(3);
  const { stdout } = await promisify(execFile)('bash', ['-m', '-c', `set -e\n${block(/```sh\n([\s\S]*?)```/)}wait`], {
    cwd: folder,
    timeout: 120_000,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      PORT: String(api),
      ESCAPEMENT_TEMPORAL_PORT: String(temporal),
      ESCAPEMENT_TEMPORAL_UI_PORT: String(webUi),
      ...environment,
    },
  });
  return stdout;
}

describe('the page', () => {
  it('of ECS can be followed', async () => {
    const moto = await motoService();
    await moto.start();
    closing.push(() => moto.stop());
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    const ecs = await openEcs(moto.endpoint);
    closing.push(async () => ecs.destroy());
    await ecs.createService('jobs', 1);
    expect(await walkThrough('docs/platforms/ecs.md', { AWS_ENDPOINT_URL: moto.endpoint })).toContain('"settled"');
    expect(await ecs.desiredCount('jobs')).toBe(5);
  });

  it('of Kubernetes can be followed', async () => {
    const cluster = await kubernetesService();
    await cluster.start();
    closing.push(() => cluster.stop());
    const kubelet = playKubelet(cluster);
    closing.push(() => kubelet.stop());
    await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    const labels = { app: 'web' };
    const deployments = '/apis/apps/v1/namespaces/shop/deployments';
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    await cluster.request('POST', deployments, { metadata: { name: 'web' }, spec });
    const KUBECONFIG = await cluster.kubeconfig('administrator');
    expect(await walkThrough('docs/platforms/kubernetes.md', { KUBECONFIG })).toContain('"settled"');
    expect(await cluster.request('GET', `${deployments}/web/scale`)).toMatchObject({ spec: { replicas: 5 } });
  });
});
