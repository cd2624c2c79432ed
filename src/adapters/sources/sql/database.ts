/** What the source needs of a database, of whichever kind it is. */
import { z } from 'zod';
import { addressSetting, parseAddress } from '../../net/server-address.js';
import { tlsSettings } from '../../net/tls.js';

const protocols = ['postgres', 'postgresql', 'mysql', 'mariadb'];

export const databaseSettings = {
  url: addressSetting(protocols).describe(
    'Address and database: "postgres://host:5432/shop", or "mysql://host:3306/shop" for MySQL and MariaDB. Parameters are not supported.',
  ),
  username: z.string().min(1).optional().describe('User. Required, here or in the address.'),
  password: z.string().optional().describe('Password of the user.'),
  tls: tlsSettings
    .optional()
    .describe(
      'TLS settings. An empty mapping (`tls: {}`) turns TLS on with the certificate authorities of Node. Default: no TLS.',
    ),
};

export type DatabaseSettings = z.output<z.ZodObject<typeof databaseSettings>>;

/** Where to connect, and as whom. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  readonly tls: DatabaseSettings['tls'];
  readonly timeoutMs: number;
}

export interface Rows {
  readonly columnCount: number;
  readonly rows: readonly (readonly unknown[])[];
}

/** One connection. After any error it cannot be used. */
export interface Connection {
  /** Runs one statement in a transaction that only reads. Statements run one after the other. */
  read(query: string): Promise<Rows>;
}

/**
 * Opens a connection.
 * @param lost called when the connection ends by itself.
 * @param abandoned closes the connection, also before it is open.
 */
export type Open = (target: Target, lost: () => void, abandoned: AbortSignal) => Promise<Connection>;

export function isPostgres(url: string): boolean {
  return url.startsWith('postgres');
}

export function targetOf(settings: DatabaseSettings, timeoutMs: number): Target {
  const { url, username, password } = parseAddress(settings.url);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (isPostgres(settings.url) ? 5432 : 3306)),
    database: decodeURIComponent(url.pathname.slice(1)),
    username: settings.username ?? username ?? '',
    password: settings.password ?? password,
    tls: settings.tls,
    timeoutMs,
  };
}

/** Runs the statements of one connection one after the other, because a transaction belongs to its connection. */
export function inTurn(read: (query: string) => Promise<Rows>): Connection {
  let last: Promise<unknown> = Promise.resolve();
  return {
    read(query) {
      const result = last.then(() => read(query));
      // The next statement reports its own error.
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** The fields of an error of a client. An error of Node may belong to another realm, so it may not be an Error here. */
export function asThrown(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly severity?: string;
} {
  const fields = typeof error === 'object' && error !== null ? error : {};
  return { code: '', message: '', ...fields, ...('message' in fields && { message: String(fields.message) }) };
}
