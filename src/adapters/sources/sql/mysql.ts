/** MySQL and MariaDB. */
import { connect } from 'node:net';
import type { Connection as Client, ConnectionOptions, FieldPacket, RowDataPacket } from 'mysql2/promise';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError, type ErrorCode } from '../../net/errors.js';
import { asThrown, inTurn, type Open, type Rows, type Target } from './database.js';

export const openMysql: Open = async (target, lost, abandoned) => {
  // Loaded on first use: most configurations have no such signal.
  const { createConnection } = await import('mysql2/promise');
  const socket = connect({ host: target.host, port: target.port, keepAlive: true });
  abandoned.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    const client = await createConnection({ ...optionsOf(target), stream: socket });
    // Without a listener, an error of an idle connection would end the process.
    client.on('error', lost);
    socket.once('close', lost);
    await limit(client, target.timeoutMs);
    return inTurn((query) => read(client, query));
  } catch (error) {
    socket.destroy();
    throw explained(error);
  }
};

function optionsOf({ host, database, username, password, tls, timeoutMs }: Target): ConnectionOptions {
  return {
    // With a stream of ours, this is only the name that the certificate must have.
    host: tls?.serverName ?? host,
    ...(database !== '' && { database }),
    user: username,
    password: password ?? '',
    connectTimeout: timeoutMs,
    rowsAsArray: true,
    supportBigNumbers: true,
    ...(tls !== undefined && {
      ssl: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
        rejectUnauthorized: tls.verify,
        verifyIdentity: tls.verify,
      },
    }),
  };
}

/** The time limit has another name and unit in MariaDB. The server ends a statement that nobody waits for any longer. */
async function limit(client: Client, timeoutMs: number): Promise<void> {
  const [rows] = await client.query<RowDataPacket[][]>("SELECT VERSION() LIKE '%MariaDB%'");
  const isMariaDb = Number(rows[0]?.[0]) === 1;
  await client.query(
    isMariaDb
      ? `SET SESSION max_statement_time = ${timeoutMs / 1_000}`
      : `SET SESSION max_execution_time = ${Math.ceil(timeoutMs)}`,
  );
}

/** The client accepts only one statement, so the query cannot end the transaction and change data. */
async function read(client: Client, query: string): Promise<Rows> {
  try {
    await client.query('START TRANSACTION READ ONLY');
    // A statement without a result has no fields.
    const [rows, fields] = (await client.query(query)) as [unknown, FieldPacket[] | undefined];
    await client.query('ROLLBACK');
    return { columnCount: fields?.length ?? 0, rows: fields === undefined ? [] : (rows as unknown[][]) };
  } catch (error) {
    throw explained(error);
  }
}

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly advice: string;
}

const meanings: readonly Meaning[] = [
  {
    pattern: /^ER_(TABLE|COLUMN|DB)ACCESS_DENIED|^ER_SPECIFIC_ACCESS/,
    code: 'denied',
    advice: 'Grant the user SELECT on what the query reads.',
  },
  {
    pattern: /^ER_ACCESS_DENIED|^ER_HOST_|^ER_NOT_SUPPORTED_AUTH|^AUTH_/,
    code: 'denied',
    advice: 'Check username and password.',
  },
  { pattern: /^ER_BAD_DB_ERROR$/, code: 'missing', advice: 'Check the database in url.' },
  {
    pattern: /^ER_(NO_SUCH_TABLE|BAD_FIELD_ERROR|NO_DB_ERROR|SP_DOES_NOT_EXIST)$/,
    code: 'missing',
    advice: 'Check query, and the database in url.',
  },
  { pattern: /^ER_(PARSE_ERROR|EMPTY_QUERY)$/, code: 'failed', advice: 'Check query.' },
  { pattern: /^ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION$/, code: 'failed', advice: 'The query must only read.' },
  {
    pattern: /^ER_(QUERY_TIMEOUT|STATEMENT_TIMEOUT)$/,
    code: 'timeout',
    advice: 'Make the query faster, or raise timeout.',
  },
  {
    pattern: /^ER_(CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED)$/,
    code: 'throttled',
    advice: 'Raise the number of connections of the server or of the user.',
  },
  { pattern: /^ER_SERVER_SHUTDOWN$/, code: 'unreachable', advice: 'Check that the server is running.' },
];

function explained(error: unknown): unknown {
  const { code, message } = asThrown(error);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') {
    return new AdapterError('unreachable', 'does not support TLS. Turn TLS on in the server, or remove tls.');
  }
  if (code === 'HANDSHAKE_SSL_ERROR') return ofHandshake(message);
  if (code === 'PROTOCOL_CONNECTION_LOST') {
    return new AdapterError(
      'unreachable',
      'closed the connection. Check that it is running, its address and the network.',
    );
  }
  const meaning = meanings.find(({ pattern }) => pattern.test(code));
  if (meaning !== undefined) {
    return new AdapterError(meaning.code, `refused: ${oneLine(message)} (${code}). ${meaning.advice}`);
  }
  // Messages about access and syntax have no values. Other messages may contain values of rows.
  if (!code.startsWith('ER_')) return error;
  return new AdapterError('failed', `the query failed with ${code}. Run it by hand to see the message.`);
}

/** The client replaces the code of the TLS error, and keeps its message. */
function ofHandshake(message: string): AdapterError {
  if (/\balert\b/.test(message)) {
    const advice = 'Set tls.cert and tls.key to a trusted pair.';
    return new AdapterError('denied', `does not accept the client certificate, or requires one. ${advice}`);
  }
  const advice = 'Set tls.ca to the authority that signed its certificate, or tls.serverName to the host name in it.';
  return new AdapterError('unreachable', `its certificate is not trusted: ${oneLine(message)}. ${advice}`);
}
