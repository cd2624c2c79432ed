/** Any metric of Amazon CloudWatch. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { awsSecrets, awsSettings } from './aws.js';
import { newestDatapoint, openCloudWatch } from './cloudwatch-metric.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';

/** CloudWatch accepts only these periods under a minute, and whole minutes above. */
const periodSeconds = { '10s': 10, '30s': 30, '1m': 60, '5m': 300, '15m': 900, '1h': 3600 } as const;

const settings = z.strictObject({
  namespace: z.string().min(1).describe('Namespace, such as `AWS/ApplicationELB`.'),
  metric: z.string().min(1).describe('Name of the metric, such as `RequestCountPerTarget`.'),
  dimensions: z.record(z.string(), z.string()).default({}).describe('Every dimension of the metric, by name.'),
  statistic: z
    .string()
    .regex(/^(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|tc|ts|wm)\d{1,2}(\.\d+)?|PR\(.*\))$/, {
      error: 'is not a statistic: write Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p99',
    })
    .default('Average')
    .describe('`Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`.'),
  period: z
    .enum(Object.keys(periodSeconds) as (keyof typeof periodSeconds)[])
    .default('1m')
    .describe(
      'Period of a datapoint. The newest complete datapoint is used. Under `1m` only for high-resolution metrics.',
    ),
  emptyAs: emptyAsSetting('there is no datapoint, as for a request count while there are no requests'),
  ...awsSettings,
});

export const cloudwatch = defineSource({
  type: 'cloudwatch',
  summary: 'The newest complete datapoint of an Amazon CloudWatch metric.',
  settings,
  datesSamples: () => true,
  create(settings, context) {
    let client: CloudWatchClient | undefined;
    const question = { ...settings, periodSeconds: periodSeconds[settings.period] };
    return makeSampler(context, {
      server: `CloudWatch metric ${settings.namespace}/${settings.metric}`,
      secrets: awsSecrets(settings),
      emptyAs: settings.emptyAs,
      async look(signal) {
        client ??= await openCloudWatch(settings, context.timeoutMs);
        return newestDatapoint(client, question, Date.now(), signal);
      },
      async close() {
        client?.destroy();
        client = undefined;
      },
    });
  },
});
