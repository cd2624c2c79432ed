/** Apache ActiveMQ (Classic) and Amazon MQ for ActiveMQ: the size of a queue, read through Jolokia's REST API. */
import { z } from 'zod';
import { addressSetting } from '../../net/server-address.js';
import { zeroAsSetting } from '../empty-as.js';
import { HttpClient, httpSettings } from '../http-client.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { activeBroker } from './active-broker.js';
import { readQueue } from './jolokia.js';

const address = addressSetting(['http', 'https']);

const settings = z.strictObject({
  url: z
    .union([address, z.array(address).min(1)])
    .describe(
      'Address of Jolokia: "http://activemq:8161/api/jolokia". The web console of the broker serves it at `/api/jolokia`. For brokers of which only one is active at a time: a list of their addresses. The active broker is found, and found again after a failover.',
    ),
  broker: z
    .string()
    .min(1)
    .default('localhost')
    .describe(
      'Name of the broker, `brokerName` in its configuration. `*`: the broker at the address, whatever its name.',
    ),
  queue: z.string().min(1).describe('Name of the queue.'),
  count: z
    .enum(['waiting', 'inFlight', 'all'])
    .default('all')
    .describe(
      'Messages not yet delivered to a consumer (`waiting`), delivered and not acknowledged (`inFlight`), or both (`all`).',
    ),
  emptyAs: zeroAsSetting,
  ...httpSettings,
});

export const activemq = defineSource({
  type: 'activemq',
  summary: 'The number of messages in an ActiveMQ queue.',
  settings,
  overlooks: ({ count }) =>
    count === 'waiting' ? { work: 'messages that consumers hold', fix: 'set count: all' } : undefined,
  create(settings, context) {
    const { url, broker, queue, count, emptyAs, ...access } = settings;
    const clients = [url].flat().map((each) => new HttpClient(each, access, context.timeoutMs));
    const place = { broker, queue, isOneOfSeveral: clients.length > 1 };
    const active = activeBroker(clients, context.timeoutMs);
    return makeSampler(context, {
      server: `ActiveMQ at ${clients.map(({ shown }) => shown).join(', ')}`,
      emptyAs,
      secrets: clients.flatMap(({ secrets }) => secrets),
      async look(signal) {
        const { result, note } = await active(signal, (client, until) => readQueue(client, place, until));
        const { size, inFlight } = result;
        const value = { all: size, inFlight, waiting: size - inFlight }[count];
        return { value, ...(note !== undefined && { note }) };
      },
      async close() {
        await Promise.all(clients.map((client) => client.close()));
      },
    });
  },
});
