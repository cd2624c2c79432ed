/** The triggers for the sources that KEDA has a scaler for. */
import type { Fields } from '../../importers/fields.js';
import { periodOf } from '../aws/metrics.js';
import { listText, Trigger, type NoTrigger } from './trigger.js';

type Convert = (settings: Fields) => Trigger | NoTrigger;

export const converters: ReadonlyMap<string, Convert> = new Map(
  Object.entries({
    prometheus,
    'http-json': httpJson,
    rabbitmq,
    kafka,
    redis,
    sqs,
    cloudwatch,
    sql,
    temporal,
    'kubernetes-resource': resource,
  }),
);

function prometheus(settings: Fields): Trigger {
  const trigger = new Trigger('prometheus', { target: 'threshold', activation: 'activationThreshold' })
    .text('serverAddress', settings.at('server'))
    .text('query', settings.at('query'));
  // By default KEDA takes an empty result for 0.
  const isZero = settings.at('emptyAs').peekValue() === 0;
  if (isZero) settings.at('emptyAs').take();
  else trigger.set('ignoreNullValues', 'false');
  return login(trigger, settings);
}

function httpJson(settings: Fields): Trigger {
  const trigger = new Trigger('metrics-api', { target: 'targetValue', activation: 'activationTargetValue' })
    .text('url', settings.at('url'))
    .text('valueLocation', settings.at('path'));
  return login(trigger, settings);
}

/** Basic authentication, a token, certificates and headers. */
function login(trigger: Trigger, settings: Fields): Trigger {
  const headers = settings.at('headers').entries();
  // metrics-api has one header, for a key. prometheus has a list.
  const key = trigger.type === 'metrics-api' && headers.length === 1 ? headers[0] : undefined;
  const modes = [
    ...(settings.at('username').isPresent ? ['basic'] : []),
    ...(settings.at('bearerToken').isPresent ? ['bearer'] : []),
    ...(settings.at('tls', 'cert').isPresent ? ['tls'] : []),
    ...(key !== undefined ? ['apiKey'] : []),
  ];
  if (modes.length > 0) trigger.set('authModes', modes.join(','));
  trigger
    .secret('username', settings.at('username'))
    .secret('password', settings.at('password'))
    .secret('bearerToken', settings.at('bearerToken'))
    .tls(settings.at('tls'), () => undefined);
  if (key !== undefined) trigger.set('keyParamName', key[0]).secret('apiKey', key[1]);
  if (headers.length > 0 && trigger.type === 'prometheus') {
    trigger.set('customHeaders', headers.map(([name, value]) => `${name}=${value.text()}`).join(','));
  }
  return trigger;
}

function rabbitmq(settings: Fields): Trigger {
  const trigger = new Trigger('rabbitmq', { target: 'value', activation: 'activationValue' })
    .set('mode', 'QueueLength')
    .address('host', settings.at('url'))
    .text('vhostName', settings.at('vhost'))
    .secret('username', settings.at('username'))
    .secret('password', settings.at('password'));
  const queues = settings.at('queues');
  if (queues.isPresent) {
    trigger.text('queueName', queues).set('useRegex', 'true');
    if (settings.at('combine').optionalText() === 'max') trigger.set('operation', 'max');
  } else {
    trigger.text('queueName', settings.at('queue'));
  }
  if (settings.at('count').peek() === 'ready')
    trigger.set('excludeUnacknowledged', takeAs(settings.at('count'), 'true'));
  return trigger.tls(settings.at('tls'), () => trigger.set('tls', 'enable'));
}

