import { type MigrationInterface, type QueryRunner } from 'typeorm';

const TABLES = `
  -- The items of a page in one row: a row, and two entries of indexes, for each of them cost seven times as much.
  CREATE TABLE exposure_items (
    received_day date NOT NULL,
    writer integer NOT NULL,
    seq bigint NOT NULL,
    feed_id uuid NOT NULL,
    first_position integer NOT NULL,
    user_id text COLLATE "C",
    served_at timestamptz NOT NULL,
    item_nos integer[] NOT NULL,
    item_ids text[] COLLATE "C" NOT NULL,
    scores double precision[] NOT NULL,
    ranks_before integer[] NOT NULL,
    sources integer[] NOT NULL,
    marks smallint[] NOT NULL,
    propensities double precision[],
    reasons text[],
    product_ids text[],
    PRIMARY KEY (writer, seq, received_day)
  ) PARTITION BY RANGE (received_day);
  CREATE UNIQUE INDEX exposure_items_feed ON exposure_items (feed_id, first_position, received_day);
  CREATE INDEX exposure_items_user ON exposure_items (user_id, served_at) WHERE user_id IS NOT NULL;
  COMMENT ON COLUMN exposure_items.first_position IS 'the next item is at the next position';
  COMMENT ON COLUMN exposure_items.marks IS '1 exploration, 2 promoted, 4 repeat';
  COMMENT ON COLUMN exposure_items.propensities IS 'null, or one for each item, as the columns that follow';
  COMMENT ON COLUMN exposure_items.reasons IS 'JSON, with people by their place in the mentions of the page';
  COMMENT ON COLUMN exposure_items.product_ids IS 'JSON';
  CREATE TABLE exposure_items_default PARTITION OF exposure_items DEFAULT;
  COMMENT ON TABLE exposures IS 'as processes wrote them before there was exposure_items';

  -- A row for each exposure, however it is kept.
  CREATE VIEW all_exposures AS
    SELECT received_day, feed_id, position, writer, seq, user_id, item_no, item_id, served_at, score, rank_before, sources, exploration, promoted, repeat,
           propensity, reasons, product_ids
      FROM exposures
    UNION ALL
    SELECT p.received_day, p.feed_id, p.first_position + i.place::integer - 1, p.writer, p.seq, p.user_id, i.item_no, i.item_id, p.served_at, i.score,
           i.rank_before, i.sources, i.marks & 1 <> 0, i.marks & 2 <> 0, i.marks & 4 <> 0, i.propensity, i.reasons::json,
           CASE WHEN i.product_ids IS NOT NULL THEN ARRAY(SELECT json_array_elements_text(i.product_ids::json)) END
      FROM exposure_items p
     CROSS JOIN LATERAL unnest(p.item_nos, p.item_ids, p.scores, p.ranks_before, p.sources, p.marks, p.propensities, p.reasons, p.product_ids)
           WITH ORDINALITY AS i(item_no, item_id, score, rank_before, sources, marks, propensity, reasons, product_ids, place);
`;

/** The items of a page packed into a row. What is in `exposures` stays there for as long as its days are kept. */
export class ExposureItems1763858000000 implements MigrationInterface {
  name = 'ExposureItems1763858000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO exposures SELECT x.* FROM all_exposures x WHERE NOT EXISTS (
      SELECT FROM exposures e WHERE e.feed_id = x.feed_id AND e.position = x.position AND e.received_day = x.received_day)`);
    await runner.query('DROP VIEW all_exposures; DROP TABLE exposure_items');
  }
}
