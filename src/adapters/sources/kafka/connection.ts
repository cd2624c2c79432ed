/** How Kafka is reached: brokers, TLS and SASL. */
import type { Admin, SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { tlsOptions, tlsSettings } from '../../net/tls.js';
import { iamSasl } from './iam.js';
import { socketsTo } from './sockets.js';

const broker = z.string().regex(/^[^\s:/]+:\d+$|^\[[^\s\]]+\]:\d+$/, { error: 'is not host:port' });

const loginFields = ['username', 'password'] as const;
const iamFields = ['region'] as const;

export const kafkaSettings = {
  brokers: z
    .union([broker, z.array(broker).min(1)])
    .describe('Address of a broker as `host:port`, or a list of them; the others are found.'),
  sasl: z
    .strictObject({
      mechanism: z
        .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'aws-msk-iam'])
        .default('plain')
        .describe(
          'As the broker has it. `aws-msk-iam` signs with the AWS credentials of the environment, profile or role.',
        ),
      username: z.string().min(1).optional().describe('User; none for `aws-msk-iam`.'),
      password: z.string().optional().describe('Password; none for `aws-msk-iam`.'),
      region: z.string().min(1).optional().describe('AWS region of the cluster, for `aws-msk-iam`.'),
    })
    .superRefine((given, issues) => {
      const [needed, foreign] = given.mechanism === 'aws-msk-iam' ? [iamFields, loginFields] : [loginFields, iamFields];
      const complain = (field: string, message: string) => issues.addIssue({ code: 'custom', path: [field], message });
      for (const field of needed) {
        if (given[field] === undefined) complain(field, `is needed for mechanism: ${given.mechanism}`);
      }
      for (const field of foreign) {
        if (given[field] !== undefined) complain(field, `has no meaning for mechanism: ${given.mechanism}`);
      }
    })
    .optional()
    .describe('Login, where the brokers ask for one.'),
  tls: tlsSettings.optional().describe('TLS: an empty mapping (`tls: {}`) turns it on with the authorities of Node.'),
};

type KafkaSettings = z.output<z.ZodObject<typeof kafkaSettings>>;
type Login = NonNullable<KafkaSettings['sasl']>;

/**
 * Connects to the brokers of the list in turn, until one of them answers. Each attempt takes the next broker: a broker that
 * hangs uses up the time of one sample, and the next sample begins with another broker.
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
        // The other brokers would refuse the same login, and count it as another attempt to guess the password.
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
  // Loaded when it is needed: most configurations have no such signal.
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
    // A sample is one look; the next one is the retry.
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

/** The settings have been checked for what each mechanism needs. */
function saslOptions({ mechanism, username = '', password = '', region = '' }: Login): SASLOptions {
  return mechanism === 'aws-msk-iam' ? iamSasl(region) : { mechanism, username, password };
}

/** What an error says of the connection or the login, while connecting or later. */
export function connectionFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AdapterError) return error;
  // Before the login: a broker that dies during a login has not refused it.
  if (/timeout|timed out/i.test(error.message)) return new AdapterError('timeout', 'no answer within the timeout');
  // What kafkajs says of a broker that dies, and of a listener that hangs up on a client that does not log in, or speaks no TLS.
  if (/Closed connection|Connection closed|socket disconnected/i.test(error.message)) {
    const advice = 'Check that the broker runs, the port in brokers, and whether sasl or tls is needed.';
    return new AdapterError('unreachable', `closed the connection. ${advice}`);
  }
  if (/SASL|authentication/i.test(error.name + error.message)) {
    return new AdapterError(
      'denied',
      'refused the login. Check sasl: mechanism, username and password, or the rights of the role.',
    );
  }
  return error;
}
