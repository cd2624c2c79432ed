/** The settings of RabbitMQ, and what its two ways to count have in common. */
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
      'Address of the management API, "http://rabbitmq:15672", or of AMQP, "amqp://rabbitmq:5672". The last part of its path is the virtual host, "http://rabbitmq:15672/orders", where `vhost` does not name it.',
    ),
    queue: z.string().min(1).optional().describe('Name of the queue, as it is: nothing needs escaping. Or `queues`.'),
    queues: pattern
      .optional()
      .describe(
        'A regular expression for the names of queues, such as `^jobs\\.`: all that match count. Only by the management API.',
      ),
    combine: z
      .enum(['sum', 'max'])
      .default('sum')
      .describe('What to make of several queues: all of their messages, or those of the one with the most.'),
    vhost: z
      .string()
      .min(1)
      .optional()
      .describe('Virtual host. Default: the last part of the path of the address, else `/`.'),
    vhosts: pattern
      .optional()
      .describe('With `queues`: a regular expression for the names of virtual hosts, in the place of `vhost`.'),
    count: z
      .enum(counts)
      .optional()
      .describe(
        'Messages that wait (`ready`), that consumers hold and have not acknowledged, or both (`all`). Default: `all` by the management API. AMQP shows only the ready ones: scaling in by those alone may stop consumers that still work.',
      ),
    emptyAs: emptyAsSetting(
      'the counts are not known yet, as right after a start of RabbitMQ, or no queue matches `queues`',
    ),
    ...httpSettings,
  })
  .superRefine((given, issues) => {
    const complain = (path: string, problem: string, fix?: string) => report(issues, { path: [path], problem, fix });
    if (given.queue === undefined && given.queues === undefined)
      complain('queue', 'is missing', 'name a queue, or queues');
    if (given.queue !== undefined && given.queues !== undefined)
      complain('queues', 'stands beside queue', 'write one of the two');
    if (given.vhosts !== undefined && given.queues === undefined)
      complain('vhosts', 'goes with queues', 'write vhost for one queue');
    if (given.vhosts !== undefined && given.vhost !== undefined)
      complain('vhosts', 'stands beside vhost', 'write one of the two');
    if (!isAmqp(given.url)) return;
    const api = 'give the address of the management API (http://host:15672)';
    if (given.count !== undefined && given.count !== 'ready') {
      complain('count', `${given.count} is not visible over AMQP: write count: ready, or ${api}`);
    }
    if (given.queues !== undefined) complain('queues', `cannot be looked for over AMQP: ${api}, or name one queue`);
    for (const setting of ['bearerToken', 'headers'] as const) {
      const isGiven = setting === 'headers' ? Object.keys(given.headers).length > 0 : given.bearerToken !== undefined;
      if (isGiven) complain(setting, 'is for the management API, not for AMQP');
    }
  });

export type RabbitmqSettings = z.output<typeof rabbitmqSettings>;
export type RabbitmqCount = (typeof counts)[number];

/** One of the two ways to count. */
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
