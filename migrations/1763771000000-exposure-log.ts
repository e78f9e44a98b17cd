import { type MigrationInterface, type QueryRunner } from 'typeorm';

const TABLES = `
  -- Names of feature columns, kept once per list rather than with every page.
  CREATE TABLE feature_catalogues (hash bytea PRIMARY KEY, names text[] NOT NULL);

  CREATE TABLE exposure_pages (
    received_day date NOT NULL,
    received_at timestamptz NOT NULL,
    writer integer NOT NULL,
    seq bigint NOT NULL,
    feed_id uuid NOT NULL,
    page_no integer NOT NULL,
    kind text NOT NULL,
    user_id text COLLATE "C",
    session_id text COLLATE "C",
    surface text NOT NULL,
    page_id text COLLATE "C",
    served_at timestamptz NOT NULL,
    scorer text NOT NULL,
    model_version text,
    config_version integer NOT NULL,
    assignments json,
    degraded text[],
    relaxed text[],
    pool_size integer NOT NULL,
    fixed_by_caller boolean NOT NULL,
    feature_catalogue bytea NOT NULL,
    features bytea NOT NULL,
    contributions bytea NOT NULL,
    seal bytea,
    mentions text[] COLLATE "C",
    mention_seals bytea[],
    hash bytea NOT NULL,
    PRIMARY KEY (writer, seq, received_day)
  ) PARTITION BY RANGE (received_day);
  -- Random mantissas do not compress; trying costs more than the insert.
  ALTER TABLE exposure_pages ALTER features SET STORAGE EXTERNAL, ALTER contributions SET STORAGE EXTERNAL;
  CREATE INDEX exposure_pages_user ON exposure_pages (user_id, received_at) WHERE user_id IS NOT NULL;
  CREATE INDEX exposure_pages_page ON exposure_pages (page_id, received_at) WHERE page_id IS NOT NULL;
  CREATE INDEX exposure_pages_mentions ON exposure_pages USING GIN (mentions) WHERE mentions IS NOT NULL;
  CREATE TABLE exposure_pages_default PARTITION OF exposure_pages DEFAULT;

  CREATE TABLE exposures (
    received_day date NOT NULL,
    feed_id uuid NOT NULL,
    position integer NOT NULL,
    writer integer NOT NULL,
    seq bigint NOT NULL,
    user_id text COLLATE "C",
    item_no integer NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    served_at timestamptz NOT NULL,
    score double precision NOT NULL,
    rank_before integer NOT NULL,
    sources integer NOT NULL,
    exploration boolean NOT NULL,
    promoted boolean NOT NULL,
    repeat boolean NOT NULL,
    propensity double precision,
    reasons json,
    product_ids text[],
    PRIMARY KEY (feed_id, position, received_day)
  ) PARTITION BY RANGE (received_day);
  CREATE INDEX exposures_user_item ON exposures (user_id, item_no, served_at) WHERE user_id IS NOT NULL;
  CREATE TABLE exposures_default PARTITION OF exposures DEFAULT;

  -- Which content named which goods, to find the exposure that a purchase may come from. Derived from exposures.product_ids.
  CREATE TABLE exposure_products (
    received_day date NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    served_at timestamptz NOT NULL,
    feed_id uuid NOT NULL,
    position integer NOT NULL
  ) PARTITION BY RANGE (received_day);
  CREATE INDEX exposure_products_user ON exposure_products (user_id, product_id, served_at);
  CREATE TABLE exposure_products_default PARTITION OF exposure_products DEFAULT;

  CREATE TABLE request_claims (
    key uuid PRIMARY KEY,
    input_hash text NOT NULL,
    answer text NOT NULL,
    expires_at timestamptz NOT NULL
  );
`;

/** The log of what was served: pages with their matrix and chain, one row per placed item, and answers kept for retries. */
export class ExposureLog1763771000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exposure_pages, exposures, exposure_products, feature_catalogues, request_claims');
  }
}
