import { createPostgresErasures } from '../../src/adapters/postgres/erasures.js';
import { createPostgresNeighbourStore } from '../../src/adapters/postgres/neighbour-store.js';
import { createPostgresNotices } from '../../src/adapters/postgres/notices.js';
import { createPostgresPeopleStore } from '../../src/adapters/postgres/people-store.js';
import { createPostgresSecrets } from '../../src/adapters/postgres/secrets.js';
import { createPostgresSnapshotStore } from '../../src/adapters/postgres/snapshot-store.js';
import { createPostgresUserStore } from '../../src/adapters/postgres/user-store.js';
import { neighbourStoreContract } from '../contract/neighbour-store.contract.js';
import { noticesContract } from '../contract/notices.contract.js';
import { peopleStoreContract } from '../contract/people-store.contract.js';
import { secretsContract } from '../contract/secrets.contract.js';
import { snapshotStoreContract } from '../contract/snapshot-store.contract.js';
import { userStoreContract } from '../contract/user-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

userStoreContract('PostgreSQL', () => createPostgresUserStore(database.pool));
peopleStoreContract('PostgreSQL', () => ({
  people: createPostgresPeopleStore(database.pool),
  erasures: createPostgresErasures(database.pool),
  users: createPostgresUserStore(database.pool),
}));
snapshotStoreContract('PostgreSQL', () => createPostgresSnapshotStore(database.pool));
secretsContract('PostgreSQL', () => createPostgresSecrets(database.pool));

neighbourStoreContract('PostgreSQL', async () => {
  const { pool } = database;
  await pool.query('TRUNCATE neighbour_tables CASCADE');
  const notices = await createPostgresNotices(database);
  return { open: () => createPostgresNeighbourStore(pool), notices, close: () => notices.close() };
});

noticesContract('PostgreSQL', async () => {
  const { pool } = database;
  const [here, there] = [await createPostgresNotices(database), await createPostgresNotices(database)];
  return {
    here,
    there,
    cut: async () => {
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'imago notices'`,
      );
    },
    close: async () => {
      await here.close();
      await there.close();
    },
  };
});

describe('neighbour store on PostgreSQL', () => {
  it('keeps two tables of each relation', async () => {
    const store = createPostgresNeighbourStore(database.pool);
    const table = { builtAt: 1, offsets: Uint32Array.of(0, 1), items: Uint32Array.of(0), weights: Float32Array.of(1) };
    for (let round = 0; round < 4; round++) await store.publish('SIMILAR', table);
    const { rows } = await database.pool.query(
      `SELECT count(DISTINCT table_id)::int AS tables FROM neighbour_chunks JOIN neighbour_tables ON id = table_id WHERE relation = 'SIMILAR'`,
    );
    expect(rows).toEqual([{ tables: 2 }]);
  });
});

describe('notices on PostgreSQL', () => {
  it('says so when the connection is lost', () => {
    expect(database.log.lines).toContain('warn: the connection for notices was lost; what changes meanwhile is noticed with a delay');
  });
});
