import { createPostgresModelStore } from '../../src/adapters/postgres/model-store.js';
import { createPostgresNotices } from '../../src/adapters/postgres/notices.js';
import { createPostgresSettingsStore } from '../../src/adapters/postgres/settings-store.js';
import { modelStoreContract } from '../contract/model-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

modelStoreContract('PostgreSQL', async (clock) => {
  const { pool, dataSource } = database;
  await pool.query('TRUNCATE models, model_roles, audit');
  const notices = await createPostgresNotices(database);
  return {
    open: () => createPostgresModelStore({ pool, clock }),
    notices,
    audit: () => createPostgresSettingsStore(dataSource, clock).audit(20, null),
    close: () => notices.close(),
  };
});
