import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How narrow each user's feeds were at the end of each day he was served, and what that was compared with. */
export class Cocoon1763840000000 implements MigrationInterface {
  name = 'Cocoon1763840000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cocoon_days (
        day date NOT NULL,
        user_id text COLLATE "C" NOT NULL,
        cocoon_index float8 NOT NULL,
        narrow_category float8 NOT NULL,
        narrow_creator float8 NOT NULL,
        repetition float8 NOT NULL,
        amplification float8 NOT NULL,
        accepted_breadth float8 NOT NULL,
        taste_coverage float8 NOT NULL,
        confidence float8 NOT NULL,
        category_collision float8 NOT NULL,
        maker_collision float8 NOT NULL,
        PRIMARY KEY (day, user_id)
      );
      CREATE INDEX cocoon_days_user ON cocoon_days (user_id, day);

      CREATE TABLE cocoon_baselines (day date PRIMARY KEY, baseline jsonb NOT NULL);

      COMMENT ON COLUMN cocoon_days.category_collision IS 'chance that two of the user''s cards share a category, as it was seen';
      COMMENT ON TABLE cocoon_baselines IS 'what the indices of a day are measured against; written once'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cocoon_baselines, cocoon_days');
  }
}
