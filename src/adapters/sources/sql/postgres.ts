/** PostgreSQL, and servers with its protocol. */
import { checkServerIdentity } from 'node:tls';
import type { Client, ClientConfig, QueryArrayConfig } from 'pg';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError, type ErrorCode } from '../../net/errors.js';
import { tlsOptions } from '../../net/tls.js';
import { asThrown, inTurn, type Open, type Rows, type Target } from './database.js';

export const openPostgres: Open = async (target, lost, abandoned) => {
  // Loaded on first use: most configurations have no such signal.
  const { Client } = await import('pg');
  const client = new Client(configOf(target));
  // Without a listener, an error of an idle connection would end the process.
  client.on('error', lost);
  client.on('end', lost);
  const close = () => {
    // `end` would wait for the statement. The server ends it at its time limit.
    client.connection.stream.destroy();
  };
  abandoned.addEventListener('abort', close, { once: true });
  try {
    await client.connect();
  } catch (error) {
    close();
    throw explained(error);
  }
  return inTurn((query) => read(client, query, target.timeoutMs));
};

function configOf({ host, port, database, username, password, tls, timeoutMs }: Target): ClientConfig {
  return {
    host,
    port,
    database: database || username,
    user: username,
    // Never undefined: the client would look for a password in the environment and in files.
    password: password ?? '',
    connectionTimeoutMillis: timeoutMs,
    application_name: 'escapement',
    keepAlive: true,
    ssl: tls !== undefined && {
      ...tlsOptions(tls),
      // The client replaces the server name by the host of the address.
      checkServerIdentity: (_host, certificate) => checkServerIdentity(tls.serverName ?? host, certificate),
    },
  };
}

/** Three requests: a pooler such as PgBouncer, which keeps no settings between transactions, supports them too. */
async function read(client: Client, query: string, timeoutMs: number): Promise<Rows> {
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}`);
    // The extended protocol accepts only one statement, so the query cannot end the transaction and change data.
    const { fields, rows } = await client.query<unknown[]>({
      text: query,
      rowMode: 'array',
      queryMode: 'extended',
    } as QueryArrayConfig);
    await client.query('ROLLBACK');
    return { columnCount: fields.length, rows };
  } catch (error) {
    throw explained(error);
  }
}

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly advice: string;
}

/** By SQLSTATE. */
const meanings: readonly Meaning[] = [
  { pattern: /^28/, code: 'denied', advice: 'Check username and password.' },
  { pattern: /^42501$/, code: 'denied', advice: 'Grant the user SELECT on what the query reads.' },
  { pattern: /^3D000$/, code: 'missing', advice: 'Check the database in url.' },
  { pattern: /^(3F000|42P01|42703|42883)$/, code: 'missing', advice: 'Check query, and the database in url.' },
  { pattern: /^42/, code: 'failed', advice: 'Check query.' },
  { pattern: /^25006$/, code: 'failed', advice: 'The query must only read.' },
  { pattern: /^57014$/, code: 'timeout', advice: 'Make the query faster, or raise timeout.' },
  { pattern: /^(57P0[1-3])$/, code: 'unreachable', advice: 'Check that the server is running.' },
  { pattern: /^53300$/, code: 'throttled', advice: 'Raise the number of connections of the server or of the user.' },
];

function explained(error: unknown): unknown {
  const { code, message, severity } = asThrown(error);
  if (message.includes('does not support SSL')) {
    return new AdapterError('unreachable', 'does not support TLS. Turn TLS on in the server, or remove tls.');
  }
  if (/^Connection terminated|^timeout expired|not queryable/.test(message)) {
    return new AdapterError(
      'unreachable',
      'closed the connection. Check that it is running, its address and the network.',
    );
  }
  if (message.startsWith('SASL')) return new AdapterError('denied', 'requires a password. Set password.');
  // Only an error of the server has a severity.
  return severity === undefined ? error : ofServer(code, message);
}

/** Messages about access and syntax have no values. Other messages may contain values of rows. */
function ofServer(code: string, message: string): AdapterError {
  const meaning = meanings.find(({ pattern }) => pattern.test(code));
  if (meaning === undefined) {
    return new AdapterError('failed', `the query failed with SQLSTATE ${code}. Run it by hand to see the message.`);
  }
  return new AdapterError(meaning.code, `refused: ${oneLine(message)} (${code}). ${meaning.advice}`);
}
