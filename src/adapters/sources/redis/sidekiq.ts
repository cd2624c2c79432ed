/** Sidekiq: the jobs of its queues, or how long the oldest of them has waited. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { parseJson } from '../../net/json.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { connectionSettings, redisConnection, redisServer, type RedisClient } from './connection.js';
import { explained, readTogether, type Read } from './transaction.js';

const states = z.enum(['enqueued', 'busy', 'due', 'scheduled', 'retry']);
type State = z.output<typeof states>;
const name = z.string().min(1);

const settings = z
  .strictObject({
    queue: z
      .union([name, z.array(name).min(1)])
      .default('default')
      .describe('Name of the queue, or a list of names whose jobs are added.'),
    measure: z
      .enum(['jobs', 'latency'])
      .default('jobs')
      .describe(
        '`jobs`: number of jobs, see `count`. `latency`: seconds that the oldest waiting job has waited, which is the highest of several queues.',
      ),
    count: z
      .union([states, z.array(states).min(1)])
      .optional()
      .describe(
        'Jobs of the queues that wait (`enqueued`) or run (`busy`), and jobs of all queues that are scheduled (`scheduled`), wait for a retry (`retry`), or whose time to run or retry has come (`due`). The counts of a list are added. Default: `[enqueued, busy, due]`.',
      ),
    keyPrefix: z
      .string()
      .optional()
      .describe('Prefix of all keys, such as "shop:" if the application uses `redis-namespace`. Default: none.'),
    emptyAs: emptyAsSetting('a queue has never been used'),
    ...connectionSettings,
  })
  .superRefine(({ measure, count }, issues) => {
    const add = (message: string) => issues.addIssue({ code: 'custom', path: ['count'], message });
    if (measure === 'latency' && count !== undefined) add('is supported only for measure: jobs');
    const counts = [count ?? []].flat();
    if (counts.includes('due') && (counts.includes('scheduled') || counts.includes('retry'))) {
      add('counts due jobs twice: remove due, or remove scheduled and retry');
    }
  });

export const sidekiq = defineSource({
  type: 'sidekiq',
  summary: 'The number of jobs in Sidekiq queues, or their latency.',
  settings,
  overlooks({ measure, count }) {
    if (measure === 'latency') {
      return { work: 'jobs that run', fix: 'set idle to a signal with measure: jobs' };
    }
    if (count === undefined) return undefined;
    const counted = new Set([count].flat());
    if (!counted.has('busy')) return { work: 'jobs that run', fix: 'add busy to count' };
    if (counted.has('due') || (counted.has('scheduled') && counted.has('retry'))) return undefined;
    // Only Sidekiq processes move a job whose time has come to its queue.
    return { work: 'jobs whose time has come, which stay scheduled until a process runs', fix: 'add due to count' };
  },
  create(settings, context) {
    const connection = redisConnection(settings, context.timeoutMs);
    return makeSampler(context, {
      ...redisServer(settings),
      emptyAs: settings.emptyAs,
      look: (signal) => connection.use(signal, (client) => measured(client, settings)),
      close: async () => connection.close(),
    });
  },
});

type Settings = z.output<typeof settings>;

async function measured(client: RedisClient, settings: Settings): Promise<Seen> {
  const queues = [...new Set([settings.queue].flat())];
  const seen =
    settings.measure === 'latency'
      ? await latencyOf(client, settings.keyPrefix ?? '', queues)
      : await countOf(client, settings, queues);
  return judged(seen.value, seen.unused);
}

interface Seen {
  readonly value: number;
  readonly note?: string;
}

interface Measured {
  readonly value: number;
  /** Queues to which no job was ever added. */
  readonly unused: readonly string[];
}

/** Only a 0 may be due to a misspelled name: emptyAs must not replace the jobs of the other queues. */
function judged(value: number, unused: readonly string[]): Seen {
  if (unused.length === 0) return { value };
  if (value > 0) return { value, note: `there is no Sidekiq queue ${unused.join(', ')} yet` };
  throw new AdapterError(
    'noData',
    `there is no Sidekiq queue ${unused.join(', ')}. Check queue, keyPrefix and database, or set emptyAs if the queue is used later.`,
  );
}

