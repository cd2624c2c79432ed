/** How Kafka is reached: brokers, TLS and SASL. */
import { Kafka, logLevel, type Admin, type SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { SourceError } from './source.js';
import { tlsOptions, tlsSettings } from './tls-settings.js';

const broker = z.string().regex(/^[^\s:/]+:\d+$|^\[[^\s\]]+\]:\d+$/, { error: 'is not host:port' });

export const kafkaSettings = {
  brokers: z
    .union([broker, z.array(broker).min(1)])
    .describe('Address of a broker as `host:port`, or a list of them; the others are found.'),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).default('plain').describe('As the broker has it.'),
      username: z.string().min(1).describe('User.'),
      password: z.string().describe('Password.'),
    })
    .optional()
    .describe('Login, where the brokers ask for one.'),
  tls: tlsSettings.optional().describe('TLS: an empty mapping (`tls: {}`) turns it on with the authorities of Node.'),
};

type KafkaSettings = z.output<z.ZodObject<typeof kafkaSettings>>;

export async function kafkaAdmin(settings: KafkaSettings, timeoutMs: number, abandoned: AbortSignal): Promise<Admin> {
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

function saslOptions({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  return { mechanism, username, password };
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/SASL|authentication/i.test(error.name + error.message)) {
    return new SourceError('denied', 'refused the login. Check sasl: mechanism, username and password.');
  }
  if (/timeout|timed out/i.test(error.message)) return new SourceError('timeout', 'no connection within the time-out.');
  // What kafkajs says of a listener that hangs up on a client that does not log in, or speaks no TLS.
  if (/Closed connection|socket disconnected/i.test(error.message)) {
    return new SourceError('unreachable', 'closed the connection. Check brokers, and whether sasl or tls is needed.');
  }
  return error;
}
