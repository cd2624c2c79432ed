import { expect, it } from '@jest/globals';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { grpcStatus } from '../../src/client/temporal/grpc-status.js';
import { settings } from './settings.js';
import { openApi } from './test-api.js';

it('the cancellation of a run that closes at the same time is answered like a cancellation without a run', async () => {
  const startTime = new Date();
  const handle = {
    describe: async () => ({ workflowId: 'scale:worker', runId: 'r', startTime, status: { name: 'RUNNING' }, raw: {} }),
    query: async () =>
      Promise.reject(Object.assign(new Error('nobody answers'), { code: grpcStatus.deadlineExceeded })),
    cancel: async () => Promise.reject(new WorkflowNotFoundError('already completed', 'scale:worker', undefined)),
  };
  // As much of a client as this route needs.
  const client = {
    options: { namespace: 'default' },
    withDeadline: async (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: { getHandle: () => handle },
  } as unknown as Client;
  const api = await openApi(client, [{ resource: 'worker', settings, taskQueue: 'escapement' }]);
  expect(await api.call('DELETE', '/v1/resources/worker/scale')).toMatchObject({
    status: 409,
    body: { type: 'urn:escapement:problem:nothing-under-way' },
  });
});
