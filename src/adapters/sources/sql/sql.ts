/** PostgreSQL, MySQL and MariaDB: one query with one number. */
import { z } from 'zod';
import { valueInWords } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { parseAddress } from '../../net/server-address.js';
import { emptyAsSetting } from '../empty-as.js';
import { ReusableConnection } from '../reusable-connection.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { databaseSettings, isPostgres, targetOf, type Connection, type Rows } from './database.js';
import { openMysql } from './mysql.js';
import { openPostgres } from './postgres.js';

const settings = z
  .strictObject({
    query: z
      .string()
      .min(1)
      .describe('One SELECT with one row and one column: "SELECT count(*) FROM jobs WHERE done_at IS NULL".'),
    emptyAs: emptyAsSetting('the query returns no row or NULL'),
    ...databaseSettings,
  })
  .superRefine(({ url, username }, issues) => {
    if (!URL.canParse(url)) return;
    const address = parseAddress(url);
    if (address.url.search !== '') {
      const message = 'has parameters after the ?, which are not supported. Set username, password and tls instead.';
      issues.addIssue({ code: 'custom', path: ['url'], message });
    }
    if (username === undefined && address.username === undefined) {
      issues.addIssue({ code: 'custom', path: ['username'], message: 'is required, here or in the address' });
    }
  });

export const sql = defineSource({
  type: 'sql',
  summary: 'The number that a query returns from PostgreSQL, MySQL or MariaDB.',
  settings,
  create(settings, context) {
    const target = targetOf(settings, context.timeoutMs);
    const [kind, open] = isPostgres(settings.url)
      ? (['PostgreSQL', openPostgres] as const)
      : (['MySQL', openMysql] as const);
    const connection = new ReusableConnection<Connection>({
      open: (lost, abandoned) => open(target, lost, abandoned),
      // After an error the transaction is still open.
      isHarmless: () => false,
    });
    return makeSampler(context, {
      server: `${kind} at ${parseAddress(settings.url).shown}`,
      secrets: [target.password, settings.tls?.key],
      emptyAs: settings.emptyAs,
      look: async (signal) => ({
        value: numberIn(await connection.use(signal, (opened) => opened.read(settings.query))),
      }),
      close: async () => connection.close(),
    });
  },
});

function numberIn({ columnCount, rows }: Rows): number {
  if (columnCount !== 1) throw notOne(columnCount, 'column');
  if (rows.length === 0) throw new AdapterError('noData', 'the query returned no row. Check query, or set emptyAs.');
  if (rows.length > 1) throw notOne(rows.length, 'row');
  const value = rows[0]?.[0];
  if (value === null) throw new AdapterError('noData', 'the query returned NULL. Check query, or set emptyAs.');
  const number = typeof value === 'string' ? numberInText(value) : value;
  if (typeof number === 'number') return number;
  throw new AdapterError('malformed', `the query returned ${valueInWords(value)}, not a number. Check query.`);
}

function notOne(count: number, what: 'row' | 'column'): AdapterError {
  return new AdapterError(
    'malformed',
    `the query returned ${count} ${what}s. Change it so that it returns one row with one column, such as SELECT count(*).`,
  );
}

/** Databases return exact decimals and large whole numbers as text: "12345678901234567890", "1.50", "NaN". */
function numberInText(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|Infinity)$/i.test(text) ? Number(text) : undefined;
}
