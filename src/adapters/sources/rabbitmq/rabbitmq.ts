/**
 * RabbitMQ: the messages of one or several queues, through the management API or AMQP, by the scheme of the address.
 */
import { makeSampler } from '../sampler.js';
import { amqpCounter } from './amqp.js';
import { managementCounter } from './management.js';
import { isAmqp, rabbitmqSettings } from './settings.js';
import { parseAddress } from '../../net/server-address.js';
import { defineSource } from '../source.js';

export const rabbitmq = defineSource({
  type: 'rabbitmq',
  summary: 'The number of messages in a RabbitMQ queue, or in all queues whose names match.',
  settings: rabbitmqSettings,
  overlooks({ url, count }) {
    if (typeof url === 'string' && isAmqp(url)) {
      const fix = 'set url to the management API';
      return { work: 'messages that consumers hold, which AMQP does not report', fix };
    }
    return count === 'ready' ? { work: 'messages that consumers hold', fix: 'set count: all' } : undefined;
  },
  create(settings, context) {
    const counter = isAmqp(settings.url)
      ? amqpCounter(settings, context.timeoutMs)
      : managementCounter(settings, context.timeoutMs);
    return makeSampler(context, {
      server: `RabbitMQ at ${parseAddress(settings.url).shown}`,
      emptyAs: settings.emptyAs,
      secrets: counter.secrets,
      look: async (signal) => ({ value: await counter.count(signal) }),
      close: () => counter.close(),
    });
  },
});
