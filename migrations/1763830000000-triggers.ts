import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Rules on tags, until when each rests for a user, and what came of each firing. Times are epoch milliseconds. */
export class Triggers1763830000000 implements MigrationInterface {
  name = 'Triggers1763830000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE triggers (
        id text COLLATE "C" PRIMARY KEY,
        definition jsonb NOT NULL,
        updated_at bigint NOT NULL
      );

      CREATE TABLE trigger_standings (
        user_id text COLLATE "C" NOT NULL,
        trigger_id text COLLATE "C" NOT NULL REFERENCES triggers ON DELETE CASCADE,
        fired_at bigint NOT NULL,
        until bigint NOT NULL,
        PRIMARY KEY (user_id, trigger_id)
      );
      CREATE INDEX trigger_standings_trigger ON trigger_standings (trigger_id);
      CREATE INDEX trigger_standings_until ON trigger_standings (until);

      CREATE TABLE trigger_firings (
        id text COLLATE "C" PRIMARY KEY,
        trigger_id text COLLATE "C" NOT NULL,
        definition jsonb NOT NULL,
        user_id text COLLATE "C" NOT NULL,
        value float8 NOT NULL,
        at bigint NOT NULL,
        status text NOT NULL CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED', 'WITHHELD', 'APPLIED')),
        attempts int NOT NULL DEFAULT 0,
        reason text,
        settled_at bigint
      );
      CREATE INDEX trigger_firings_user ON trigger_firings (user_id);
      CREATE INDEX trigger_firings_at ON trigger_firings (at);
      CREATE INDEX trigger_firings_pending ON trigger_firings (at) WHERE status = 'PENDING';

      COMMENT ON TABLE trigger_standings IS 'the last firing of a rule for a user, until its cool-down is over';
      COMMENT ON COLUMN trigger_firings.definition IS 'the rule as it was'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trigger_firings, trigger_standings, triggers');
  }
}
