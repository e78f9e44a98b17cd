import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Rules on metrics, alerts, what is told of them, and crossings of triggers that watch a metric. Times are epoch milliseconds. */
export class Alerts1763852000000 implements MigrationInterface {
  name = 'Alerts1763852000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert_rules (
        id text COLLATE "C" PRIMARY KEY,
        definition jsonb NOT NULL,
        updated_at bigint NOT NULL
      );

      CREATE TABLE alerts (
        id text COLLATE "C" PRIMARY KEY,
        rule_id text COLLATE "C" NOT NULL,
        definition jsonb NOT NULL,
        value float8 NOT NULL,
        detail text NOT NULL,
        baseline jsonb,
        looks_back int NOT NULL DEFAULT 0,
        opened_at bigint NOT NULL,
        closed_at bigint,
        note text,
        acknowledged_by text,
        acknowledged_at bigint
      );
      CREATE UNIQUE INDEX alerts_open ON alerts (rule_id) WHERE closed_at IS NULL;
      CREATE INDEX alerts_opened_at ON alerts (opened_at);

      CREATE TABLE alert_calls (
        id text COLLATE "C" PRIMARY KEY,
        alert_id text COLLATE "C" NOT NULL REFERENCES alerts ON DELETE CASCADE,
        body jsonb NOT NULL,
        status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
        attempts int NOT NULL DEFAULT 0,
        reason text,
        settled_at bigint
      );
      CREATE INDEX alert_calls_alert ON alert_calls (alert_id);
      CREATE INDEX alert_calls_pending ON alert_calls (id) WHERE status = 'PENDING';

      CREATE TABLE trigger_crossings (
        trigger_id text COLLATE "C" PRIMARY KEY REFERENCES triggers ON DELETE CASCADE,
        at bigint NOT NULL,
        baseline jsonb,
        looks_back int NOT NULL DEFAULT 0
      );

      COMMENT ON COLUMN alerts.definition IS 'the rule as it was';
      COMMENT ON COLUMN alerts.baseline IS 'what the metric was before it changed, with its standard error';
      COMMENT ON TABLE trigger_crossings IS 'triggers on a metric whose condition holds'`);
    for (const rule of DEFAULT_RULES)
      await runner.query('INSERT INTO alert_rules (id, definition, updated_at) VALUES ($1, $2, 0)', [rule.id, rule]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trigger_crossings, alert_calls, alerts, alert_rules');
  }
}

const EVERYWHERE = { surface: null, segment: null, minSample: 1000, enabled: true, updatedAt: 0 };

/** What a shop is told of without asking. A day of orders is compared with the same day of the week before; buying again and returns move slowly. */
const DEFAULT_RULES = [
  { id: 'conversion-rate', metric: 'CONVERSION_RATE', comparison: 'DROPPED_BY', threshold: 0.015, windowHours: 24, baseline: 'SAME_WEEKDAY', ...EVERYWHERE },
  { id: 'repurchase-rate', metric: 'REPURCHASE_RATE', comparison: 'BELOW', threshold: 0.35, windowHours: 168, baseline: 'PREVIOUS', ...EVERYWHERE },
  { id: 'roi', metric: 'ROI', comparison: 'BELOW', threshold: 1.2, windowHours: 168, baseline: 'PREVIOUS', ...EVERYWHERE },
]; // prettier-ignore
