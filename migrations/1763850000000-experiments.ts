import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Experiments, the buckets of layers that running ones own, and arms that users keep. Times are epoch milliseconds. */
export class Experiments1763850000000 implements MigrationInterface {
  name = 'Experiments1763850000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE experiments (
        key text COLLATE "C" PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('DRAFT', 'RUNNING', 'STOPPED', 'ROLLED_BACK')),
        surface text COLLATE "C" NOT NULL,
        definition jsonb NOT NULL,
        created_at bigint NOT NULL
      );
      CREATE INDEX experiments_running ON experiments (key) WHERE status = 'RUNNING';

      CREATE TABLE experiment_buckets (
        layer text COLLATE "C" NOT NULL,
        bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 999),
        experiment text COLLATE "C" NOT NULL REFERENCES experiments,
        PRIMARY KEY (layer, bucket)
      );
      CREATE INDEX experiment_buckets_experiment ON experiment_buckets (experiment);

      CREATE TABLE kept_arms (
        user_id text COLLATE "C" NOT NULL,
        entry text COLLATE "C" NOT NULL,
        variant text COLLATE "C" NOT NULL,
        PRIMARY KEY (user_id, entry)
      );

      COMMENT ON TABLE experiment_buckets IS 'buckets of a layer that running experiments own: one bucket, one experiment';
      COMMENT ON TABLE kept_arms IS 'arms that users brought from before they signed in, where their own would be another'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kept_arms, experiment_buckets, experiments');
  }
}
