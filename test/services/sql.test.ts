import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mariadbService } from '../../scripts/services/mariadb.js';
import { pgbouncerService } from '../../scripts/services/pgbouncer.js';
import { postgresqlService } from '../../scripts/services/postgresql.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const never = (): AbortSignal => new AbortController().signal;
const certificates = await makeCertificates();
const other = await makeCertificates();
const waiting = 'SELECT count(*) FROM jobs WHERE done = 0';

const tables = `
  CREATE TABLE jobs (id integer, done integer, note text); INSERT INTO jobs VALUES (1, 0, 'hunter2'), (2, 0, 'hunter2'), (3, 1, NULL);
`;

const postgresql = await postgresqlService(certificates.files);
const mariadb = await mariadbService(certificates.files);

const kinds = [
  {
    label: 'sql (PostgreSQL)',
    server: postgresql,
    scheme: 'postgres',
    fill: async () => {
      await postgresql.sql(`CREATE USER reader PASSWORD '${plantedSecret}'`);
      await postgresql.sql(`${tables} GRANT SELECT ON jobs TO reader`);
    },
    database: 'postgres',
    sleep: 'SELECT 1 FROM pg_sleep(30)',
    running:
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(30)%' AND usename = 'reader' AND state <> 'idle'",
    encrypted: 'SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    connections: "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'",
    forbidden: 'SELECT count(*) FROM pg_authid',
    textNumber: "SELECT CAST('12.5' AS numeric)",
    nan: "SELECT 'NaN'::float8",
    castOfText: 'SELECT CAST(note AS integer) FROM jobs',
  },
  {
    label: 'sql (MariaDB)',
    server: mariadb,
    scheme: 'mysql',
    fill: async () => {
      await mariadb.sql(`CREATE DATABASE shop; CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${plantedSecret}'; USE shop; ${tables}
        GRANT SELECT ON shop.* TO reader@'127.0.0.1'`);
    },
    database: 'shop',
    sleep: 'SELECT SLEEP(30)',
    running: "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(30)%' AND user = 'reader'",
    encrypted: "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'",
    connections: "SELECT count(*) FROM information_schema.processlist WHERE user = 'reader'",
    forbidden: 'SELECT count(*) FROM mysql.global_priv',
    textNumber: "SELECT CAST('12.5' AS decimal(10, 2))",
    nan: undefined,
    castOfText: undefined,
  },
];

