import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { serverOfRun } from './desk.js';

export interface TestDatabase {
  /** Connection string of a fresh database with nothing in it. */
  url: string;
  /** Close whoever is still connected and remove it. */
  drop(): Promise<void>;
}

let server: Promise<string> | undefined;

async function run(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Make an empty database for the caller alone, on the one real PostgreSQL of this test run (or the one that
 * IMAGO_TEST_DATABASE_URL names, whose user must be allowed to create databases).
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  server ??= process.env.IMAGO_TEST_DATABASE_URL ? Promise.resolve(process.env.IMAGO_TEST_DATABASE_URL) : serverOfRun('postgres');
  const adminUrl = await server;
  const name = `imago_test_${randomUUID().replaceAll('-', '')}`;
  await run(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
