/** Counts through RabbitMQ's management API, which also reports the messages that consumers hold. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { HttpClient, jsonOfSuccess } from '../http-client.js';
import { type ManagementPlace, managementPlace } from './place.js';
import type { RabbitmqCount, RabbitmqCounter, RabbitmqSettings } from './settings.js';

export function managementCounter(settings: RabbitmqSettings, timeoutMs: number): RabbitmqCounter {
  const place = managementPlace(settings);
  const client = new HttpClient(place.address, settings, timeoutMs);
  const { queue, queues, count = 'all' } = settings;
  return {
    secrets: client.secrets,
    count: async (signal) =>
      queues === undefined
        ? countIn(await oneQueue(client, place, queue ?? '', signal), count)
        : combinedCount(await matchingQueues(client, place, { ...settings, queues }, signal), settings.combine, count),
    close: () => client.close(),
  };
}

const fields = { ready: 'messages_ready', unacknowledged: 'messages_unacknowledged', all: 'messages' } as const;

const queueSchema = z.object({
  messages_ready: z.number().optional(),
  messages_unacknowledged: z.number().optional(),
  messages: z.number().optional(),
});
type Queue = z.output<typeof queueSchema>;

function countIn(queue: Queue, count: RabbitmqCount): number {
  const value = queue[fields[count]];
  // After a start or the declaration of the queue, until RabbitMQ has its first statistics.
  if (value === undefined) throw new AdapterError('noData', 'has no number of messages yet.');
  return value;
}

async function oneQueue(client: HttpClient, place: ManagementPlace, name: string, signal: AbortSignal): Promise<Queue> {
  const { vhost, isFromPath } = place;
  const path = `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;
  const answer = await client.ask({ path, signal });
  if (answer.status === 404) {
    const advice = `Check queue, vhost and url${isFromPath ? '. Without vhost, the path of url is the vhost' : ''}.`;
    throw new AdapterError('missing', `there is no queue ${name} in vhost ${vhost}. ${advice}`);
  }
  return parsed(queueSchema, jsonOfSuccess(answer));
}

const pageSchema = z.object({
  page_count: z.number(),
  items: z.array(z.object({ name: z.string(), vhost: z.string(), ...queueSchema.shape })),
});

const largestPage = '500';

/** The server filters by the same pattern and returns only some fields. The result is filtered again here. */
async function matchingQueues(
  client: HttpClient,
  { vhost }: ManagementPlace,
  { queues, vhosts }: { readonly queues: string; readonly vhosts?: string | undefined },
  signal: AbortSignal,
): Promise<Queue[]> {
  const path = vhosts === undefined ? `/api/queues/${encodeURIComponent(vhost)}` : '/api/queues';
  const columns = ['name', 'vhost', ...Object.values(fields)].join(',');
  const found: z.output<typeof pageSchema>['items'] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = { page: String(page), page_size: largestPage, name: queues, use_regex: 'true', columns };
    const answer = await client.ask({ path, query, signal });
    if (answer.status === 404) throw new AdapterError('missing', `there is no vhost ${vhost}. Check vhost and url.`);
    const { items, page_count: count } = parsed(pageSchema, jsonOfSuccess(answer));
    found.push(...items);
    pages = count;
  }
  const [isMeant, isMeantPlace] = [new RegExp(queues), new RegExp(vhosts ?? '')];
  const matching = found.filter((each) => isMeant.test(each.name) && isMeantPlace.test(each.vhost));
  if (matching.length > 0) return matching;
  const where = vhosts === undefined ? `in vhost ${vhost}` : `in the vhosts that match ${vhosts}`;
  throw new AdapterError(
    'noData',
    `no queue matches ${queues} ${where}. Check queues and the permissions, or set emptyAs.`,
  );
}

function combinedCount(queues: readonly Queue[], combine: RabbitmqSettings['combine'], count: RabbitmqCount): number {
  const values = queues.map((queue) => countIn(queue, count));
  return combine === 'max' ? Math.max(...values) : values.reduce((total, value) => total + value, 0);
}

function parsed<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new AdapterError('malformed', 'sent a response that is not from RabbitMQ. Check url.');
}
