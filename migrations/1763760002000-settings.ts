import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Versions of ranking settings, which of them are active, and who changed what. Times are epoch milliseconds. */
export class Settings1763760002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE surfaces (
        surface text COLLATE "C" PRIMARY KEY,
        last_version int NOT NULL DEFAULT 0,
        active_versions int[] NOT NULL DEFAULT '{}'
      );

      CREATE TABLE ranking_configs (
        surface text COLLATE "C" NOT NULL REFERENCES surfaces,
        version int NOT NULL,
        base_version int,
        status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'RETIRED')),
        settings jsonb NOT NULL,
        author text NOT NULL,
        reason text,
        created_at bigint NOT NULL,
        activated_at bigint,
        PRIMARY KEY (surface, version)
      );
      CREATE UNIQUE INDEX ranking_configs_active ON ranking_configs (surface) WHERE status = 'ACTIVE';

      CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at bigint NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        before jsonb,
        after jsonb
      );

      COMMENT ON TABLE surfaces IS 'one row a surface, locked by every change of its settings';
      COMMENT ON COLUMN surfaces.active_versions IS 'a stack: the last is active, a rollback takes it off'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit, ranking_configs, surfaces');
  }
}
