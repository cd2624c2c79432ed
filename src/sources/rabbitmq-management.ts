/** Counts by RabbitMQ's management API, which also knows what consumers hold. */
import { z } from 'zod';
import { HttpClient, parseJson, refuseFailure } from './http-client.js';
import type { RabbitmqCounter, RabbitmqSettings } from './rabbitmq-settings.js';
import { SourceError } from './source.js';

const fields = { ready: 'messages_ready', unacknowledged: 'messages_unacknowledged', all: 'messages' } as const;

const queueSchema = z.object({
  messages_ready: z.number().optional(),
  messages_unacknowledged: z.number().optional(),
  messages: z.number().optional(),
});

export function managementCounter(settings: RabbitmqSettings, timeoutMs: number): RabbitmqCounter {
  const client = new HttpClient(settings.url, settings, timeoutMs);
  const vhost = settings.vhost ?? '/';
  const path = `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(settings.queue)}`;
  return {
    secrets: client.secrets,
    async count(signal) {
      const answer = await client.ask({ path, signal });
      if (answer.status === 404) {
        throw new SourceError(
          'missing',
          `there is no queue ${settings.queue} in vhost ${vhost}. Check queue, vhost and url.`,
        );
      }
      refuseFailure(answer);
      const queue = queueSchema.safeParse(parseJson(answer));
      if (!queue.success) throw new SourceError('malformed', 'answered something else than RabbitMQ does. Check url.');
      const value = queue.data[fields[settings.count]];
      // Right after a start or the declaration of the queue, until the first statistics are there.
      if (value === undefined) throw new SourceError('noData', 'does not know the number of messages yet.');
      return value;
    },
    close: () => client.close(),
  };
}
