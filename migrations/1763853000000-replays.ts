import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What pages were made from beside their pools, and replays of the log under other settings or models. */
export class Replays1763853000000 implements MigrationInterface {
  name = 'Replays1763853000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE exposure_pools ADD COLUMN inputs bytea;
      COMMENT ON COLUMN exposure_pools.inputs IS 'a byte for the form, then what the page was scored and placed by; null in older pools';
      CREATE TABLE replays (
        id uuid PRIMARY KEY,
        status text NOT NULL,
        input jsonb NOT NULL,
        error text,
        report jsonb,
        actor text NOT NULL,
        model_name text,
        model_version text,
        created_at timestamptz NOT NULL,
        finished_at timestamptz
      );
      CREATE INDEX replays_of_model ON replays (model_name, model_version, created_at DESC) WHERE status = 'DONE';
      CREATE INDEX replays_open ON replays (created_at) WHERE finished_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE replays; ALTER TABLE exposure_pools DROP COLUMN inputs');
  }
}
