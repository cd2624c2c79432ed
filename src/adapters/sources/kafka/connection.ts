/** How Kafka is reached: brokers, TLS and SASL. */
import type { Admin, SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { iamSasl } from './iam.js';
import { SourceError } from '../source.js';
import { tlsOptions, tlsSettings } from '../../net/tls-settings.js';

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

export async function kafkaAdmin(settings: KafkaSettings, timeoutMs: number, abandoned: AbortSignal): Promise<Admin> {
  // Loaded when it is needed: most configurations have no such signal.
  const { Kafka, logLevel } = await import('kafkajs');
  const client = new Kafka({
    clientId: 'escapement',
    brokers: [settings.brokers].flat(),
    connectionTimeout: timeoutMs,
    authenticationTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    logLevel: logLevel.NOTHING,
    // A sample is one look; the next one is the retry.
    retry: { retries: 0 },
    ...(settings.tls !== undefined && { ssl: tlsOptions(settings.tls) }),
    ...(settings.sasl !== undefined && { sasl: saslOptions(settings.sasl) }),
  });
  const admin = client.admin();
  abandoned.addEventListener('abort', () => void admin.disconnect().catch(() => undefined));
  try {
    await admin.connect();
    return admin;
  } catch (error) {
    throw explained(error);
  }
}

/** The settings have been checked for what each mechanism needs. */
function saslOptions({ mechanism, username = '', password = '', region = '' }: Login): SASLOptions {
  return mechanism === 'aws-msk-iam' ? iamSasl(region) : { mechanism, username, password };
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SourceError) return error;
  if (/SASL|authentication/i.test(error.name + error.message)) {
    return new SourceError(
      'denied',
      'refused the login. Check sasl: mechanism, username and password, or the rights of the role.',
    );
  }
  if (/timeout|timed out/i.test(error.message)) return new SourceError('timeout', 'no connection within the time-out.');
  // What kafkajs says of a listener that hangs up on a client that does not log in, or speaks no TLS.
  if (/Closed connection|socket disconnected/i.test(error.message)) {
    return new SourceError('unreachable', 'closed the connection. Check brokers, and whether sasl or tls is needed.');
  }
  return error;
}
