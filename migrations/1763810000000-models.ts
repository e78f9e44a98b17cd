import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Model versions with their bytes and checks, and who held which role. Times are epoch milliseconds. */
export class Models1763810000000 implements MigrationInterface {
  name = 'Models1763810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE models (
        name text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        status text NOT NULL CHECK (status IN ('VALIDATING', 'REJECTED', 'READY', 'QUARANTINED')),
        sha256 text NOT NULL,
        size_bytes int NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at bigint NOT NULL,
        manifest jsonb NOT NULL,
        checks jsonb NOT NULL DEFAULT '[]',
        file bytea NOT NULL,
        PRIMARY KEY (name, version)
      );
      ALTER TABLE models ALTER file SET STORAGE EXTERNAL;
      CREATE INDEX models_waiting ON models (uploaded_at) WHERE status = 'VALIDATING';

      CREATE TABLE model_roles (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        at bigint NOT NULL,
        role text NOT NULL CHECK (role IN ('CHAMPION', 'SHADOW')),
        surface text,
        version text COLLATE "C",
        actor text NOT NULL,
        reason text NOT NULL,
        FOREIGN KEY (name, version) REFERENCES models
      );
      CREATE INDEX model_roles_of ON model_roles (name, id);

      COMMENT ON COLUMN models.file IS 'not compressed, so that a piece of it can be read alone';
      COMMENT ON TABLE model_roles IS 'only grows; the last row of a role and surface says who holds it'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE model_roles, models');
  }
}
