/** Connects to NATS with its official client. */
import type { NatsConnection, TlsOptions } from '@nats-io/transport-node';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { addressSetting, parseAddress } from '../../net/server-address.js';
import { tlsOptions, tlsSettings } from '../../net/tls.js';
import { ReusableConnection } from '../reusable-connection.js';

export const connectionSettings = {
  url: addressSetting(['nats', 'tls'])
    .default('nats://localhost:4222')
    .describe(
      'Address: "nats://host:4222". `tls://` requires TLS; with `nats://`, TLS is used if the server offers it.',
    ),
  username: z.string().optional().describe('User.'),
  password: z.string().optional().describe('Password of the user.'),
  token: z.string().optional().describe('Token, in place of a user.'),
  credentials: z
    .string()
    .optional()
    .describe('Text of a credentials file, in place of a user: "${file:/etc/nats/escapement.creds}".'),
  tls: tlsSettings.optional(),
};

type ConnectionSettings = z.output<z.ZodObject<typeof connectionSettings>>;

/** The name of the server in messages, and the secrets that no message may contain. */
export function natsServer(settings: ConnectionSettings) {
  const { shown, password } = parseAddress(settings.url);
  const seeds = settings.credentials?.match(/\bS[A-Z0-9]{50,}\b/g) ?? [];
  return {
    server: `NATS at ${shown}`,
    secrets: [settings.password ?? password, settings.token, settings.credentials, ...seeds, settings.tls?.key],
  };
}

export function natsConnection(settings: ConnectionSettings, timeoutMs: number): ReusableConnection<NatsConnection> {
  return new ReusableConnection<NatsConnection>({
    async open(lost, abandoned) {
      const connection = await connectOnce(settings, timeoutMs);
      const close = () => void connection.close();
      abandoned.addEventListener('abort', close, { once: true });
      if (abandoned.aborted) close();
      void connection.closed().then(lost);
      return connection;
    },
    isHarmless: (error) => error instanceof AdapterError,
  });
}

async function connectOnce(settings: ConnectionSettings, timeoutMs: number): Promise<NatsConnection> {
  // Loaded on first use: most configurations have no such signal.
  const { connect, credsAuthenticator } = await import('@nats-io/transport-node');
  const { url, username, password } = parseAddress(settings.url);
  const user = settings.username ?? username;
  const isEncrypted = url.protocol === 'tls:' || settings.tls !== undefined;
  try {
    return await connect({
      servers: url.host,
      name: 'escapement',
      // No reconnects: the next sample opens a new connection.
      reconnect: false,
      ignoreClusterUpdates: true,
      timeout: timeoutMs,
      ...(user !== undefined && { user, pass: settings.password ?? password ?? '' }),
      ...(settings.token !== undefined && { token: settings.token }),
      ...(settings.credentials !== undefined && {
        authenticator: credsAuthenticator(new TextEncoder().encode(settings.credentials)),
      }),
      // The client passes all options to `tls.connect` of Node, also those that its type does not name. Without \`host\`,
      // Node compares the certificate of a server at an IP address with "localhost".
      ...(isEncrypted && { tls: { host: url.hostname, ...tlsOptions(settings.tls) } as TlsOptions }),
    });
  } catch (error) {
    throw explained(error);
  }
}

/** Errors are compared by name: they may be of another copy of the library. */
function explained(error: unknown): unknown {
  const { name, message } = error as Error;
  if (/^(UserAuthenticationExpired|Authorization)Error$/.test(name)) {
    return new AdapterError('denied', 'refused the login. Check username and password, token or credentials.');
  }
  if (message.startsWith('unable to parse credentials')) {
    return new AdapterError(
      'denied',
      'the setting credentials is not the text of a credentials file. Check credentials.',
    );
  }
  if (message.includes("does not support 'tls'")) {
    return new AdapterError('unreachable', 'does not offer TLS. Turn TLS on in the server, or remove tls.');
  }
  return error;
}
