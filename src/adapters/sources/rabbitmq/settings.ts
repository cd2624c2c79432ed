/** The settings of RabbitMQ, and the interface of its two clients. */
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { emptyAsSetting } from '../empty-as.js';
import { httpSettings } from '../http-client.js';
import { addressSetting } from '../../net/server-address.js';

const pattern = z.string().min(1).refine(isPattern, { error: 'is not a regular expression' });

const counts = ['ready', 'unacknowledged', 'all'] as const;

export const rabbitmqSettings = z
  .strictObject({
    url: addressSetting(['http', 'https', 'amqp', 'amqps']).describe(
      'Address of the management API, "http://rabbitmq:15672", or of AMQP, "amqp://rabbitmq:5672". Without `vhost`, the last segment of its path is the virtual host: "http://rabbitmq:15672/orders".',
    ),
    queue: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the queue, without escaping. Set either `queue` or `queues`.'),
    queues: pattern
      .optional()
      .describe(
        'Regular expression for the names of queues, such as `^jobs\\.`. All matching queues count. Management API only.',
      ),
    combine: z
      .enum(['sum', 'max'])
      .default('sum')
      .describe('How the counts of several queues are combined: the sum, or the maximum.'),
    vhost: z
      .string()
      .min(1)
      .optional()
      .describe('Virtual host. Default: the last segment of the path of `url`, else `/`.'),
    vhosts: pattern
      .optional()
      .describe('With `queues`: regular expression for the names of virtual hosts, instead of `vhost`.'),
    count: z
      .enum(counts)
      .optional()
      .describe(
        'Messages that wait (`ready`), that consumers hold and have not acknowledged (`unacknowledged`), or both (`all`). Default: `all` with the management API. AMQP reports only ready messages. Scaling in by those alone may stop consumers that process messages.',
      ),
    emptyAs: emptyAsSetting('RabbitMQ has no counts yet, as after its start, or no queue matches `queues`'),
    ...httpSettings,
  })
  .superRefine((given, issues) => {
    const complain = (path: string, problem: string, fix?: string) => report(issues, { path: [path], problem, fix });
    if (given.queue === undefined && given.queues === undefined) complain('queue', 'is missing', 'set queue or queues');
    if (given.queue !== undefined && given.queues !== undefined)
      complain('queues', 'cannot be combined with queue', 'set one of the two');
    if (given.vhosts !== undefined && given.queues === undefined)
      complain('vhosts', 'requires queues', 'set vhost for one queue');
    if (given.vhosts !== undefined && given.vhost !== undefined)
      complain('vhosts', 'cannot be combined with vhost', 'set one of the two');
    if (!isAmqp(given.url)) return;
    const api = 'set url to the management API (http://host:15672)';
    if (given.count !== undefined && given.count !== 'ready') {
      complain('count', `${given.count} is not supported over AMQP: set count: ready, or ${api}`);
    }
    if (given.queues !== undefined) complain('queues', `is not supported over AMQP: ${api}, or set queue`);
    for (const setting of ['bearerToken', 'headers'] as const) {
      const isGiven = setting === 'headers' ? Object.keys(given.headers).length > 0 : given.bearerToken !== undefined;
      if (isGiven) complain(setting, 'is not supported over AMQP, only with the management API');
    }
  });

export type RabbitmqSettings = z.output<typeof rabbitmqSettings>;
export type RabbitmqCount = (typeof counts)[number];

/** One of the two clients. */
export interface RabbitmqCounter {
  readonly secrets: readonly (string | undefined)[];
  count(signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

export function isAmqp(url: string): boolean {
  return /^amqps?:/.test(url);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
