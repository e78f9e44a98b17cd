import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the shop has taken down, by name, so that it outlives the items. Times are epoch milliseconds. */
export class Blocks1763857000000 implements MigrationInterface {
  name = 'Blocks1763857000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE blocks (
        id uuid PRIMARY KEY,
        target text NOT NULL CHECK (target IN ('itemId', 'creatorId', 'brand', 'category', 'titleContains')),
        value text COLLATE "C" NOT NULL,
        level text NOT NULL CHECK (level IN ('REDUCE', 'NO_RECOMMEND', 'REMOVE')),
        reason text NOT NULL,
        legal_basis text,
        by text NOT NULL,
        at bigint NOT NULL,
        until bigint,
        lifted_at bigint,
        exposures_before bigint NOT NULL DEFAULT 0,
        users_before bigint NOT NULL DEFAULT 0
      );
      CREATE INDEX blocks_at ON blocks (at);
      CREATE INDEX blocks_in_force ON blocks (at) WHERE lifted_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE blocks');
  }
}
