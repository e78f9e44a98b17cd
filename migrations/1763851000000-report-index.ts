import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { makeBigIndex } from './big-index.js';

/** Who bought before: asked of all times by every report, and of one act in many. */
export class ReportIndex1763851000000 implements MigrationInterface {
  name = 'ReportIndex1763851000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const on = `(occurred_at) INCLUDE (user_id, session_id) WHERE type = 'PURCHASE'`;
    await makeBigIndex(runner, { name: 'events_purchases', table: 'events', on });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX events_purchases');
  }
}
