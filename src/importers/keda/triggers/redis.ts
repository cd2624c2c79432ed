/** redis, redis-streams, and both in a cluster or behind Sentinel. */
import { isPlaceholder, listIn } from '../address.js';
import type { Parameters } from '../parameters.js';
import { isTlsEnabled, tlsOf } from './tls.js';
import { settings, type Converter, type Trigger } from './trigger.js';

export const redisList: Converter = (trigger) => {
  const { parameters } = trigger;
  const key = parameters.required('listName');
  return {
    name: isPlaceholder(key) ? 'items' : key,
    signal: settings({ type: 'redis', ...connectionOf(trigger), key }),
    target: parameters.number('listLength') ?? 5,
    activation: parameters.number('activationListLength') ?? 0,
  };
};

export const redisStream: Converter = (trigger) => {
  const { parameters } = trigger;
  const key = parameters.required('stream');
  const group = parameters.text('consumerGroup');
  const lag = parameters.number('lagCount');
  const measured =
    group === undefined
      ? // A stream that does not exist is empty for KEDA.
        { target: parameters.number('streamLength') ?? 5, count: 'length', emptyAs: 0 }
      : lag === undefined
        ? { target: parameters.number('pendingEntriesCount') ?? 5, count: 'pending' }
        : { target: lag, count: 'lag' };
  const { target, ...counted } = measured;
  const unused = { streamLength: group !== undefined, pendingEntriesCount: group === undefined || lag !== undefined };
  for (const [name, isUnused] of Object.entries(unused)) {
    if (isUnused) parameters.ignore({ [name]: `has no effect in KEDA either: ${counted.count} is measured` });
  }
  if (group === undefined) parameters.ignore({ lagCount: 'has no effect in KEDA either: it needs consumerGroup' });
  return {
    name: isPlaceholder(key) ? 'entries' : key,
    signal: settings({ type: 'redis', ...connectionOf(trigger), key, structure: 'stream', group, ...counted }),
    target,
    activation: parameters.number('activationLagCount') ?? 0,
  };
};

function connectionOf({ type, parameters }: Trigger): Readonly<Record<string, unknown>> {
  const isCluster = type.startsWith('redis-cluster');
  const isSentinel = type.startsWith('redis-sentinel');
  const isOn = parameters.flag('enableTLS') || isTlsEnabled(parameters);
  const [address = '', ...others] = addressesOf(parameters);
  if (others.length > 0) {
    const name = ['addresses', 'address', 'hosts', 'host'].find((each) => parameters.has(each)) ?? 'addressesFromEnv';
    if (parameters.has('ports')) parameters.warn('ports', `became that of ${address}`);
    parameters.warn(name, `became ${address}: the others are found through it`);
  }
  return settings({
    url: `${isOn ? 'rediss' : 'redis'}://${address}`,
    database: parameters.number('databaseIndex'),
    username: parameters.text('username'),
    password: parameters.secret('password'),
    cluster: isCluster ? true : undefined,
    sentinel: isSentinel
      ? settings({
          master: parameters.required('sentinelMaster'),
          username: parameters.text('sentinelUsername'),
          password: parameters.secret('sentinelPassword'),
        })
      : undefined,
    tls: tlsOf(parameters),
  });
}

/** `address`, or `host` and `port`; of a cluster, lists of these. */
function addressesOf(parameters: Parameters): readonly string[] {
  const addresses = listIn(parameters.text('addresses') ?? parameters.text('address'));
  if (addresses.length > 0) return addresses;
  const hosts = listIn(parameters.text('hosts') ?? parameters.text('host'));
  const ports = listIn(parameters.text('ports') ?? parameters.text('port'));
  if (hosts.length === 0) return [parameters.required('address')];
  return hosts.map((host, index) => (ports[index] === undefined ? host : `${host}:${ports[index]}`));
}
