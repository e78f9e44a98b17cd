import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Items and the numbers of names. Times are epoch milliseconds, null is "not given". Text that is compared for equality only has the collation of its
 * bytes, which is the fastest and does not change with the operating system.
 */
export class Catalogue1763760000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE catalogue_revision (
        one boolean PRIMARY KEY DEFAULT TRUE CHECK (one),
        revision bigint NOT NULL
      );
      INSERT INTO catalogue_revision (revision) VALUES (0);

      CREATE TABLE names (
        kind smallint NOT NULL,
        no int NOT NULL,
        name text COLLATE "C" NOT NULL,
        revision bigint NOT NULL,
        PRIMARY KEY (kind, no),
        UNIQUE (kind, name)
      );
      CREATE INDEX names_revision ON names (revision);

      CREATE TABLE items (
        no int PRIMARY KEY,
        id text COLLATE "C" NOT NULL UNIQUE,
        kind smallint NOT NULL,
        title text NOT NULL,
        category_nos int[] NOT NULL,
        brand_no int NOT NULL,
        creator_no int NOT NULL,
        price float8,
        currency text,
        stock float8,
        commercial boolean NOT NULL,
        details jsonb NOT NULL,
        created_at bigint,
        available_until bigint,
        first_seen bigint NOT NULL,
        removed_at bigint,
        written_revision bigint NOT NULL,
        revision bigint NOT NULL
      ) WITH (fillfactor = 90);
      CREATE UNIQUE INDEX items_revision ON items (revision);

      COMMENT ON TABLE catalogue_revision IS 'its one row is locked by every write, so that numbers and revisions are given in the order of commit';
      COMMENT ON COLUMN names.kind IS '0 category, 1 brand, 2 creator';
      COMMENT ON COLUMN items.kind IS '0 PRODUCT, 1 NOTE, 2 VIDEO, 3 LIVE';
      COMMENT ON COLUMN items.details IS 'the fields that most items leave at their default';
      COMMENT ON COLUMN items.written_revision IS 'latest write, even one that changed nothing';
      COMMENT ON COLUMN items.revision IS 'latest change; unique, so that a reader can go on after any row'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE items, names, catalogue_revision');
  }
}
