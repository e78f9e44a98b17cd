import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who bought before: asked of all times by every report, and of one act in many. */
export class ReportIndex1763851000000 implements MigrationInterface {
  name = 'ReportIndex1763851000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX events_purchases ON events (occurred_at) INCLUDE (user_id, session_id) WHERE type = 'PURCHASE'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX events_purchases');
  }
}
