import { afterAll, expect, it } from '@jest/globals';
import { Client, type WorkflowClientInterceptor, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ScaleClient } from '../../src/client/scale/client.js';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench } from '../workflows/workbench.js';

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
await bench.startWorker();
afterAll(async () => {
  await bench.close();
  await environment.teardown();
});

const { connection, options } = environment.client;
const clientWith = (interceptor: WorkflowClientInterceptor) =>
  new ScaleClient(new Client({ connection, namespace: options.namespace, interceptors: { workflow: [interceptor] } }));

it('a relative request whose answer is late is applied once, also when the run that applies it closes meanwhile', async () => {
  const resource = await bench.resource({ capacity: 2 });
  await bench.scales.request(resource, { targetCapacity: 3 });

  let send: (() => Promise<unknown>) | undefined;
  /** The server receives the update after the client has read the state of the run, and before its signal. */
  const afterArrival = <T>(call: () => Promise<T>) =>
    connection.withDeadline(Date.now() + 20_000, async () => {
      await send?.();
      await resource.handle.result();
      send = undefined;
      return call();
    });
  const client = clientWith({
    startUpdateWithStart: async (input, next) => {
      send = () => next(input);
      return Promise.reject(new WorkflowUpdateRPCTimeoutOrCancelledError('no answer'));
    },
    signal: (input, next) => afterArrival(() => next(input)),
    signalWithStart: (input, next) => afterArrival(() => next(input)),
  });

  expect(await client.request(resource, { add: 1 })).toMatchObject({ targetCapacity: 4 });
  await resource.handle.result();
  expect(resource.truth()).toEqual([2, 3, 4]);
});

it('a relative request whose answer is late reaches the open run', async () => {
  const resource = await bench.resource({ capacity: 2 });
  await bench.scales.request(resource, { targetCapacity: 3 });
  const client = clientWith({
    startUpdateWithStart: async () => Promise.reject(new WorkflowUpdateRPCTimeoutOrCancelledError('no answer')),
  });
  expect(await client.request(resource, { add: 1 })).toMatchObject({ targetCapacity: null, outcome: 'accepted' });
  await resource.until(({ targetCapacity }) => targetCapacity === 4);
  await resource.handle.result();
  expect(resource.truth()).toEqual([2, 3, 4]);
});
