/** kafka and apache-kafka. */
import { isPlaceholder, listIn } from '../address.js';
import type { Parameters } from '../parameters.js';
import { isTlsEnabled, tlsOf } from './tls.js';
import { settings, type Converter } from './trigger.js';

const mechanisms: Readonly<Record<string, string>> = {
  plaintext: 'plain',
  scram_sha256: 'scram-sha-256',
  scram_sha512: 'scram-sha-512',
  aws_msk_iam: 'aws-msk-iam',
};

export const kafka: Converter = ({ parameters }) => {
  const topics = listIn(parameters.text('topic'));
  if (topics.length === 0) {
    return { what: 'a trigger without topic', why: 'the source kafka needs the topics. List those of the group' };
  }
  const target = parameters.number('lagThreshold') ?? 10;
  const brokers = listIn(parameters.required('bootstrapServers'));
  const signal = {
    type: 'kafka',
    brokers: brokers.length === 1 ? brokers[0] : brokers,
    topics: topics.length === 1 ? topics[0] : topics,
  };
  const login = settings({
    tls: tlsOf(parameters, isTlsEnabled(parameters)),
    sasl: saslOf(parameters),
  });
  const group = parameters.required('consumerGroup');
  const reset = parameters.oneOf('offsetResetPolicy', ['latest', 'earliest']);
  const isZeroWithoutOffset = parameters.flag('scaleToZeroOnInvalidOffset');
  parameters.ignore({
    version: 'is left out: the client finds the version of the brokers',
    fullMetadata: 'is left out: it has no effect on the value',
    metricName: 'is left out: it has no effect',
  });
  const isByLag = parameters.flag('limitToPartitionsWithLag');
  const isUnlimited = parameters.flag('allowIdleConsumers');
  const busiest = { ...signal, group, measure: 'partitionsWithLag', ...login };
  return {
    name: topics.length === 1 && !isPlaceholder(topics[0] ?? '') ? (topics[0] ?? 'lag') : 'lag',
    signal: settings({
      ...signal,
      group,
      autoOffsetReset: isZeroWithoutOffset ? 'none' : reset === 'latest' ? undefined : reset,
      ...login,
    }),
    // KEDA has no more consumers than partitions, because the others would be idle.
    ...(isUnlimited && !isByLag
      ? {}
      : {
          other: {
            ending: isByLag ? 'busy_partitions' : 'partitions',
            signal: isByLag ? busiest : { ...signal, measure: 'partitions', ...login },
          },
          value: (lag: string, partitions: string) => `min(${lag}, ${partitions} * ${target})`,
        }),
    target,
    activation: parameters.number('activationLagThreshold') ?? 0,
  };
};

function saslOf(parameters: Parameters): Readonly<Record<string, unknown>> | undefined {
  const written = parameters.text('saslTokenProvider') ?? parameters.text('sasl') ?? 'none';
  const region = parameters.text('awsRegion');
  const login = { username: parameters.text('username'), password: parameters.secret('password') };
  if (written === 'none') return undefined;
  if (isPlaceholder(written)) {
    parameters.drop(
      'sasl',
      'the mechanism of the login',
      'it is in the TriggerAuthentication. Write sasl.mechanism, unless it is plaintext (plain), or remove sasl, if it is none',
    );
    return settings(login);
  }
  const mechanism = mechanisms[written];
  if (mechanism === undefined) {
    parameters.drop('sasl', `the login ${written}`, `the source kafka supports ${Object.keys(mechanisms).join(', ')}`);
    return undefined;
  }
  if (mechanism === 'aws-msk-iam') return settings({ mechanism, region });
  return settings({ ...(mechanism !== 'plain' && { mechanism }), ...login });
}