for (const { label, server, scheme, fill, database, ...queries } of kinds) {
  const settingsFor = (port: number) => ({
    url: `${scheme}://127.0.0.1:${port}/${database}`,
    username: 'reader',
    password: plantedSecret,
    query: waiting,
  });
  const subject = { type: 'sql', label, settingsFor };

  describe(label, () => {
    beforeAll(async () => {
      await server.start();
      await fill();
    });
    afterAll(() => server.stop());

    const source = (settings: Record<string, unknown>, timeoutMs?: number) =>
      make(subject, { ...settingsFor(server.port), ...settings }, timeoutMs);

    async function sampled(settings: Record<string, unknown>): Promise<number> {
      const reading = source(settings);
      try {
        return (await reading.sample(never())).value;
      } finally {
        await reading.close?.();
      }
    }

    it.each([
      ['a count', waiting, 2],
      ['a sum, which is an exact decimal', 'SELECT sum(id) FROM jobs', 6],
      ['a decimal', queries.textNumber, 12.5],
      ['an average', 'SELECT avg(id) FROM jobs WHERE id < 3', 1.5],
      ['a number beyond 2^53', 'SELECT 9223372036854775807', 2 ** 63],
      ['a number in exponential notation', 'SELECT 1.5e3', 1500],
    ])('reads %s', async (_name, query, value) => {
      expect(await sampled({ query })).toBe(value);
    });

    it.each([
      ['no row', 'SELECT id FROM jobs WHERE id > 10', 'noData', 'returned no row'],
      ['NULL', 'SELECT max(id) FROM jobs WHERE id > 10', 'noData', 'returned NULL'],
      ['several rows', 'SELECT id FROM jobs', 'malformed', '3 rows'],
      ['several columns', 'SELECT count(*), count(*) FROM jobs', 'malformed', '2 columns'],
      ['a text', 'SELECT note FROM jobs WHERE id = 1', 'malformed', 'a text of 7 characters, not a number'],
      ['a time', 'SELECT CURRENT_TIMESTAMP', 'malformed', 'not a number'],
      ['a negative number', 'SELECT -1', 'malformed', 'negative'],
      ['a table that does not exist', 'SELECT count(*) FROM nothing', 'missing', 'nothing'],
      ['a column that does not exist', 'SELECT nothing FROM jobs', 'missing', 'nothing'],
      ['a syntax error', 'SELEC 1', 'failed', 'Check query'],
      ['a table without permission', queries.forbidden, 'denied', 'SELECT'],
      ...(queries.nan === undefined ? [] : [['NaN', queries.nan, 'noData', 'NaN'] as const]),
      ...(queries.castOfText === undefined
        ? []
        : [['an error with a value of a row', queries.castOfText, 'failed', 'SQLSTATE 22P02'] as const]),
    ])('reports %s', async (_name, query, code, said) => {
      const reading = source({ query });
      const error = await failureOf(reading);
      expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
      expect(error.message).not.toContain('hunter2');
      await reading.close?.();
    });

    it('has a value for no row and for NULL if a person sets one', async () => {
      expect(await sampled({ query: 'SELECT id FROM jobs WHERE id > 10', emptyAs: 0 })).toBe(0);
      expect(await sampled({ query: 'SELECT max(id) FROM jobs WHERE id > 10', emptyAs: 5 })).toBe(5);
    });

    it('changes nothing, even with the permissions of an administrator', async () => {
      const target = scheme === 'postgres' ? 'jobs TO reader' : "shop.* TO reader@'127.0.0.1'";
      await server.sql(`GRANT INSERT, DELETE ON ${target}`);
      for (const query of [
        'DELETE FROM jobs',
        'INSERT INTO jobs VALUES (9, 0, NULL)',
        'COMMIT; INSERT INTO jobs VALUES (4, 0, NULL)',
        'COMMIT',
        'CREATE TABLE more (id integer)',
      ]) {
        const reading = source({ query });
        await failureOf(reading);
        await reading.close?.();
      }
      expect(await sampled({})).toBe(2);
      expect(await sampled({ query: 'SELECT count(*) FROM jobs' })).toBe(3);
    });

    it('is not affected by the sample before, which failed', async () => {
      const reading = source({ query: 'SELECT count(*) FROM later' });
      expect((await failureOf(reading)).code).not.toBe('unreachable');
      const table = scheme === 'postgres' ? 'later' : 'shop.later';
      await server.sql(`CREATE TABLE ${table} (id integer)`);
      await server.sql(
        scheme === 'postgres' ? 'GRANT SELECT ON later TO reader' : "GRANT SELECT ON shop.* TO reader@'127.0.0.1'",
      );
      expect((await reading.sample(never())).value).toBe(0);
      await reading.close?.();
    });

    it('leaves no statement running on the server after its timeout', async () => {
      const reading = source({ query: queries.sleep }, 500);
      const failure = failureOf(reading);
      await eventually('the statement runs', async () => (await server.sql(queries.running)) !== '0');
      expect((await failure).code).toBe('timeout');
      await eventually('it has ended', async () => (await server.sql(queries.running)) === '0', 5_000);
      await reading.close?.();
    });

    it('holds one connection, and closes it', async () => {
      const count = async () => Number(await server.sql(queries.connections));
      await eventually('the others are closed', async () => (await count()) === 0);
      const reading = source({});
      for (let sample = 0; sample < 3; sample += 1) await reading.sample(never());
      expect(await count()).toBe(1);
      await reading.close?.();
      await eventually('it is closed', async () => (await count()) === 0);
    });

    it('uses TLS if it is turned on, and verifies the certificate', async () => {
      const { ca } = certificates;
      const query = queries.encrypted;
      const named = { serverName: 'queue.example' };
      expect(await sampled({ query, tls: { ca, ...named } })).toBe(1);
      expect(await sampled({ query, tls: { verify: false } })).toBe(1);
      expect(await sampled({ query })).toBe(0);
      for (const tls of [named, { ca: other.ca, ...named }, { ca, serverName: 'other.example' }]) {
        const reading = source({ tls });
        expect(await failureOf(reading)).toMatchObject({
          code: 'unreachable',
          message: expect.stringContaining('certificate'),
        });
        await reading.close?.();
      }
    });

    it('reports a database that does not exist, and a missing password', async () => {
      const { port } = server;
      for (const [settings, code] of [
        [{ url: `${scheme}://127.0.0.1:${port}/nothing` }, scheme === 'postgres' ? 'missing' : 'denied'],
        [{ password: undefined }, 'denied'],
      ] as const) {
        const reading = source(settings);
        expect((await failureOf(reading)).code).toBe(code);
        await reading.close?.();
      }
    });

    describeConformance(subject, {
      server,
      value: 2,
      wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
      missingName: () => ({
        settings: { ...settingsFor(server.port), query: 'SELECT count(*) FROM nothing' },
        outcome: 'missing',
      }),
      empty: () => ({ settings: { ...settingsFor(server.port), query: `${waiting} AND id > 10` }, outcome: 0 }),
    });
  });
}

describe('sql through PgBouncer in transaction mode', () => {
  it('reads with its time limit and changes nothing, although signals share one connection', async () => {
    const login = { username: 'pooled', password: plantedSecret };
    await postgresql.start();
    try {
      await postgresql.sql(`CREATE USER pooled PASSWORD '${plantedSecret}'; GRANT CREATE ON SCHEMA public TO pooled`);
      const pooler = await pgbouncerService(postgresql.port, login);
      await pooler.during(async () => {
        const source = (query: string) =>
          make({ type: 'sql' }, { ...login, url: `postgres://127.0.0.1:${pooler.port}/postgres`, query }, 5_000);
        const limited = source(
          "SELECT count(*) FROM pg_settings WHERE name = 'statement_timeout' AND setting = '5000'",
        );
        const seven = source('SELECT 7');
        const changing = source('CREATE TABLE pooled (id integer)');
        for (let sample = 0; sample < 3; sample += 1) {
          const samples = await Promise.all([limited, seven].map((each) => each.sample(never())));
          expect(samples.map(({ value }) => value)).toEqual([1, 7]);
          expect((await failureOf(changing)).message).toContain('read-only transaction');
        }
        for (const each of [limited, seven, changing]) await each.close?.();
      });
    } finally {
      await postgresql.stop();
    }
  });
});
