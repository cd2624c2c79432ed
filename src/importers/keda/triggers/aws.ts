/** aws-sqs-queue, aws-cloudwatch and aws-kinesis-stream. */
import { periodSeconds } from '../../../adapters/sources/aws/cloudwatch-settings.js';
import { periodText } from '../../aws/signals.js';
import { isPlaceholder, listIn } from '../address.js';
import type { Parameters } from '../parameters.js';
import { settings, type Converter } from './trigger.js';

export const sqs: Converter = ({ parameters }) => {
  const queue = parameters.required('queueURL');
  const count = [
    'visible',
    ...(parameters.flag('scaleOnInFlight', true) ? ['inFlight'] : []),
    ...(parameters.flag('scaleOnDelayed') ? ['delayed'] : []),
  ];
  return {
    name: isPlaceholder(queue) ? 'messages' : (queue.split('/').at(-1) ?? 'messages').replace(/\.fifo$/, ''),
    signal: settings({
      type: 'sqs',
      queue,
      count: count.join() === 'visible,inFlight' ? undefined : count.length === 1 ? count[0] : count,
      ...accessOf(parameters),
    }),
    target: parameters.number('queueLength') ?? 5,
    activation: parameters.number('activationQueueLength') ?? 0,
  };
};

export const kinesis: Converter = ({ parameters }) => {
  const stream = parameters.required('streamName');
  return {
    name: `${isPlaceholder(stream) ? 'stream' : stream}_shards`,
    signal: settings({ type: 'kinesis', stream, measure: 'shards', ...accessOf(parameters) }),
    target: parameters.number('shardCount') ?? 2,
    activation: parameters.number('activationShardCount') ?? 0,
  };
};

export const cloudwatch: Converter = ({ parameters }) => {
  const seconds = parameters.number('metricStatPeriod') ?? 300;
  const period = periodText(seconds);
  if (period === undefined) {
    return {
      what: `metricStatPeriod ${seconds}`,
      why: `the source cloudwatch has the periods ${Object.keys(periodSeconds).join(', ')}`,
    };
  }
  const newest = 'is left out: the newest complete datapoint counts';
  parameters.ignore({ metricCollectionTime: newest, metricEndTimeOffset: newest });
  const names = listIn(parameters.text('dimensionName'), ';');
  const values = listIn(parameters.text('dimensionValue'), ';');
  const expression = parameters.text('expression');
  const measured =
    expression === undefined
      ? {
          namespace: parameters.required('namespace'),
          metric: parameters.required('metricName'),
          dimensions:
            names.length === 0 ? undefined : Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])),
          statistic: parameters.text('metricStat'),
          unit: parameters.text('metricUnit'),
          account: parameters.text('awsAccountId'),
        }
      : { expression };
  const without = parameters.number('minMetricValue');
  return {
    name: parameters.metadata.at('metricName').peek() ?? 'metric',
    signal: settings({
      type: 'cloudwatch',
      ...measured,
      period,
      emptyAs: parameters.flag('ignoreNullValues', true) ? without : undefined,
      ...accessOf(parameters),
    }),
    target: parameters.number('targetMetricValue') ?? Number(parameters.required('targetMetricValue')),
    activation: parameters.number('activationTargetMetricValue') ?? 0,
  };
};

function accessOf(parameters: Parameters): Readonly<Record<string, unknown>> {
  const accessKeyId = parameters.secret('awsAccessKeyID') ?? parameters.secret('awsAccessKeyId');
  const secretAccessKey = parameters.secret('awsSecretAccessKey');
  const sessionToken = parameters.secret('awsSessionToken');
  parameters.ignore({
    identityOwner:
      'is left out: Escapement uses the credentials of its own environment, profile or role. They need the rights of the page of the source',
  });
  return settings({
    region: parameters.text('awsRegion'),
    endpoint: parameters.text('awsEndpoint'),
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : settings({ accessKeyId, secretAccessKey, sessionToken }),
  });
}
