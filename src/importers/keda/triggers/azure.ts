/** azure-servicebus, azure-queue and azure-monitor. */
import type { Parameters } from '../parameters.js';
import { isPlaceholder } from '../address.js';
import { settings, type Converter, type Trigger } from './trigger.js';

export const serviceBus: Converter = (trigger) => {
  const { parameters } = trigger;
  if (parameters.flag('useRegex')) {
    return {
      what: 'useRegex',
      why: 'the source azure-service-bus reads one queue. Add a signal for each, and add their values',
    };
  }
  parameters.ignore({ operation: 'is left out: it has an effect only with useRegex' });
  const queue = parameters.text('queueName');
  const subscription = parameters.text('subscriptionName');
  const connectionString = parameters.secret('connection');
  const namespace = connectionString === undefined ? parameters.required('namespace') : undefined;
  if (connectionString !== undefined) parameters.ignore({ namespace: 'is left out: the connection string names it' });
  const name = queue ?? subscription ?? 'messages';
  return {
    name: isPlaceholder(name) ? 'messages' : name,
    signal: settings({
      type: 'azure-service-bus',
      queue,
      topic: parameters.text('topicName'),
      subscription,
      connectionString,
      namespace,
      ...identityOf(trigger, connectionString),
      cloud: cloudOf(parameters),
    }),
    target: parameters.number('messageCount') ?? 5,
    activation: parameters.number('activationMessageCount') ?? 0,
  };
};

export const storageQueue: Converter = (trigger) => {
  const { parameters } = trigger;
  const queue = parameters.required('queueName');
  const account = parameters.text('accountName');
  const connectionString = account === undefined ? parameters.requiredSecret('connection') : undefined;
  return {
    name: isPlaceholder(queue) ? 'messages' : queue,
    signal: settings({
      type: 'azure-storage-queue',
      queue,
      account,
      connectionString,
      count: parameters.oneOf('queueLengthStrategy', ['all', 'visibleonly']) === 'visibleonly' ? 'visible' : undefined,
      ...identityOf(trigger, connectionString),
      cloud: cloudOf(parameters),
    }),
    target: parameters.number('queueLength') ?? 5,
    activation: parameters.number('activationQueueLength') ?? 0,
  };
};

export const azureMonitor: Converter = (trigger) => {
  const { parameters } = trigger;
  const interval = intervalOf(parameters.text('metricAggregationInterval'));
  if (interval === undefined) {
    return {
      what: 'metricAggregationInterval',
      why: 'the source azure-monitor has the intervals 1m, 5m, 15m, 30m, 1h, 6h, 12h and 1d',
    };
  }
  const clientId = parameters.text('activeDirectoryClientId');
  const clientSecret = parameters.secret('activeDirectoryClientPassword');
  const tenantId = parameters.text('tenantId');
  const metric = parameters.required('metricName');
  return {
    name: metric,
    signal: settings({
      type: 'azure-monitor',
      resource: parameters.required('resourceURI'),
      subscription: parameters.text('subscriptionId'),
      resourceGroup: parameters.text('resourceGroupName'),
      metric,
      namespace: parameters.text('metricNamespace'),
      aggregation: parameters.required('metricAggregationType').toLowerCase(),
      interval: interval === '1m' ? undefined : interval,
      filter: parameters.text('metricFilter'),
      ...(clientId === undefined
        ? identityOf(trigger, undefined)
        : { identity: settings({ clientId, tenantId, clientSecret }) }),
      cloud: cloudOf(parameters),
      endpoint: parameters.text('azureResourceManagerEndpoint'),
    }),
    target: parameters.number('targetValue') ?? Number(parameters.required('targetValue')),
    activation: parameters.number('activationTargetValue') ?? 0,
  };
};

/** An empty identity is the default chain of Azure. */
function identityOf({ identity, parameters }: Trigger, connectionString: string | undefined) {
  if (connectionString !== undefined || identity?.clientId === undefined) return {};
  parameters.ignore({ tenantId: 'is left out: the identity has its own tenant' });
  return { identity: settings({ clientId: identity.clientId, tenantId: identity.tenantId }) };
}

function cloudOf(parameters: Parameters): string | undefined {
  const cloud = parameters.text('cloud');
  switch (cloud) {
    case undefined:
    case 'AzurePublicCloud':
      return undefined;
    case 'AzureUSGovernmentCloud':
      return 'usGovernment';
    case 'AzureChinaCloud':
      return 'china';
    default:
      parameters.drop('cloud', `the cloud ${cloud}`, 'the sources of Azure know public, usGovernment and china');
      return undefined;
  }
}

const intervals: Readonly<Record<number, string>> = {
  1: '1m',
  5: '5m',
  15: '15m',
  30: '30m',
  60: '1h',
  360: '6h',
  720: '12h',
  1440: '1d',
};

/** `0:5:0`, in hours, minutes and seconds. Default: five minutes. */
function intervalOf(text = '0:5:0'): string | undefined {
  const [hours = NaN, minutes = NaN, seconds = 0] = text.split(':').map(Number);
  return intervals[hours * 60 + minutes + seconds / 60];
}
