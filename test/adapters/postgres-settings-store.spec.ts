import { createPostgresNotices } from '../../src/adapters/postgres/notices.js';
import { createPostgresSettingsStore } from '../../src/adapters/postgres/settings-store.js';
import { settingsStoreContract } from '../contract/settings-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

settingsStoreContract('PostgreSQL', async (clock) => {
  await database.pool.query('TRUNCATE surfaces, ranking_configs, audit');
  const notices = await createPostgresNotices(database);
  return { open: () => createPostgresSettingsStore(database.dataSource, clock), notices, close: () => notices.close() };
});
