import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Derived things kept whole under a name. */
export class Artefacts1763790000000 implements MigrationInterface {
  name = 'Artefacts1763790000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE artefacts (name text PRIMARY KEY, bytes bytea NOT NULL, saved_at timestamptz NOT NULL)');
    await runner.query('ALTER TABLE artefacts ALTER COLUMN bytes SET STORAGE EXTERNAL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE artefacts');
  }
}
