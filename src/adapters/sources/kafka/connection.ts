/** The connection to Kafka: brokers, TLS and SASL. */
import type { Admin, SASLOptions } from 'kafkajs';
import { AdapterError } from '../../net/errors.js';
import { tlsOptions, type TlsOptions } from '../../net/tls.js';
import { awsCredentials } from '../aws/aws.js';
import { iamSasl } from './iam.js';
import { mskBrokers, mskRegion, type MskLogin } from './msk.js';
import { regionOfBrokers, type KafkaSettings } from './settings.js';
import { socketsTo } from './sockets.js';

type Login = NonNullable<KafkaSettings['sasl']>;

/** Where to connect, and how. */
interface Access {
  readonly brokers: readonly string[];
  readonly sasl: SASLOptions | undefined;
  readonly tls: TlsOptions | undefined;
}

/**
 * Connects to the brokers of the list in order, until a broker responds. Each attempt uses the next broker. A broker that
 * does not respond takes the whole time of one sample, and the next sample begins with another broker. The brokers of an
 * MSK cluster are asked for at the first connection, and again after no broker accepted a connection.
 */
export function kafkaConnector(settings: KafkaSettings, timeoutMs: number): KafkaConnector {
  let known: Access | undefined;
  let attempts = 0;
  let brokers: readonly string[] = [settings.brokers ?? []].flat();
  const connectToAny = async (abandoned: AbortSignal): Promise<Admin> => {
    const access = (known ??= await accessTo(settings, timeoutMs, abandoned));
    brokers = access.brokers;
    for (let left = access.brokers.length - 1; ; left -= 1) {
      const broker = access.brokers[attempts++ % access.brokers.length] ?? '';
      try {
        return await connect(broker, access, timeoutMs, abandoned);
      } catch (error) {
        const failure = connectionFailure(error);
        // The other brokers would refuse the same login, and could lock the user after several failed logins.
        const isDenied = failure instanceof AdapterError && failure.code === 'denied';
        if (left > 0 && !isDenied && !abandoned.aborted) continue;
        known = undefined;
        throw failure;
      }
    }
  };
  return { connect: connectToAny, brokers: () => brokers };
}

interface KafkaConnector {
  connect(abandoned: AbortSignal): Promise<Admin>;
  /** The brokers that were last used. None before the brokers of an MSK cluster are known. */
  brokers(): readonly string[];
}

async function accessTo(settings: KafkaSettings, timeoutMs: number, abandoned: AbortSignal): Promise<Access> {
  const { msk, sasl } = settings;
  const tls = settings.tls && tlsOptions(settings.tls);
  if (msk === undefined) {
    const region = sasl?.region ?? regionOfBrokers(settings);
    return { brokers: [settings.brokers ?? []].flat(), sasl: sasl && saslOptions(sasl, region), tls };
  }
  const { brokers, login } = await mskBrokers(msk, loginsOf(settings), timeoutMs, abandoned);
  const region = sasl?.region ?? mskRegion(msk);
  return {
    brokers,
    sasl: login === 'iam' ? iamSasl(region, awsCredentials(msk)) : sasl && saslOptions(sasl, region),
    // Every listener of MSK but the one for plaintext uses TLS.
    tls: login === 'plaintext' ? undefined : (tls ?? {}),
  };
}

/** Without any setting, IAM is the last: it needs permissions, but no further setting. */
function loginsOf({ sasl, tls }: KafkaSettings): readonly MskLogin[] {
  if (sasl !== undefined) return [sasl.mechanism === 'aws-msk-iam' ? 'iam' : 'scram'];
  return tls === undefined ? ['plaintext', 'tls', 'iam'] : ['tls'];
}

async function connect(
  broker: string,
  { sasl, tls }: Access,
  timeoutMs: number,
  abandoned: AbortSignal,
): Promise<Admin> {
  // Loaded on first use, because most configurations have no Kafka signal.
  const { Kafka, logLevel } = await import('kafkajs');
  abandoned.throwIfAborted();
  const ended = new AbortController();
  abandoned.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
  const client = new Kafka({
    clientId: 'escapement',
    brokers: [broker],
    socketFactory: socketsTo({ firstBroker: broker, tls }, ended.signal),
    connectionTimeout: timeoutMs,
    authenticationTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    logLevel: logLevel.NOTHING,
    // A failed sample is not retried: the next sample replaces it.
    retry: { retries: 0 },
    ...(sasl !== undefined && { sasl }),
  });
  const admin = client.admin();
  ended.signal.addEventListener('abort', () => void admin.disconnect().catch(() => undefined));
  try {
    await admin.connect();
    return admin;
  } catch (error) {
    ended.abort();
    throw error;
  }
}

/** The schema has checked that the settings of the mechanism are present. */
function saslOptions({ mechanism, username = '', password = '' }: Login, region = ''): SASLOptions {
  return mechanism === 'aws-msk-iam' ? iamSasl(region) : { mechanism, username, password };
}

/** Converts an error of the connection or the login, which can occur while connecting or later. */
export function connectionFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AdapterError) return error;
  // These errors are tested before the login, because a broker that stops during a login has not refused the login.
  if (/timeout|timed out/i.test(error.message)) return new AdapterError('timeout', 'no response within the timeout');
  // kafkajs reports these errors for a broker that stops, and for a listener that closes the connection because the client
  // does not log in or does not use TLS.
  if (/Closed connection|Connection closed|socket disconnected/i.test(error.message)) {
    const advice = 'Check that the broker runs, the port in brokers, and whether the broker requires sasl or tls.';
    return new AdapterError('unreachable', `closed the connection. ${advice}`);
  }
  if (/SASL|authentication/i.test(error.name + error.message)) {
    return new AdapterError(
      'denied',
      'refused the login. Check mechanism, username and password of sasl, or the permissions of the role.',
    );
  }
  return error;
}
