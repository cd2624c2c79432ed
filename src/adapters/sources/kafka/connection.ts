/** The connection to Kafka: brokers, TLS and SASL. */
import type { Admin, SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { report, withFix } from '../../../domain/written/issue.js';
import { AdapterError } from '../../net/errors.js';
import { tlsOptions, tlsSettings } from '../../net/tls.js';
import { iamSasl } from './iam.js';
import { socketsTo } from './sockets.js';

const broker = z.string().regex(/^[^\s:/]+:\d+$|^\[[^\s\]]+\]:\d+$/, {
  error: withFix('is not the address of a broker', 'write host:port, such as kafka.example.com:9092'),
});

const loginFields = ['username', 'password'] as const;
const iamFields = ['region'] as const;
const fixes = {
  username: 'write the name of the user',
  password: 'write the password, such as ${KAFKA_PASSWORD}',
  region: 'write the AWS region of the cluster, such as eu-central-1',
} as const;

export const kafkaSettings = {
  brokers: z
    .union([broker, z.array(broker).min(1)])
    .describe('Address of a broker as `host:port`, or a list of addresses. Kafka reports the other brokers.'),
  sasl: z
    .strictObject({
      mechanism: z
        .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'aws-msk-iam'])
        .default('plain')
        .describe(
          'SASL mechanism of the broker. `aws-msk-iam` signs with the AWS credentials of the environment, profile or role.',
        ),
      username: z.string().min(1).optional().describe('User name. Not supported for `aws-msk-iam`.'),
      password: z.string().optional().describe('Password. Not supported for `aws-msk-iam`.'),
      region: z
        .string()
        .min(1)
        .optional()
        .describe('AWS region of the cluster. Required for `aws-msk-iam`, and not supported otherwise.'),
    })
    .superRefine((given, issues) => {
      const { mechanism } = given;
      const [required, unsupported] = mechanism === 'aws-msk-iam' ? [iamFields, loginFields] : [loginFields, iamFields];
      for (const field of required) {
        if (given[field] !== undefined) continue;
        const problem = `is missing, but mechanism: ${mechanism} requires it`;
        report(issues, { path: [field], problem, fix: fixes[field] });
      }
      for (const field of unsupported) {
        if (given[field] === undefined) continue;
        const problem = `is not supported for mechanism: ${mechanism}`;
        report(issues, { path: [field], problem, fix: `remove ${field}` });
      }
    })
    .optional()
    .describe('Login, if the brokers require one.'),
  tls: tlsSettings
    .optional()
    .describe('TLS settings. An empty mapping (`tls: {}`) enables TLS with the certificate authorities of Node.'),
};

type KafkaSettings = z.output<z.ZodObject<typeof kafkaSettings>>;
type Login = NonNullable<KafkaSettings['sasl']>;

/**
 * Connects to the brokers of the list in order, until a broker responds. Each attempt uses the next broker. A broker that
 * does not respond takes the whole time of one sample, and the next sample begins with another broker.
 */
export function kafkaConnector(settings: KafkaSettings, timeoutMs: number): (abandoned: AbortSignal) => Promise<Admin> {
  const brokers = [settings.brokers].flat();
  let attempts = 0;
  return async (abandoned) => {
    for (let left = brokers.length - 1; ; left -= 1) {
      const broker = brokers[attempts++ % brokers.length] ?? '';
      try {
        return await connect(broker, settings, timeoutMs, abandoned);
      } catch (error) {
        const failure = connectionFailure(error);
        // The other brokers would refuse the same login, and could lock the user after several failed logins.
        const isDenied = failure instanceof AdapterError && failure.code === 'denied';
        if (left === 0 || isDenied || abandoned.aborted) throw failure;
      }
    }
  };
}

async function connect(
  broker: string,
  settings: KafkaSettings,
  timeoutMs: number,
  abandoned: AbortSignal,
): Promise<Admin> {
  // Loaded on first use, because most configurations have no Kafka signal.
  const { Kafka, logLevel } = await import('kafkajs');
  abandoned.throwIfAborted();
  const ended = new AbortController();
  abandoned.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
  const tls = settings.tls && tlsOptions(settings.tls);
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
    ...(settings.sasl !== undefined && { sasl: saslOptions(settings.sasl) }),
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
function saslOptions({ mechanism, username = '', password = '', region = '' }: Login): SASLOptions {
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
