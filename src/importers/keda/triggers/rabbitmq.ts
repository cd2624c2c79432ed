/** rabbitmq. */
import { isPlaceholder, requiredAddress } from '../address.js';
import { isTlsEnabled, tlsOf } from './tls.js';
import { settings, type Converter } from './trigger.js';

/** Of a trigger that has neither `value` nor `queueLength`. */
const defaultLength = 20;

const overAmqp =
  'counts only ready messages over AMQP, as in KEDA: unacknowledged messages are not visible over AMQP, and workers that hold them may be removed. The management API (http) counts both';

export const rabbitmq: Converter = ({ parameters }) => {
  const mode = parameters.text('mode') ?? 'QueueLength';
  if (mode !== 'QueueLength') {
    return {
      what: `the mode ${mode}`,
      why: 'the source rabbitmq counts messages. Read the rate from the Prometheus plugin of RabbitMQ, with the source prometheus',
    };
  }
  const isPattern = parameters.flag('useRegex');
  const operation = parameters.oneOf('operation', ['sum', 'max', 'avg']);
  if (isPattern && operation === 'avg') {
    return { what: 'operation: avg', why: 'the source rabbitmq adds the counts of queues, or uses the largest' };
  }
  const url = requiredAddress(parameters, 'host');
  const protocol = parameters.oneOf('protocol', ['auto', 'http', 'amqp']);
  const isSurelyHttp = protocol === 'http' || (protocol === 'auto' && /^https?:/.test(url));
  if (!isSurelyHttp)
    parameters.warn('host', isPlaceholder(url) ? `may be an amqp address, which ${overAmqp}` : overAmqp);
  const overHttp = ['useRegex', 'excludeUnacknowledged'].find((name) => parameters.flag(name));
  if (/^amqps?:/.test(url) && overHttp !== undefined) {
    throw parameters.metadata
      .at(overHttp)
      .invalid('needs the management API, as in KEDA: write an http address in host');
  }
  const queue = parameters.required('queueName');
  const name = parameters.metadata.at('metricName').peek() ?? (isPattern ? 'messages' : queue);
  parameters.ignore({
    pageSize: 'is left out: it has no effect on the value',
    timeout: 'is left out: Escapement has one timeout for reads',
    metricName: 'gave the signal its name',
  });
  return {
    name: isPlaceholder(name) ? 'messages' : name,
    signal: settings({
      type: 'rabbitmq',
      url,
      ...(isPattern ? { queues: queue, combine: operation === 'max' ? 'max' : undefined } : { queue }),
      vhost: parameters.text('vhostName'),
      count: parameters.flag('excludeUnacknowledged') ? 'ready' : undefined,
      username: parameters.text('username'),
      password: parameters.secret('password'),
      tls: tlsOf(parameters, isTlsEnabled(parameters)),
    }),
    target: parameters.number('value') ?? parameters.number('queueLength') ?? defaultLength,
    activation: parameters.number('activationValue') ?? 0,
  };
};
