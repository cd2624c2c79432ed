/** TLS: the settings in the configuration, and the options of Node. */
import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';

export const tlsSettings = z
  .strictObject({
    ca: z
      .string()
      .optional()
      .describe(
        'Certificate authority to trust, as PEM text: "${file:/etc/ssl/queue-ca.pem}". Default: those of Node.',
      ),
    cert: z.string().optional().describe('Client certificate as PEM text, if the server requires one.'),
    key: z.string().optional().describe('Private key of the client certificate, as PEM text.'),
    serverName: z
      .string()
      .optional()
      .describe('Host name in the certificate of the server, if it differs from the address.'),
    verify: z
      .boolean()
      .default(true)
      .describe("Verify the server's certificate. With `false`, an attacker can read the password: for trials only."),
  })
  .describe('TLS settings. Default: the defaults of Node.');

export type TlsSettings = z.output<typeof tlsSettings>;

export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/** In the format of Node's `tls.connect`. */
export function tlsOptions(settings: Partial<TlsSettings> | undefined): TlsOptions {
  if (settings === undefined) return {};
  return {
    ...(settings.ca !== undefined && { ca: settings.ca }),
    ...(settings.cert !== undefined && { cert: settings.cert }),
    ...(settings.key !== undefined && { key: settings.key }),
    ...(settings.serverName !== undefined && { servername: settings.serverName }),
    ...(settings.verify !== undefined && { rejectUnauthorized: settings.verify }),
  };
}
