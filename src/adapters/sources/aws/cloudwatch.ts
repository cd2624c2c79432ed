/** Amazon CloudWatch: any metric, the predefined metrics of target tracking, and metric math. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { regionOfArn } from '../../net/aws.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { awsSecrets } from './aws.js';
import { newestDatapoint, openCloudWatch, questionOf, type Metric, type MetricQuestion } from './cloudwatch-metric.js';
import { cloudwatchSettings, periodSeconds, type CloudwatchSettings } from './cloudwatch-settings.js';
import { predefinedMetric } from './predefined-metrics.js';

export const cloudwatch = defineSource({
  type: 'cloudwatch',
  summary:
    'The newest complete datapoint of an Amazon CloudWatch metric, of a predefined metric of target tracking, or of metric math.',
  settings: cloudwatchSettings,
  datesSamples: () => true,
  create(settings, context) {
    let client: CloudWatchClient | undefined;
    const question = questionIn(settings);
    const note = noteOf(settings, question);
    const access = { ...settings, region: settings.region ?? regionOfArn(settings.resource) };
    return makeSampler(context, {
      server: `CloudWatch ${question.what}`,
      secrets: awsSecrets(settings),
      emptyAs: settings.emptyAs,
      async look(signal) {
        client ??= await openCloudWatch(access, context.timeoutMs);
        const measured = await newestDatapoint(client, question, Date.now(), signal);
        return { ...measured, ...(note !== undefined && { note }) };
      },
      async close() {
        client?.destroy();
        client = undefined;
      },
    });
  },
});

function questionIn(settings: CloudwatchSettings): MetricQuestion {
  const { predefined, resource = '', expression, queries = {}, account } = settings;
  const period = periodSeconds[settings.period];
  const named = predefined && predefinedMetric(predefined, resource);
  if (named !== undefined) return questionOf({ ...named, account }, period);
  if (expression === undefined) return questionOf(metricIn(settings), period);
  const wanted = freeId(Object.keys(queries));
  return {
    what: `expression ${expression}`,
    queries: { ...Object.fromEntries(Object.entries(queries).map(queryOf)), [wanted]: { expression } },
    wanted,
    periodSeconds: period,
  };
}

type MetricSettings = Pick<
  CloudwatchSettings,
  'namespace' | 'metric' | 'dimensions' | 'statistic' | 'unit' | 'account'
>;
type Query = NonNullable<CloudwatchSettings['queries']>[string];

function queryOf([id, query]: [string, Query]): [string, MetricQuestion['queries'][string]] {
  const { expression } = query;
  return [id, expression === undefined ? metricIn(query) : { expression }];
}

/** The schema has checked that the namespace and the metric are present. */
function metricIn({
  namespace = '',
  metric = '',
  dimensions = {},
  statistic = 'Average',
  unit,
  account,
}: MetricSettings) {
  return { namespace, metric, dimensions, statistic, unit, account } satisfies Metric;
}

function freeId(ids: readonly string[], id = 'result'): string {
  return ids.includes(id) ? freeId(ids, `${id}_`) : id;
}

/** What AWS reads for a predefined metric, which its name does not say. */
function noteOf({ predefined, period }: CloudwatchSettings, { queries, wanted }: MetricQuestion): string | undefined {
  const query = queries[wanted];
  if (predefined === undefined || query === undefined || 'expression' in query) return undefined;
  const dimensions = Object.entries(query.dimensions).map(([name, value]) => `${name}=${value}`);
  return `${predefined} is ${query.namespace} ${query.metric}, ${query.statistic} of ${period}, of ${dimensions.join(', ')}`;
}
