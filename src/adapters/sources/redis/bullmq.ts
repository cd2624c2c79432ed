/** BullMQ: the jobs of a queue, by the state that BullMQ keeps them in. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { connectionSettings, redisConnection, redisServer, type RedisClient } from './connection.js';
import { readTogether, type Read } from './transaction.js';

const states = z.enum(['waiting', 'prioritized', 'active', 'due', 'delayed', 'paused']);
type State = z.output<typeof states>;

const settings = z
  .strictObject({
    queue: z.string().min(1).describe('Name of the queue.'),
    prefix: z.string().min(1).default('bull').describe('The `prefix` of the queue in the application.'),
    count: z
      .union([states, z.array(states).min(1)])
      .default(['waiting', 'prioritized', 'due', 'active'])
      .describe(
        'Jobs that wait (`waiting`), that wait with a priority (`prioritized`), that a worker processes (`active`), or whose delay or retry has expired (`due`). `delayed`: all delayed jobs, which include `due`. `paused`: jobs that wait while the queue is paused, which are not `waiting` or `prioritized`. The counts of a list are added.',
      ),
    emptyAs: emptyAsSetting('the queue does not exist'),
    ...connectionSettings,
  })
  .superRefine(({ count }, issues) => {
    const counted = [count].flat();
    if (!counted.includes('due') || !counted.includes('delayed')) return;
    issues.addIssue({ code: 'custom', path: ['count'], message: 'counts due jobs twice: remove due or delayed' });
  });

export const bullmq = defineSource({
  type: 'bullmq',
  summary: 'The number of jobs in a BullMQ queue.',
  settings,
  overlooks({ count }) {
    if (count === undefined) return undefined;
    const counted = new Set([count].flat());
    if (!counted.has('active')) return { work: 'jobs that a worker processes', fix: 'add active to count' };
    if (counted.has('due') || counted.has('delayed')) return undefined;
    // Only workers move a job whose delay has expired to the waiting jobs.
    return { work: 'jobs whose delay has expired, which stay delayed until a worker runs', fix: 'add due to count' };
  },
  create(settings, context) {
    const connection = redisConnection(settings, context.timeoutMs);
    return makeSampler(context, {
      ...redisServer(settings),
      emptyAs: settings.emptyAs,
      look: (signal) => connection.use(signal, (client) => count(client, settings)),
      close: async () => connection.close(),
    });
  },
});

type Settings = z.output<typeof settings>;

async function count(client: RedisClient, { queue, prefix, count }: Settings) {
  const jobs = await jobsOf(client, `${prefix}:${queue}`);
  if (jobs === undefined) {
    throw new AdapterError(
      'noData',
      `there is no BullMQ queue ${queue}. Check queue, prefix and database, or set emptyAs if the queue is created later.`,
    );
  }
  const value = [...new Set([count].flat())].reduce((sum, state) => sum + jobs.of[state], 0);
  if (!jobs.isPaused) return { value };
  return { value, note: `the queue is paused, and ${jobs.of.paused} jobs wait until it is resumed` };
}

interface Jobs {
  readonly isPaused: boolean;
  readonly of: Readonly<Record<State, number>>;
}

const replies = z.tuple([
  z.number(),
  z.string().nullable(),
  z.number(),
  z.string().nullable(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);

/** @returns undefined if the queue does not exist. */
async function jobsOf(client: RedisClient, base: string): Promise<Jobs | undefined> {
  const [waitLength, waitEnd, pausedLength, pausedEnd, prioritized, active, delayed, due, paused, meta] = replies.parse(
    await readTogether(client, readsOf(base, Date.now())),
  );
  const waiting = withoutMarker(waitLength, waitEnd);
  // Before version 6, the waiting jobs of a paused queue are in a list of their own.
  const setAside = withoutMarker(pausedLength, pausedEnd);
  const total = waiting + setAside + prioritized + active + delayed;
  // A queue of which only a worker knows has no meta, but may have jobs.
  if (total === 0 && meta === 0) return undefined;
  const isPaused = paused === 1;
  return {
    isPaused,
    of: {
      waiting: isPaused ? 0 : waiting,
      prioritized: isPaused ? 0 : prioritized,
      paused: setAside + (isPaused ? waiting + prioritized : 0),
      active,
      delayed,
      due,
    },
  };
}

function readsOf(base: string, nowMs: number): Read[] {
  return [
    ['llen', `${base}:wait`],
    ['lindex', `${base}:wait`, -1],
    ['llen', `${base}:paused`],
    ['lindex', `${base}:paused`, -1],
    ['zcard', `${base}:prioritized`],
    ['llen', `${base}:active`],
    ['zcard', `${base}:delayed`],
    // The score is the time in milliseconds, followed by 12 bits that order the jobs of one millisecond.
    ['zcount', `${base}:delayed`, '-inf', (nowMs + 1) * 0x1000 - 1],
    ['hexists', `${base}:meta`, 'paused'],
    ['exists', `${base}:meta`],
  ];
}

/** Versions 3 and 4 end the list with an entry such as "0:1500" that wakes a worker and is not a job. */
function withoutMarker(length: number, lastEntry: string | null): number {
  return lastEntry?.startsWith('0:') === true ? length - 1 : length;
}