/** Seconds. */
async function latencyOf(client: RedisClient, prefix: string, queues: readonly string[]): Promise<Measured> {
  const reads = queues.map((queue): Read => ['lindex', `${prefix}queue:${queue}`, -1]);
  const replies = await readTogether(client, [...reads, ...areKnown(prefix, queues)]);
  const oldest = z.array(z.string().nullable()).parse(replies.slice(0, queues.length));
  const unused = queues.filter((_, at) => oldest[at] === null && replies[queues.length + at] === 0);
  const waits = oldest.map((job, at) => (job === null ? 0 : secondsSince(enqueuedAtMs(job, queues[at]))));
  return { value: Math.max(...waits), unused };
}

/** The clocks of the application and of this machine may differ, and a latency is never negative. */
function secondsSince(timeMs: number): number {
  return Math.max(0, (Date.now() - timeMs) / 1_000);
}

const jobWithTime = z.object({ enqueued_at: z.number() });

function enqueuedAtMs(job: string, queue: string | undefined): number {
  const { data } = jobWithTime.safeParse(parseJson(job));
  if (data === undefined) {
    throw new AdapterError(
      'malformed',
      `the oldest job in the queue ${String(queue)} has no enqueued_at. Check that Sidekiq writes this queue.`,
    );
  }
  // Sidekiq 8 writes milliseconds, and older versions write seconds. As seconds, a larger number is in the year 5138.
  return data.enqueued_at > 1e11 ? data.enqueued_at : data.enqueued_at * 1_000;
}

async function countOf(
  client: RedisClient,
  { keyPrefix = '', count }: Settings,
  queues: readonly string[],
): Promise<Measured> {
  const counted = new Set<State>(count === undefined ? ['enqueued', 'busy', 'due'] : [count].flat());
  const work = counted.has('busy') ? workOf(keyPrefix, await processesOf(client, keyPrefix)) : [];
  const lengths = queues.map((queue): Read => ['llen', `${keyPrefix}queue:${queue}`]);
  const sets = setsOf(keyPrefix, counted);
  const replies = await readTogether(client, [...lengths, ...areKnown(keyPrefix, queues), ...sets, ...work]);
  const numbers = z.array(z.number()).parse(replies.slice(0, replies.length - work.length));
  const enqueued = numbers.slice(0, queues.length);
  const running = z.array(z.array(z.string())).parse(replies.slice(numbers.length)).flat();
  return {
    value:
      sum(counted.has('enqueued') ? enqueued : []) + sum(numbers.slice(queues.length * 2)) + ofQueues(running, queues),
    unused: queues.filter((_, at) => enqueued[at] === 0 && numbers[queues.length + at] === 0),
  };
}

/** Version 6 names the hash "workers", and later versions name it "work". */
function workOf(prefix: string, processes: readonly string[]): Read[] {
  return processes.flatMap((process) =>
    ['work', 'workers'].map((hash): Read => ['hvals', `${prefix}${process}:${hash}`]),
  );
}

async function processesOf(client: RedisClient, prefix: string): Promise<string[]> {
  const key = `${prefix}processes`;
  return client.smembers(key).catch((error: unknown) => {
    throw explained(error, key);
  });
}

function setsOf(prefix: string, counted: ReadonlySet<State>): Read[] {
  const [schedule, retry] = [`${prefix}schedule`, `${prefix}retry`];
  const nowSeconds = Date.now() / 1_000;
  return [
    ...(counted.has('due') ? [schedule, retry].map((key): Read => ['zcount', key, '-inf', nowSeconds]) : []),
    ...(counted.has('scheduled') ? [['zcard', schedule] satisfies Read] : []),
    ...(counted.has('retry') ? [['zcard', retry] satisfies Read] : []),
  ];
}

const runningJob = z.object({ queue: z.string() });

/** A process may serve other queues too. */
function ofQueues(running: readonly string[], queues: readonly string[]): number {
  return running.filter((work) => queues.includes(runningJob.safeParse(parseJson(work)).data?.queue ?? '')).length;
}

/** Redis removes an empty list, but Sidekiq keeps the names of the queues that were used. */
const areKnown = (prefix: string, queues: readonly string[]): Read[] =>
  queues.map((queue) => ['sismember', `${prefix}queues`, queue]);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
