import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the loop out of the cocoon did on a page, from which what it remembers of a user is made again. */
export class Widening1763855000000 implements MigrationInterface {
  name = 'Widening1763855000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE exposure_pages ADD widening json;
      COMMENT ON COLUMN exposure_pages.widening IS 'see PageWidening; null where the loop had nothing to do'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exposure_pages DROP widening');
  }
}
