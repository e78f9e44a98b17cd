import { type MigrationInterface, type QueryRunner } from 'typeorm';

const TABLES = `
  CREATE TYPE event_type AS ENUM (
    'RENDERED', 'IMPRESSION', 'CLICK', 'VIEW', 'DWELL', 'SKIP', 'PLAY_END', 'LIKE', 'UNLIKE', 'SAVE', 'UNSAVE', 'COMMENT', 'SHARE', 'HELPFUL',
    'FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH', 'ADD_TO_CART', 'REMOVE_FROM_CART', 'CHECKOUT', 'PURCHASE', 'REFUND', 'REVIEW', 'HIDE', 'UNHIDE',
    'REPORT', 'COST'
  );
  CREATE TYPE attribution AS ENUM ('UNATTRIBUTED', 'ATTRIBUTED', 'ORPHAN');

  -- One row per hash chain. The head moves in the transaction that adds entries, so that entries cut off at the end are missed.
  CREATE TABLE writers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('events', 'exposures')),
    day date NOT NULL,
    format smallint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT NOW(),
    last_seq bigint NOT NULL DEFAULT 0,
    last_hash bytea
  ) WITH (fillfactor = 50);
  CREATE INDEX writers_day ON writers (kind, day);

  CREATE TABLE events (
    received_day date NOT NULL,
    received_at timestamptz NOT NULL,
    writer integer NOT NULL,
    seq bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    type event_type NOT NULL,
    attribution attribution NOT NULL,
    id text COLLATE "C",
    user_id text COLLATE "C",
    item_no integer NOT NULL,
    item_id text COLLATE "C",
    exposure_id text COLLATE "C",
    target_user_id text COLLATE "C",
    referrer_user_id text COLLATE "C",
    session_id text COLLATE "C",
    surface text,
    platform text,
    order_id text COLLATE "C",
    quantity integer,
    amount double precision,
    currency text,
    dwell_ms integer,
    rating double precision,
    sentiment double precision,
    query text,
    share_id text,
    hide_scope text,
    campaign text,
    device_hash text,
    seal bytea NOT NULL,
    target_seal bytea,
    referrer_seal bytea,
    hash bytea NOT NULL,
    PRIMARY KEY (received_at, writer, seq, received_day)
  ) PARTITION BY RANGE (received_day);
  CREATE INDEX events_user ON events (user_id, received_at) WHERE user_id IS NOT NULL;
  CREATE INDEX events_exposure ON events (exposure_id) WHERE exposure_id IS NOT NULL;
  CREATE INDEX events_target ON events (target_user_id) WHERE target_user_id IS NOT NULL;
  CREATE INDEX events_referrer ON events (referrer_user_id) WHERE referrer_user_id IS NOT NULL;
  CREATE TABLE events_default PARTITION OF events DEFAULT;

  -- Ids over all days: an index of a partitioned table is unique within one partition only.
  CREATE TABLE event_ids (key uuid PRIMARY KEY, received_day date NOT NULL) PARTITION BY HASH (key);
`;

/** The ledger of events with its hash chains. Columns that erasure empties are nullable; the rest stays what it was when it was written. */
export class Ledger1763770000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    for (let part = 0; part < 8; part++)
      await runner.query(`CREATE TABLE event_ids_${part} PARTITION OF event_ids FOR VALUES WITH (MODULUS 8, REMAINDER ${part})`);
    await runner.query('CREATE INDEX event_ids_day ON event_ids USING BRIN (received_day)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE events, event_ids, writers; DROP TYPE event_type; DROP TYPE attribution');
  }
}
