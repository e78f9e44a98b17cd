import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What lets others check the logs and the models: published ends of chains, daily evidence on models, and what was spent on private reports. */
export class Evidence1763854000000 implements MigrationInterface {
  name = 'Evidence1763854000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE chain_head_hours (
        hour timestamptz PRIMARY KEY,
        at timestamptz NOT NULL,
        previous bytea NOT NULL,
        digest bytea NOT NULL
      );
      CREATE TABLE chain_heads (
        hour timestamptz NOT NULL REFERENCES chain_head_hours,
        kind text NOT NULL,
        day date NOT NULL,
        writer integer NOT NULL,
        seq bigint NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (hour, kind, day, writer)
      );

      CREATE TABLE model_evidence_days (
        version text COLLATE "C" NOT NULL,
        day date NOT NULL,
        evidence jsonb NOT NULL,
        PRIMARY KEY (version, day)
      );

      CREATE TABLE privacy_budgets (
        recipient text COLLATE "C" PRIMARY KEY,
        epsilon float8 NOT NULL,
        delta float8 NOT NULL
      );
      CREATE TABLE privacy_spends (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        recipient text COLLATE "C" NOT NULL,
        at bigint NOT NULL,
        epsilon float8 NOT NULL,
        delta float8 NOT NULL,
        question jsonb NOT NULL
      );
      CREATE INDEX privacy_spends_recipient ON privacy_spends (recipient);

      COMMENT ON TABLE chain_head_hours IS 'digest over the heads of an hour and the digest of the hour before; never deleted';
      COMMENT ON TABLE model_evidence_days IS 'fairness and drift of a model version on a UTC day of serving';
      COMMENT ON TABLE privacy_budgets IS 'what a recipient may learn in all; row locked while it is spent from'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE privacy_spends, privacy_budgets, model_evidence_days, chain_heads, chain_head_hours');
  }
}
