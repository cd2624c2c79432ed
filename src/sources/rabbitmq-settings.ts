/** The settings of RabbitMQ, and what its two ways to count have in common. */
import { z } from 'zod';
import { emptyAsSetting } from './empty-as.js';
import { httpSettings } from './http-client.js';
import { addressSetting } from './server-address.js';

export const rabbitmqSettings = z
  .strictObject({
    url: addressSetting(['http', 'https', 'amqp', 'amqps']).describe(
      'Address of the management API, "http://rabbitmq:15672", or of AMQP, "amqp://rabbitmq:5672".',
    ),
    queue: z.string().min(1).describe('Name of the queue, as it is: nothing needs escaping.'),
    vhost: z
      .string()
      .min(1)
      .optional()
      .describe('Virtual host. Default: that in the path of an AMQP address, else `/`.'),
    count: z
      .enum(['ready', 'unacknowledged', 'all'])
      .default('ready')
      .describe(
        'Messages that wait (`ready`), that consumers hold and have not acknowledged, or both. AMQP shows only the ready ones: scaling in by those alone may stop consumers that still work.',
      ),
    emptyAs: emptyAsSetting('the counts are not known yet, as right after a start of RabbitMQ'),
    ...httpSettings,
  })
  .superRefine((given, issues) => {
    if (!isAmqp(given.url)) return;
    if (given.count !== 'ready') {
      const message = `${given.count} is not visible over AMQP: write count: ready, or give the address of the management API (http://host:15672)`;
      issues.addIssue({ code: 'custom', path: ['count'], message });
    }
    for (const setting of ['bearerToken', 'headers'] as const) {
      const isGiven = setting === 'headers' ? Object.keys(given.headers).length > 0 : given.bearerToken !== undefined;
      if (isGiven)
        issues.addIssue({ code: 'custom', path: [setting], message: 'is for the management API, not for AMQP' });
    }
  });

export type RabbitmqSettings = z.output<typeof rabbitmqSettings>;

/** One of the two ways to count. */
export interface RabbitmqCounter {
  readonly secrets: readonly (string | undefined)[];
  count(signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

export function isAmqp(url: string): boolean {
  return /^amqps?:/.test(url);
}
