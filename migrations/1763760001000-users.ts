import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the storefront said of users, and snapshots of what was learned of them. Times are epoch milliseconds. */
export class Users1763760001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id text COLLATE "C" PRIMARY KEY,
        birth_year int,
        gender text,
        region text,
        joined_at bigint,
        attributes jsonb NOT NULL
      );

      CREATE TABLE user_states (
        user_id text COLLATE "C" PRIMARY KEY,
        state bytea NOT NULL,
        saved_at bigint NOT NULL
      ) WITH (fillfactor = 80);
      ALTER TABLE user_states ALTER COLUMN state SET STORAGE EXTERNAL;

      COMMENT ON COLUMN user_states.state IS 'packed by the service; stored as it is, since it hardly compresses'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE user_states, users');
  }
}