function kafka(settings: Fields): Trigger | NoTrigger {
  const measure = settings.at('measure').optionalText() ?? 'lag';
  if (measure !== 'lag') return { why: `KEDA scales on the lag of a group, and not on ${measure}` };
  const trigger = new Trigger('kafka', { target: 'lagThreshold', activation: 'activationLagThreshold' })
    .set('bootstrapServers', listText(settings.at('brokers')))
    .set('topic', listText(settings.at('topics')))
    .text('consumerGroup', settings.at('group'))
    // Otherwise KEDA has no more units than partitions.
    .set('allowIdleConsumers', 'true');
  const reset = settings.at('autoOffsetReset').optionalText();
  if (reset === 'none') trigger.set('scaleToZeroOnInvalidOffset', 'true');
  else trigger.set('offsetResetPolicy', reset);
  trigger.tls(settings.at('tls'), () => trigger.set('tls', 'enable'));
  const sasl = settings.at('sasl');
  if (!sasl.isPresent) return trigger;
  const mechanism = mechanisms[sasl.at('mechanism').optionalText() ?? 'plain'];
  if (mechanism === undefined) return { why: `KEDA supports the logins ${Object.values(mechanisms).join(', ')}` };
  return trigger
    .set('sasl', mechanism)
    .text('awsRegion', sasl.at('region'))
    .secret('username', sasl.at('username'))
    .secret('password', sasl.at('password'));
}

const mechanisms: Readonly<Partial<Record<string, string>>> = {
  plain: 'plaintext',
  'scram-sha-256': 'scram_sha256',
  'scram-sha-512': 'scram_sha512',
  'aws-msk-iam': 'aws_msk_iam',
};

function redis(settings: Fields): Trigger | NoTrigger {
  const address = /^(rediss?):\/\/([^/@]+)$/.exec(settings.at('url').text());
  if (address === null)
    return { why: 'the address has a login or a database in it. Write username, password and database' };
  const key = settings.at('key');
  if (Array.isArray(key.take())) return { why: 'KEDA scales on one list. Write a signal for each list' };
  const isStream = settings.at('structure').optionalText() === 'stream';
  const isCluster = settings.at('cluster').take() === true;
  const sentinel = settings.at('sentinel');
  const kind = isCluster ? 'redis-cluster' : sentinel.isPresent ? 'redis-sentinel' : 'redis';
  const group = settings.at('group');
  const count = settings.at('count').optionalText();
  const target = !isStream
    ? 'listLength'
    : !group.isPresent
      ? 'streamLength'
      : count === 'lag'
        ? 'lagCount'
        : 'pendingEntriesCount';
  const activation = isStream ? 'activationLagCount' : 'activationListLength';
  const trigger = new Trigger(isStream ? `${kind}-streams` : kind, { target, activation })
    .set(kind === 'redis' ? 'address' : 'addresses', address[2])
    .text(isStream ? 'stream' : 'listName', key)
    .text('consumerGroup', group)
    .text('databaseIndex', settings.at('database'))
    .secret('username', settings.at('username'))
    .secret('password', settings.at('password'))
    .text('sentinelMaster', sentinel.at('master'))
    .secret('sentinelUsername', sentinel.at('username'))
    .secret('sentinelPassword', sentinel.at('password'));
  if (isStream && !group.isPresent && settings.at('emptyAs').peekValue() === 0) settings.at('emptyAs').take();
  if (address[1] === 'rediss') trigger.set('enableTLS', 'true');
  return trigger.tls(settings.at('tls'), () => undefined);
}

function sqs(settings: Fields): Trigger | NoTrigger {
  const queue = settings.at('queue');
  const text = queue.text();
  const region = settings.at('region').optionalText() ?? /\/\/sqs\.([\w-]+)\./.exec(text)?.[1];
  if (!text.startsWith('https://')) return { why: 'KEDA needs the URL of the queue' };
  if (region === undefined) return { why: 'KEDA needs a region. Write region' };
  const count = settings.at('count');
  const counted = count.isPresent ? [count.take()].flat() : ['visible', 'inFlight'];
  const trigger = new Trigger('aws-sqs-queue', { target: 'queueLength', activation: 'activationQueueLength' })
    .set('queueURL', text)
    .set('awsRegion', region);
  if (!counted.includes('inFlight')) trigger.set('scaleOnInFlight', 'false');
  if (counted.includes('delayed')) trigger.set('scaleOnDelayed', 'true');
  return credentials(trigger, settings);
}

