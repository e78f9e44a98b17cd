import { createPostgresCatalogueStore } from '../../src/adapters/postgres/catalogue-store.js';
import { createPostgresNotices } from '../../src/adapters/postgres/notices.js';
import { catalogueStoreContract } from '../contract/catalogue-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

catalogueStoreContract('PostgreSQL', async (clock) => {
  const { url, pool, log } = database;
  await pool.query('TRUNCATE items, names; UPDATE catalogue_revision SET revision = 0');
  const notices = await createPostgresNotices({ url, pool, log });
  return { open: () => createPostgresCatalogueStore({ pool, clock }), notices, close: () => notices.close() };
});
