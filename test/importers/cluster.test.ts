/** What `--from-cluster` asks of an API server: test/services shows the same on a real one. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { importCluster } from '../../src/importers/import.js';

const asked: string[] = [];
let answers: Readonly<Record<string, unknown>> = {};
let server: Server;
let folder: string;
let kubeconfig: string;

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? { kind: 'Status', reason: 'NotFound' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  folder = mkdtempSync(join(tmpdir(), 'escapement-cluster-'));
  kubeconfig = join(folder, 'config');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { server: url } }],
    users: [{ name: 'a', user: {} }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a', namespace: 'shop' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});

const item = (name: string) => ({
  metadata: { name, namespace: 'shop', managedFields: [{ manager: 'kubectl' }] },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, maxReplicas: 3 },
});

it('a list of several pages is read to its end, in the namespace of the context', async () => {
  const path = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers?limit=500';
  answers = {
    [path]: { metadata: { continue: 'next/page' }, items: [item('a')] },
    [`${path}&continue=next%2Fpage`]: { metadata: { continue: '' }, items: [item('b')] },
  };
  const { report } = await importCluster('hpa', { kubeconfig });
  expect(report.resources).toEqual(['a', 'b']);
  expect(asked).toEqual(Object.keys(answers));
  expect(report.warnings.filter(({ path: place }) => place.includes('managedFields'))).toEqual([]);
});

it('a version that the cluster does not serve is an error that names it', async () => {
  answers = {};
  await expect(importCluster('hpa', { kubeconfig, allNamespaces: true })).rejects.toThrow(
    'The cluster has no horizontalpodautoscalers.autoscaling of autoscaling/v2',
  );
  expect(asked).toEqual(['/apis/autoscaling/v2/horizontalpodautoscalers?limit=500']);
});
