/** Whatever the code of a module does, a change is sent once and has one of three outcomes. */
import { customPlatform, type CustomResource } from '../../src/adapters/platforms/custom.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { z } from '../../src/extend/index.js';
import { addOne, never, permitted } from './fixtures/sidecar-client.js';

let calls = 0;
beforeEach(() => {
  calls = 0;
});

function platformWith(resource: { [Member in keyof CustomResource]?: (...given: never[]) => unknown }): Platform {
  const definition = customPlatform({
    type: 'machines',
    summary: 'Machines of our own.',
    settings: z.object({}),
    takesChanges: 'anyTime',
    // Of JavaScript, which no compiler has checked.
    create: () => resource as unknown as CustomResource,
  });
  return definition.create({}, { resource: 'worker', requestTimeoutMs: 50 });
}

const changeWith = (change: (...given: never[]) => unknown, permit = permitted) =>
  platformWith({
    change: (...given) => {
      calls++;
      return change(...given);
    },
  }).change(addOne, permit, never);

it.each<[does: string, change: () => unknown, outcome: object]>([
  ['returns accepted', async () => ({ outcome: 'accepted' }), { outcome: 'accepted' }],
  [
    'returns rejected',
    async () => ({ outcome: 'rejected', final: false, reason: 'busy', retryAfterMs: 500 }),
    { outcome: 'rejected', final: false, reason: 'busy', retryAfterMs: 500 },
  ],
  [
    'rejects',
    () => Promise.reject(new Error('socket closed')),
    { outcome: 'unknown', reason: 'machines: socket closed' },
  ],
  [
    'throws',
    () => {
      throw new Error('a defect');
    },
    { outcome: 'unknown', reason: 'machines: a defect' },
  ],
  [
    'returns nothing',
    async () => undefined,
    { outcome: 'unknown', reason: 'change of the platform machines returned none of accepted, rejected and unknown' },
  ],
  [
    'rejects without saying whether a retry can help',
    async () => ({ outcome: 'rejected', reason: 'busy' }),
    { outcome: 'unknown', reason: 'change of the platform machines returned none of accepted, rejected and unknown' },
  ],
  [
    'never settles',
    () => new Promise(() => undefined),
    { outcome: 'unknown', reason: 'change of the platform machines got no complete response within 50 ms' },
  ],
])('a change that %s has that outcome after one call', async (_, change, outcome) => {
  expect(await changeWith(change)).toEqual(outcome);
  expect(calls).toBe(1);
});

it('a change whose permit has expired is not sent', async () => {
  const outcome = await changeWith(async () => ({ outcome: 'accepted' }), { isValid: () => false });
  expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
  expect(calls).toBe(0);
});

it('an observation has a status and a time by default', async () => {
  const before = Date.now();
  const seen = await platformWith({ observe: async () => ({ capacity: 3, ready: 2 }) }).observe(never);
  expect(seen).toEqual({ capacity: 3, ready: 2, status: 'ACTIVE', observedAtMs: expect.any(Number) as number });
  expect(seen.observedAtMs).toBeGreaterThanOrEqual(before);
});

it.each<[does: string, observe: () => unknown, code: string, words: string]>([
  ['rejects', () => Promise.reject(new Error('no route')), 'failed', 'worker: machines: no route.'],
  ['returns no number', async () => ({ size: 3 }), 'malformed', 'worker: observe of the platform machines returned'],
  ['returns half a unit', async () => ({ capacity: 2.5 }), 'malformed', 'at capacity'],
  ['never settles', () => new Promise(() => undefined), 'timeout', 'within 50 ms'],
])('a read that %s is an error of the resource', async (_, observe, code, words) => {
  const read = platformWith({ observe }).observe(never);
  await expect(read).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
});
