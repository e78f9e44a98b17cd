import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { acquireSingleProcessLock, asUnavailable, type Database, openDatabase, openPool } from '../../src/adapters/postgres/database.js';
import { LOCK_SPACE, LOCKS } from '../../src/adapters/postgres/locks.js';
import { allowAnswers, limitAnswers } from '../../src/adapters/postgres/query-limits.js';
import { inTransaction } from '../../src/adapters/postgres/transaction.js';
import { AppError } from '../../src/core/errors.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';
import { createTestDatabase } from '../support/postgres.js';

const log = keptLog();

describe('opening a database', () => {
  it('migrates once when several processes open an empty one at the same time', async () => {
    const { url, drop } = await createTestDatabase();
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url, poolSize: 1, log })));
    const { rows } = await opened[0].pool.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    expect(rows.map(({ name }) => name)).toEqual(MIGRATIONS.map(({ name }) => name));
    await Promise.all(opened.map((database) => database.close()));
    await drop();
  });

  it('takes every migration back in the opposite order, and makes it again', async () => {
    const { url, drop } = await createTestDatabase();
    const database = await openDatabase({ url, poolSize: 2, log });
    for (let k = 0; k < MIGRATIONS.length; k++) await database.dataSource.undoLastMigration();
    const tables = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
    expect((await database.pool.query(tables)).rows).toEqual([{ name: 'migrations' }]);
    await database.close();
    const again = await openDatabase({ url, poolSize: 2, log });
    expect((await again.pool.query(tables)).rows.length).toBeGreaterThan(8);
    await again.close();
    await drop();
  });

  it('says UNAVAILABLE when nobody answers, and the reason when somebody refuses', async () => {
    await expect(openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, log })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterSeconds: 1,
    });
    const { url, drop } = await createTestDatabase();
    await drop();
    await expect(openDatabase({ url, poolSize: 1, log })).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('a database that takes a statement and answers nothing', () => {
  it('is given up after a time, with the connection that waited for it, unless whoever asked allows more', async () => {
    const database = await openTestDatabase();
    const pool = openPool({ url: database.url, poolSize: 1, log });
    limitAnswers(pool, 300);
    await expect(inTransaction(pool, (client) => client.query('SELECT pg_sleep(20)'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const { rows } = await pool.query<{ one: number }>('SELECT 1 AS one');
    expect(rows).toEqual([{ one: 1 }]);
    await inTransaction(pool, (client) => (allowAnswers(client, 5_000), client.query('SELECT pg_sleep(0.6)')));
    await pool.end();
    await database.close();
  }, 20_000);
});

describe('an open database', () => {
  let database: OpenTestDatabase;
  const other: Database[] = [];
  const openOther = async (): Promise<Database> => {
    const opened = await openDatabase({ url: database.url, poolSize: 2, log: database.log });
    other.push(opened);
    return opened;
  };
  const terminate = (where: string) =>
    database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${where}`,
    );

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(other.splice(0).map((opened) => opened.close()));
  });
  afterAll(() => database.close());

  it('is opened again without waiting for a process that migrates', async () => {
    const client = await database.pool.connect();
    await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_SPACE, LOCKS.migrations]);
    await expect(openOther()).resolves.toBeDefined();
    client.release(true);
  });

  it('gives every connection the same settings, those of TypeORM too', async () => {
    const sql = `SELECT name, setting FROM pg_settings WHERE name IN ('TimeZone', 'synchronous_commit', 'statement_timeout', 'application_name')`;
    const { rows } = await database.pool.query<{ name: string; setting: string }>(sql);
    expect(rows.map(({ name, setting }) => `${name} ${setting}`).sort()).toEqual([
      'TimeZone UTC',
      'application_name imago',
      'statement_timeout 30000',
      'synchronous_commit on',
    ]);
    expect(await database.dataSource.query(sql)).toEqual(rows);
  });

  it('outlives connections that are lost, idle or lent', async () => {
    const opened = await openOther();
    const lent = await opened.pool.connect();
    await opened.pool.query('SELECT 1');
    await terminate('true');
    await eventually(async () => {
      const error = asUnavailable(await lent.query('SELECT 1').catch((lost: unknown) => lost));
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    });
    lent.release(true);
    await eventually(() => opened.pool.query('SELECT 1'));
  });

  it('undoes a transaction that throws and passes its error on', async () => {
    const failing = inTransaction(database.pool, async (client) => {
      await client.query(`INSERT INTO secrets (name, secret) VALUES ('undone', '')`);
      throw new AppError('CONFLICT', 'this is the error');
    });
    await expect(failing).rejects.toThrow('this is the error');
    expect((await database.pool.query(`SELECT FROM secrets WHERE name = 'undone'`)).rowCount).toBe(0);
  });

  it('says UNAVAILABLE for a transaction whose connection is lost', async () => {
    const opened = await openOther();
    const cut = inTransaction(opened.pool, async (client) => {
      await client.query('SET application_name = cut');
      await terminate(`application_name = 'cut'`);
      await client.query('SELECT 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(opened.pool.query('SELECT 1')).resolves.toBeDefined();
  });

  describe('held by one process', () => {
    it('refuses a second one until the first lets go', async () => {
      const [one, two] = [await openOther(), await openOther()];
      const lock = await acquireSingleProcessLock(one.pool, database.log);
      await expect(acquireSingleProcessLock(two.pool)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('another Imago process') as string,
      });
      lock.release();
      const taken = await eventually(() => acquireSingleProcessLock(two.pool));
      taken.release();
    });

    it('is held again after the connection of the lock was lost', async () => {
      const [one, two] = [await openOther(), await openOther()];
      const lock = await acquireSingleProcessLock(one.pool, database.log);
      const holders = () =>
        database.pool.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCK_SPACE} AND objid = ${LOCKS.singleProcess} AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
      const [{ pid }] = (await holders()).rows;
      await terminate(`pid = ${pid}`);
      await eventually(async () => expect((await holders()).rows[0]?.pid ?? pid).not.toBe(pid));
      await expect(acquireSingleProcessLock(two.pool)).rejects.toMatchObject({ code: 'CONFLICT' });
      lock.release();
    });
  });
});

describe('asUnavailable', () => {
  const failure = (code: string | undefined, message = 'it failed') => Object.assign(new Error(message), { code });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', '57P01', '57P02', '57P03', '08006', '08P01', '53300'])(
    'names %s a lost connection',
    (code) => {
      const error = failure(code);
      expect(asUnavailable(error)).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1, cause: error });
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
  ])('knows "%s" without a code', (message) => {
    expect(asUnavailable(failure(undefined, message))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each(['23505', '22021', '57014', '40P01', '42P01', undefined])('passes the statement error %s on', (code) => {
    const error = failure(code);
    expect(asUnavailable(error)).toBe(error);
  });

  it('looks into what TypeORM wraps, and leaves its own errors and strangers alone', async () => {
    const away = new DataSource({ type: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' });
    expect(asUnavailable(await away.initialize().catch((error: unknown) => error))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(asUnavailable(Object.assign(new Error('wrapped'), { driverError: failure('57P01') }))).toMatchObject({ code: 'UNAVAILABLE' });
    const conflict = new AppError('CONFLICT', 'a conflict');
    expect([asUnavailable(conflict), asUnavailable('text'), asUnavailable(undefined)]).toEqual([conflict, 'text', undefined]);
  });
});
