/** Celery with Redis as its broker: the tasks of its queues, by the keys of its transport, Kombu. */
import { z } from 'zod';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { connectionSettings, redisConnection, redisServer } from './connection.js';
import { countTogether, type Read } from './transaction.js';

const states = z.enum(['waiting', 'unacknowledged']);
const name = z.string().min(1);

const settings = z.strictObject({
  queue: z
    .union([name, z.array(name).min(1)])
    .default('celery')
    .describe('Name of the queue, or a list of names whose tasks are added.'),
  count: z
    .union([states, z.array(states).min(1)])
    .default(['waiting', 'unacknowledged'])
    .describe(
      'Tasks that wait (`waiting`), or that workers received and did not acknowledge (`unacknowledged`), in all queues of this `unackedKey`. The counts of a list are added.',
    ),
  acksLate: z
    .boolean()
    .default(false)
    .describe(
      'Whether the application sets `task_acks_late`, with which a task is unacknowledged until it is done. Otherwise a running task is not in Redis, and `validate` prints a warning if `idle` depends on this signal.',
    ),
  prioritySteps: z
    .array(z.number().int().min(0).max(255))
    .min(1)
    .default([0, 3, 6, 9])
    .describe('The `priority_steps` in `broker_transport_options`. Each step above 0 has its own list.'),
  separator: name
    .optional()
    .describe(
      'The `sep` in `broker_transport_options`, between the name of a queue and a priority step. Default: U+0006 and U+0016.',
    ),
  keyPrefix: z.string().optional().describe('The `global_keyprefix` in `broker_transport_options`. Default: none.'),
  unackedKey: name.default('unacked').describe('The `unacked_key` in `broker_transport_options`.'),
  emptyAs: zeroAsSetting,
  ...connectionSettings,
});

export const celery = defineSource({
  type: 'celery',
  summary: 'The number of tasks in Celery queues on Redis.',
  settings,
  overlooks({ count, acksLate }) {
    if (count !== undefined && ![count].flat().includes('unacknowledged')) {
      return { work: 'tasks that workers received', fix: 'add unacknowledged to count' };
    }
    if (acksLate === true) return undefined;
    return {
      work: 'tasks that run, which Celery acknowledges before it runs them',
      fix: 'set task_acks_late in the application and acksLate: true here, or set idle to a signal that counts running tasks',
    };
  },
  create(settings, context) {
    const connection = redisConnection(settings, context.timeoutMs);
    return makeSampler(context, {
      ...redisServer(settings),
      emptyAs: settings.emptyAs,
      look: async (signal) => ({
        value: await connection.use(signal, async (client) => sum(await countTogether(client, readsOf(settings)))),
      }),
      close: async () => connection.close(),
    });
  },
});

type Settings = z.output<typeof settings>;

const separatorOfKombu = '\u0006\u0016';

/** Redis removes an empty list and an empty hash, so a key that does not exist counts as 0. */
function readsOf({ queue, count, prioritySteps, unackedKey, ...names }: Settings): Read[] {
  const { separator = separatorOfKombu, keyPrefix = '' } = names;
  const counted = new Set([count].flat());
  const keys = unique([queue].flat()).flatMap((each) =>
    // As Kombu does: the list of the lowest step has the name of the queue.
    unique(prioritySteps).map((step) => (step === 0 ? each : `${each}${separator}${step}`)),
  );
  return [
    ...(counted.has('waiting') ? keys.map((key): Read => ['llen', `${keyPrefix}${key}`]) : []),
    ...(counted.has('unacknowledged') ? [['hlen', `${keyPrefix}${unackedKey}`] satisfies Read] : []),
  ];
}

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
