import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What users decided for themselves, which identities are theirs, and who was erased. Times are epoch milliseconds. */
export class People1763820000000 implements MigrationInterface {
  name = 'People1763820000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE people (
        user_id text COLLATE "C" PRIMARY KEY,
        breadth float8 NOT NULL DEFAULT 0,
        muted jsonb NOT NULL DEFAULT '[]',
        interests_reset_at bigint
      );

      CREATE TABLE consents (
        user_id text COLLATE "C" NOT NULL,
        at bigint NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        purposes text[] NOT NULL,
        PRIMARY KEY (user_id, at, id)
      );

      CREATE TABLE identity_links (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        platform text COLLATE "C" NOT NULL,
        external_id text COLLATE "C" NOT NULL,
        user_id text COLLATE "C" NOT NULL,
        linked_at bigint NOT NULL,
        part jsonb
      );
      CREATE UNIQUE INDEX identity_links_whole ON identity_links (platform, external_id) WHERE part IS NULL;
      CREATE INDEX identity_links_identity ON identity_links (platform, external_id);
      CREATE INDEX identity_links_user ON identity_links (user_id);

      CREATE TABLE erasures (
        key bytea PRIMARY KEY,
        erased_at bigint NOT NULL,
        receipt jsonb
      );

      COMMENT ON COLUMN identity_links.part IS 'the session that belongs to the user; null for the whole identity';
      COMMENT ON COLUMN erasures.key IS 'keyed hash of the user id: it tells nothing of him without the secret and the id'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erasures, identity_links, consents, people');
  }
}
