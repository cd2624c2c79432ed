/** Google Cloud Pub/Sub: the backlog of a subscription, which Google shows only in Cloud Monitoring. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { addressSetting } from '../../net/server-address.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { GoogleReader, googleSettings, metricAdvice } from './access.js';
import { quoted } from './cloud-run.js';
import { newestValue } from './time-series.js';

const settings = z.strictObject({
  subscription: z
    .string()
    .regex(/^[^/]+$/, { error: 'must be the ID of a subscription, without projects/.../subscriptions/' })
    .describe('ID of the subscription.'),
  measure: z
    .enum(['backlog', 'oldestAgeSeconds'])
    .default('backlog')
    .describe(
      '`backlog`: the number of messages that are not acknowledged, also those that a subscriber has received. `oldestAgeSeconds`: the age of the oldest one.',
    ),
  emptyAs: emptyAsSetting('Cloud Monitoring has no point for the subscription, which then must exist'),
  pubsubEndpoint: addressSetting(['http', 'https'])
    .optional()
    .describe(
      'Address of the Pub/Sub API, which is used only with `emptyAs`. Default: `https://pubsub.googleapis.com`.',
    ),
  ...googleSettings,
});

export const googlePubsub = defineSource({
  type: 'google-pubsub',
  summary: 'The unacknowledged messages of a Google Cloud Pub/Sub subscription, or the age of the oldest one.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    const { project, subscription, emptyAs, measure } = settings;
    const metrics = new GoogleReader(settings, context.timeoutMs);
    const address = settings.pubsubEndpoint ?? 'https://pubsub.googleapis.com';
    const subscriptions = new GoogleReader(settings, context.timeoutMs, address);
    const path = `/v1/projects/${encodeURIComponent(project)}/subscriptions/${encodeURIComponent(subscription)}`;
    return makeSampler(context, {
      server: `Pub/Sub subscription ${subscription}`,
      get secrets() {
        return [...metrics.secrets, ...subscriptions.secrets];
      },
      emptyAs,
      async look(signal) {
        try {
          const question = { ...questionOf(subscription, measure), project };
          return await metrics.advised(metricAdvice, (api) => newestValue(api, question, Date.now(), signal));
        } catch (error) {
          // Cloud Monitoring returns no series both for a subscription without points and for one that does not exist.
          if (typeof emptyAs === 'number' && error instanceof AdapterError && error.code === 'noData')
            await subscriptions.advised(subscriptionAdvice, (api) => api.read({ path }, signal));
          throw error;
        }
      },
      async close() {
        metrics.close();
        subscriptions.close();
      },
    });
  },
});

/**
 * The metrics by region are not used: where Google cannot compute one region, the sum of the others would be too small,
 * while these metrics then have no point.
 */
const metricOf = {
  backlog: 'num_undelivered_messages',
  oldestAgeSeconds: 'oldest_unacked_message_age',
} as const;

function questionOf(subscription: string, measure: keyof typeof metricOf) {
  const filter = [
    `metric.type="pubsub.googleapis.com/subscription/${metricOf[measure]}"`,
    'resource.type="pubsub_subscription"',
    `resource.labels.subscription_id=${quoted(subscription)}`,
  ].join(' AND ');
  return { filter, aligner: 'MAX', periodSeconds: 60, series: 'max' } as const;
}

const subscriptionAdvice = {
  denied: 'With emptyAs, the credentials need the permission pubsub.subscriptions.get on the subscription.',
  missing: 'Check project and subscription.',
} as const;
