import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Whole candidate pools of sampled pages, beside the page of the same writer and seq. Numbers are packed little-endian. */
export class Pools1763800000000 implements MigrationInterface {
  name = 'Pools1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE exposure_pools (
        received_day date NOT NULL,
        writer integer NOT NULL,
        seq bigint NOT NULL,
        sampling_rate double precision NOT NULL,
        item_nos bytea NOT NULL,
        sources bytea NOT NULL,
        features bytea NOT NULL,
        scores bytea NOT NULL,
        removed_nos bytea NOT NULL,
        removed_by bytea NOT NULL,
        components text[],
        PRIMARY KEY (writer, seq, received_day)
      ) PARTITION BY RANGE (received_day);
      ALTER TABLE exposure_pools ALTER features SET STORAGE EXTERNAL, ALTER scores SET STORAGE EXTERNAL;
      COMMENT ON COLUMN exposure_pools.item_nos IS 'uint32, best first';
      COMMENT ON COLUMN exposure_pools.sources IS 'uint16 of provenance bits';
      COMMENT ON COLUMN exposure_pools.features IS 'float32, a row per candidate in the columns of the page''s feature catalogue';
      COMMENT ON COLUMN exposure_pools.scores IS 'float64';
      COMMENT ON COLUMN exposure_pools.removed_nos IS 'uint32, items that a filter took out';
      COMMENT ON COLUMN exposure_pools.removed_by IS 'uint16, places in components from 0';
      CREATE TABLE exposure_pools_default PARTITION OF exposure_pools DEFAULT`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exposure_pools');
  }
}
