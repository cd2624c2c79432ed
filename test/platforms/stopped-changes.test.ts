/** The outcome of a change whose SDK fails while the caller cancels, or at the deadline. */
import { expect, it } from '@jest/globals';
import { AdapterError } from '../../src/adapters/net/errors.js';
import { asOutcome } from '../../src/adapters/platforms/outcome.js';
import { callSdk } from '../../src/adapters/platforms/sdk-call.js';

const timeoutMs = 200;
const notSent = new AdapterError('notSent', 'PUT was not sent: send permit expired');
const refusedConnection = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const rejected = { outcome: 'rejected', final: false };
const unknown = { outcome: 'unknown' };

async function outcomeOf(work: (stop: () => void) => Promise<unknown>, signal = new AbortController()) {
  const call = { name: 'PUT', signal: signal.signal, timeoutMs };
  const change = callSdk(
    call,
    () => work(() => signal.abort()),
    () => undefined,
  );
  return change.then(() => ({ outcome: 'accepted' }), asOutcome);
}

const failingAfter = (error: Error, ms: number) =>
  new Promise((_resolve, reject) => {
    setTimeout(() => reject(error), ms);
  });

it.each<[string, object, (stop: () => void) => Promise<unknown>]>([
  [
    'an expired permit counts as not sent, also when the change is stopped at the same time',
    rejected,
    async (stop) => {
      queueMicrotask(stop);
      throw notSent;
    },
  ],
  [
    'a refused connection is unknown when the change is stopped at the same time: SDKs that are aborted throw anything',
    unknown,
    async (stop) => {
      queueMicrotask(stop);
      throw refusedConnection;
    },
  ],
  ['a refused connection alone counts as not sent', rejected, async () => Promise.reject(refusedConnection)],
  [
    'a change that is stopped is unknown, whatever its SDK says afterwards',
    unknown,
    async (stop) => {
      stop();
      await failingAfter(notSent, 20);
    },
  ],
  [
    'a change is unknown after its deadline, whatever its SDK says afterwards',
    unknown,
    () => failingAfter(notSent, timeoutMs + 50),
  ],
  ['a change whose SDK never settles is unknown', unknown, () => new Promise(() => undefined)],
])('%s', async (_name, expected, work) => {
  expect(await outcomeOf(work)).toMatchObject(expected);
});

it('a change that was stopped before it began is not started', async () => {
  const stopped = new AbortController();
  stopped.abort();
  let begun = 0;
  const work = async () => (begun += 1);
  expect(await outcomeOf(work, stopped)).toMatchObject(unknown);
  expect(begun).toBe(0);
});
