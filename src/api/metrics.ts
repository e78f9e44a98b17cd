import { type AlertMeters } from '../app/alerts/alert-meters.js';
import { type WideningMeters } from '../app/cocoon/widening-meters.js';
import { type ModelMeters } from '../app/models/model-meters.js';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type RequestFacts } from './request-facts.js';

/** What the service counts, in one registry of its own. */
export interface Metrics {
  registry: Registry;
  models: ModelMeters;
  alerts: AlertMeters;
  widening: WideningMeters;
  /** Count one finished request; `seconds` from the first byte of the request to the last of the answer. */
  observe(facts: RequestFacts, status: number, seconds: number): void;
}

const STRENGTHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
const MODEL_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of one process: requests, feeds, errors, events, and those of Node itself. Labels have few values by construction. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'imago_request_seconds',
    help: 'Time to answer, by operation',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const feeds = new Counter({
    name: 'imago_feeds_total',
    help: 'Pages served, by kind and by what scored them',
    labelNames: ['kind', 'scorer'],
    registers,
  });
  const degradations = new Counter({
    name: 'imago_degradations_total',
    help: 'Pages that went without something, by what it was',
    labelNames: ['degradation'],
    registers,
  });
  const badges = new Counter({
    name: 'imago_badges_total',
    help: 'Social proof told beside items, by what was told',
    labelNames: ['part'],
    registers,
  });
  const errors = new Counter({ name: 'imago_errors_total', help: 'Errors answered, by code', labelNames: ['code'], registers });
  const entries = new Counter({
    name: 'imago_batch_entries_total',
    help: 'Entries of batches and imports, by what became of them',
    labelNames: ['of', 'outcome'],
    registers,
  });

  return {
    registry,
    models: modelMeters(registers),
    alerts: alertMeters(registers),
    widening: wideningMeters(registers),
    observe(facts, status, seconds) {
      requests.observe({ operation: facts.operation, status: `${Math.floor(status / 100)}xx` }, seconds);
      for (const { kind, scorer, degraded, badges: told } of facts.feeds) {
        for (const part of told) badges.inc({ part });
        feeds.inc({ kind, scorer });
        for (const degradation of degraded) degradations.inc({ degradation });
      }
      for (const code of facts.errors) errors.inc({ code });
      for (const { of, accepted, duplicates, rejected } of facts.batches) {
        entries.inc({ of, outcome: 'accepted' }, accepted);
        entries.inc({ of, outcome: 'duplicate' }, duplicates);
        entries.inc({ of, outcome: 'rejected' }, rejected);
      }
    },
  };
}

function alertMeters(registers: Registry[]): AlertMeters {
  const open = new Gauge({ name: 'imago_open_alerts', help: 'Alerts that are open, by metric', labelNames: ['metric'], registers });
  return {
    open(openByMetric) {
      open.reset();
      for (const [metric, count] of openByMetric) open.set({ metric }, count);
    },
  };
}

function wideningMeters(registers: Registry[]): WideningMeters {
  const pages = new Counter({
    name: 'imago_widening_pages_total',
    help: 'Pages that the loop out of the cocoon looked at: of users above or below their target, or of those whom it leaves alone',
    labelNames: ['of'],
    registers,
  });
  const boost = new Histogram({
    name: 'imago_widening_boost',
    help: 'Strength of variety that the loop added to the pages of the users whom it steers',
    buckets: STRENGTHS,
    registers,
  });
  const bound = new Counter({ name: 'imago_widening_budget_bound_total', help: 'Pages on which the budget held widening back', registers });
  const doses = new Counter({
    name: 'imago_widening_doses_total',
    help: 'Cards given to widen beyond what the budget had left',
    registers,
  });
  const cards = new Counter({ name: 'imago_widening_cards_total', help: 'Cards that only widening brought', registers });
  const worth = new Counter({
    name: 'imago_widening_value_total',
    help: 'Relevance by position: of the pages without widening, and what widening took from them',
    labelNames: ['of'],
    registers,
  });
  return {
    served({ controlled, narrow, target, boost: added, value, spent, ...page }) {
      pages.inc({ of: !controlled ? 'left alone' : narrow > target ? 'above' : 'below' });
      if (controlled) boost.observe(added);
      if (page.bound) bound.inc();
      if (page.dosed) doses.inc();
      cards.inc(page.cards.length);
      worth.inc({ of: 'pages' }, value);
      worth.inc({ of: 'spent' }, spent);
    },
  };
}

function modelMeters(registers: Registry[]): ModelMeters {
  const runs = new Histogram({
    name: 'imago_model_seconds',
    help: 'Time until a model had answered for a page, or was given up',
    labelNames: ['outcome'],
    buckets: MODEL_SECONDS,
    registers,
  });
  const anomalies = new Counter({
    name: 'imago_model_anomalies_total',
    help: 'Times that rules took over from a model that behaved strangely, by what gave it away',
    labelNames: ['anomaly'],
    registers,
  });
  const shadows = new Counter({
    name: 'imago_shadow_pages_total',
    help: 'Pages that a shadow was to score, by what became of it',
    labelNames: ['outcome'],
    registers,
  });
  const alarms = new Gauge({
    name: 'imago_model_alarms',
    help: 'Features that have drifted and groups that are served worse, on the last whole day of a model version',
    labelNames: ['version'],
    registers,
  });
  return {
    alarms: (version, count) => alarms.set({ version }, count),
    ran: (seconds, answered) => runs.observe({ outcome: answered ? 'answered' : 'failed' }, seconds),
    anomaly: (anomaly) => anomalies.inc({ anomaly }),
    shadow: (outcome) => shadows.inc({ outcome }),
  };
}
