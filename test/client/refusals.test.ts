import { expect, it } from '@jest/globals';
import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { asProblem } from '../../src/api/http/problem-handler.js';
import { ScaleClient } from '../../src/client/scale/client.js';
import { refusalTypes } from '../../workflows/scale/messages.js';
import { settings } from '../api/settings.js';

/** What becomes of a request whose update fails with this type. */
async function failedBy(type: string): Promise<unknown> {
  const failure = new WorkflowUpdateFailedError('failed', ApplicationFailure.nonRetryable('why', type));
  const workflow = { startUpdateWithStart: async () => Promise.reject(failure) };
  const withDeadline = async (_deadline: number, call: () => Promise<unknown>) => call();
  // As much of a client as an update needs.
  const client = { workflow, withDeadline } as unknown as Client;
  const target = { resource: 'worker', settings, taskQueue: 'escapement' };
  return new ScaleClient(client).request(target, { add: 1 }).catch((error: unknown) => error);
}

it.each(refusalTypes)('%s is a refusal, with a problem of its own', async (type) => {
  const error = await failedBy(type);
  expect(error).toMatchObject({ name: 'RequestRefused', type, message: 'why' });
  expect(asProblem(error).status).toBeLessThan(500);
});

it('an update that fails with a type of another version is an internal error, with its cause', async () => {
  const error = await failedBy('NotYetInvented');
  expect(asProblem(error)).toMatchObject({ type: 'internal', status: 500, more: { cause: error } });
});
