import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import type { ApiDependencies } from '../../src/api/dependencies.js';
import { connectClient } from '../../src/client/temporal/connection.js';
import { startWorker } from '../../src/worker/worker.js';
import { eventually } from '../support/eventually.js';
import { grpcStatus, TemporalProxy } from '../support/temporal-proxy.js';
import { devServerEnvironment } from '../support/temporal.js';
import { afterwards } from './afterwards.js';
import { settings } from './settings.js';
import { openApi } from './test-api.js';

describe('readiness', () => {
  let environment: TestWorkflowEnvironment;
  const resources = ['worker', 'gpu'].map((resource) => ({ resource, settings, taskQueue: `${resource}-queue` }));

  beforeAll(async () => {
    environment = await devServerEnvironment();
  });
  afterAll(() => environment.teardown());

  it('names the checks that a process with only the API does not run', async () => {
    const api = await openApi(environment.client, resources);
    const notHere = { status: 'not checked here' };
    expect(await api.call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        checks: {
          temporal: { status: 'ok' },
          taskQueues: { 'worker-queue': notHere, 'gpu-queue': notHere },
          resources: { worker: notHere, gpu: notHere },
        },
      },
    });
    expect(await api.call('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'alive' } });
  });

  it('reports the last observation of each platform by the worker, reads no platform, and does not depend on the observation', async () => {
    const atMs = Date.parse('2026-11-25T12:00:00Z');
    const looks = {
      worker: { atMs, problem: null },
      gpu: { atMs, problem: 'the sidecar at http://127.0.0.1:49750 does not answer' },
    };
    const observe = jest.fn<NonNullable<ApiDependencies['observe']>>();
    const three = [...resources, { resource: 'new', settings, taskQueue: 'worker-queue' }];
    const api = await openApi(environment.client, three, {
      observe,
      lastLookAt: (resource) => looks[resource as keyof typeof looks],
    });
    const at = '2026-11-25T12:00:00.000Z';
    expect(await api.call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        checks: {
          resources: {
            worker: { status: 'ok', at },
            gpu: { status: 'failing', detail: 'the sidecar at http://127.0.0.1:49750 does not answer', at },
            new: { status: 'not looked at yet' },
          },
        },
      },
    });
    expect(observe).not.toHaveBeenCalled();
  });

  it('is false if the namespace does not exist', async () => {
    const client = new Client({ connection: environment.connection, namespace: 'nowhere' });
    const api = await openApi(client, resources);
    expect(await api.call('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { checks: { temporal: { status: 'failing', detail: expect.stringContaining('nowhere') } } },
    });
  });

  it('requires polling: a worker whose polls are refused is not ready, and becomes ready when its polls succeed', async () => {
    const proxy = await TemporalProxy.inFrontOf(environment.address);
    afterwards(() => proxy.close());
    const temporal = { address: proxy.address, namespace: 'default', isConfigured: true, options: {} };
    proxy.refuse(/Poll/, grpcStatus.permissionDenied);
    const connection = connectClient(temporal);
    afterwards(() => connection.close());
    const worker = startWorker({
      temporal,
      connection,
      taskQueues: ['worker-queue', 'gpu-queue'],
      // The SDK does not ask for activities where there are none.
      activities: { nothing: async () => undefined },
      repeatable: [],
      workflowBundle: resolve('.cache/workflow-bundle.js'),
      shutdownGraceMs: 100,
      log: pino({ level: 'silent' }),
    });
    afterwards(() => worker.stop());
    const api = await openApi(environment.client, resources, { workerStatus: () => worker.status() });
    const readiness = (wanted: number) =>
      eventually(`readiness is ${wanted}`, async () => {
        const answer = await api.call('GET', '/readyz');
        return answer.status === wanted && answer;
      });

    await eventually('polls are refused', () => proxy.refusals.length > 0);
    expect(await readiness(503)).toMatchObject({
      body: { checks: { temporal: { status: 'ok' }, taskQueues: { 'gpu-queue': { status: 'failing' } } } },
    });
    proxy.admit();
    expect(await readiness(200)).toMatchObject({ body: { checks: { taskQueues: { 'gpu-queue': { status: 'ok' } } } } });
  }, 90_000);
});
