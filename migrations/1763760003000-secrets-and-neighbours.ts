import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Secrets that the deployment made for itself, and the item-to-item tables that jobs publish. Times are epoch milliseconds. */
export class SecretsAndNeighbours1763760003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secrets (
        name text COLLATE "C" PRIMARY KEY,
        secret bytea NOT NULL
      );

      CREATE TABLE neighbour_tables (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        relation text COLLATE "C" NOT NULL,
        built_at bigint NOT NULL,
        items int NOT NULL,
        pairs int NOT NULL
      );
      CREATE INDEX neighbour_tables_relation ON neighbour_tables (relation, id DESC);

      CREATE TABLE neighbour_chunks (
        table_id bigint NOT NULL REFERENCES neighbour_tables ON DELETE CASCADE,
        part smallint NOT NULL,
        place int NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (table_id, part, place)
      );
      ALTER TABLE neighbour_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

      COMMENT ON COLUMN neighbour_chunks.part IS '0 offsets (uint32), 1 items (uint32), 2 weights (float32), all little-endian'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE neighbour_chunks, neighbour_tables, secrets');
  }
}
