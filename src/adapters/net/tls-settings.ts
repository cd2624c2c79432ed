/** TLS, the same for every source that speaks it. */
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
    cert: z.string().optional().describe('Client certificate as PEM text, where the server asks for one.'),
    key: z.string().optional().describe('Private key of the client certificate, as PEM text.'),
    serverName: z.string().optional().describe('Host name the certificate is for, when it differs from the address.'),
    verify: z
      .boolean()
      .default(true)
      .describe("Check the server's certificate. `false` lets anyone in between read the password: for trials only."),
  })
  .describe('TLS, where the defaults of Node do not do.');

export type TlsSettings = z.output<typeof tlsSettings>;

/** As Node's own `tls.connect` wants it. */
export function tlsOptions(
  settings: TlsSettings | undefined,
): Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'> {
  if (settings === undefined) return {};
  return {
    ...(settings.ca !== undefined && { ca: settings.ca }),
    ...(settings.cert !== undefined && { cert: settings.cert }),
    ...(settings.key !== undefined && { key: settings.key }),
    ...(settings.serverName !== undefined && { servername: settings.serverName }),
    rejectUnauthorized: settings.verify,
  };
}
