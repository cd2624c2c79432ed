/** Counts over AMQP: the response to a passive declaration of the queue contains the number of ready messages. */
import type { ChannelModel } from 'amqplib';
import { AdapterError } from '../../net/errors.js';
import { parseAddress } from '../../net/server-address.js';
import { tlsOptions } from '../../net/tls.js';
import { ReusableConnection } from '../reusable-connection.js';
import type { RabbitmqCounter, RabbitmqSettings } from './settings.js';

export function amqpCounter(settings: RabbitmqSettings, timeoutMs: number): RabbitmqCounter {
  const connection = new ReusableConnection<ChannelModel>({
    open: (lost, abandoned) => open(settings, timeoutMs, lost, abandoned),
    isHarmless: (error) => error instanceof AdapterError,
  });
  return {
    secrets: [settings.password ?? parseAddress(settings.url).password, settings.tls?.key],
    count: (signal) => connection.use(signal, (opened) => countReady(opened, settings)),
    close: async () => connection.close(),
  };
}

async function open(
  settings: RabbitmqSettings,
  timeoutMs: number,
  lost: () => void,
  abandoned: AbortSignal,
): Promise<ChannelModel> {
  const { url, ...login } = parseAddress(settings.url);
  const server = {
    protocol: url.protocol.slice(0, -1),
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port !== '' && { port: Number(url.port) }),
    username: settings.username ?? login.username ?? 'guest',
    password: settings.password ?? login.password ?? 'guest',
    // The library decodes it.
    vhost: encodeURIComponent(vhostOf(settings)),
    // A server that disappeared without closing the connection is detected within two heartbeats.
    heartbeat: 10,
  };
  try {
    // The signal destroys the socket of Node, whether it is open or still connecting.
    const socket = { ...tlsOptions(settings.tls), timeout: timeoutMs, signal: abandoned };
    // Loaded on first use: most configurations have no such signal.
    const { connect } = await import('amqplib');
    const opened = await connect(server, socket);
    opened.on('error', lost);
    opened.on('close', lost);
    return opened;
  } catch (error) {
    throw explainedLogin(error, vhostOf(settings));
  }
}

/** One channel per sample: RabbitMQ closes a channel if the queue does not exist. */
async function countReady(connection: ChannelModel, { queue = '', ...settings }: RabbitmqSettings): Promise<number> {
  const channel = await connection.createChannel();
  let refusal: unknown;
  channel.on('error', (error: unknown) => (refusal = error));
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch (error) {
    throw explainedQueue(refusal ?? error, queue, settings.vhost ?? '/');
  }
}

function vhostOf({ vhost, url }: RabbitmqSettings): string {
  if (vhost !== undefined) return vhost;
  const inAddress = decodeURIComponent(new URL(url).pathname.slice(1));
  return inAddress === '' ? '/' : inAddress;
}

function explainedLogin(error: unknown, vhost: string): unknown {
  if (!(error instanceof Error)) return error;
  if (/ACCESS[-_]REFUSED|403/.test(error.message)) {
    return new AdapterError(
      'denied',
      'refused the login. Check username and password. RabbitMQ accepts the user guest only from localhost.',
    );
  }
  // The message of amqplib contains only the name of the frame, not its reason.
  if (/NOT[-_]ALLOWED|530|got <ConnectionClose/.test(error.message)) {
    return new AdapterError('denied', `refuses this user access to vhost ${vhost}, or has no such vhost. Check vhost.`);
  }
  if (/ETIMEDOUT/.test(error.message)) return new AdapterError('timeout', 'no connection within the timeout');
  // The message of amqplib when the socket ends during the handshake.
  if (/Socket closed|Connection clos/.test(error.message)) {
    return new AdapterError('unreachable', 'closed the connection during the login. Check url, and amqps for TLS.');
  }
  return error;
}

function explainedQueue(error: unknown, queue: string, vhost: string): unknown {
  if (!(error instanceof Error)) return error;
  if (/NOT[-_]FOUND|404/.test(error.message)) {
    return new AdapterError('missing', `there is no queue ${queue} in vhost ${vhost}. Check queue and vhost.`);
  }
  if (/ACCESS[-_]REFUSED|403/.test(error.message)) {
    return new AdapterError(
      'denied',
      `refuses access to queue ${queue}: the user needs a permission on it. Check username.`,
    );
  }
  return error;
}