function cloudwatch(settings: Fields): Trigger | NoTrigger {
  if (settings.at('predefined').isPresent) return { why: 'KEDA needs the namespace and the name of the metric' };
  if (settings.at('queries').isPresent) return { why: 'KEDA has no queries that an expression could name' };
  const region = settings.at('region').optionalText();
  if (region === undefined) return { why: 'KEDA needs a region. Write region' };
  const dimensions = settings.at('dimensions').entries();
  const joined = (parts: readonly string[]) => (parts.length === 0 ? undefined : parts.join(';'));
  const trigger = new Trigger('aws-cloudwatch', {
    target: 'targetMetricValue',
    activation: 'activationTargetMetricValue',
  })
    .text('namespace', settings.at('namespace'))
    .text('metricName', settings.at('metric'))
    .text('expression', settings.at('expression'))
    .set('dimensionName', joined(dimensions.map(([name]) => name)))
    .set('dimensionValue', joined(dimensions.map(([, value]) => value.text())))
    .text('metricStat', settings.at('statistic'))
    .text('metricUnit', settings.at('unit'))
    .text('awsAccountId', settings.at('account'))
    .set('metricStatPeriod', periodOf(settings))
    .text('minMetricValue', settings.at('emptyAs'))
    .set('awsRegion', region);
  return credentials(trigger, settings);
}

function credentials(trigger: Trigger, settings: Fields): Trigger {
  return trigger
    .text('awsEndpoint', settings.at('endpoint'))
    .secret('awsAccessKeyID', settings.at('credentials', 'accessKeyId'))
    .secret('awsSecretAccessKey', settings.at('credentials', 'secretAccessKey'))
    .secret('awsSessionToken', settings.at('credentials', 'sessionToken'));
}

function sql(settings: Fields): Trigger | NoTrigger {
  const address = /^(postgres|postgresql|mysql):\/\/([^/:@]+)(?::(\d+))?\/(\w+)$/.exec(settings.at('url').text());
  if (address === null) return { why: 'the address has a login in it, or parameters. Write username and password' };
  const [, scheme, host, port, database] = address;
  const isMysql = scheme === 'mysql';
  const names = isMysql
    ? { target: 'queryValue', activation: 'activationQueryValue' }
    : { target: 'targetQueryValue', activation: 'activationTargetQueryValue' };
  const trigger = new Trigger(isMysql ? 'mysql' : 'postgresql', names)
    .set('host', host)
    .set('port', port ?? (isMysql ? '3306' : '5432'))
    .set('dbName', database)
    .text(isMysql ? 'username' : 'userName', settings.at('username'))
    .secret('password', settings.at('password'))
    .text('query', settings.at('query'));
  const tls = settings.at('tls');
  if (isMysql) return trigger;
  if (!tls.isPresent) return trigger.set('sslmode', 'disable');
  return trigger.set('sslmode', tls.at('verify').take() === false ? 'require' : 'verify-full');
}

function temporal(settings: Fields): Trigger | NoTrigger {
  if (settings.at('count').optionalText() !== 'backlog')
    return { why: 'KEDA counts the backlog. Write count: backlog' };
  const version = settings.at('version');
  const trigger = new Trigger('temporal', { target: 'targetQueueSize', activation: 'activationTargetQueueSize' })
    .text('endpoint', settings.at('address'))
    .text('namespace', settings.at('namespace'))
    .text('taskQueue', settings.at('taskQueue'))
    .set('queueTypes', listText(settings.at('tasks')) ?? 'workflow,activity')
    .text('workerDeploymentName', version.at('deployment'))
    .text('workerDeploymentBuildId', version.at('buildId'))
    .secret('apiKey', settings.at('apiKey'));
  return trigger.tls(settings.at('tls'), () => trigger.text('tlsServerName', settings.at('tls', 'serverName')));
}

/** KEDA hands these to the HPA. The target is in `value`. */
function resource(settings: Fields): Trigger {
  return new Trigger(settings.at('resource').optionalText() ?? 'cpu', { target: 'value', activation: '' }).text(
    'containerName',
    settings.at('container'),
  );
}

function takeAs(field: Fields, value: string): string {
  field.take();
  return value;
}
