import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type AlertMeters } from '../../app/alerts/alert-meters.js';
import { type WideningMeters } from '../../app/cocoon/widening-meters.js';
import { type JobMeters } from '../../app/job-meters.js';
import { type ModelMeters } from '../../app/models/model-meters.js';

const STRENGTHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
const MODEL_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const JOB_SECONDS = [0.01, 0.1, 1, 10, 60, 300, 1_800];

export function jobMeters(registers: Registry[]): JobMeters {
  const runs = new Histogram({
    name: 'imago_job_seconds',
    help: 'Time of a run of a job, or of a try at an entry of a queue',
    labelNames: ['task', 'outcome'], // `job` is what Prometheus calls the service
    buckets: JOB_SECONDS,
    registers,
  });
  const dead = new Counter({
    name: 'imago_dead_letters_total',
    help: 'Entries of queues that are not tried any more',
    labelNames: ['queue'],
    registers,
  });
  return {
    ran: (job, seconds, outcome) => runs.observe({ task: job, outcome }, seconds),
    begins: (queue) => dead.inc({ queue }, 0),
    deadLetter: (queue) => dead.inc({ queue }),
  };
}

export function alertMeters(registers: Registry[]): AlertMeters {
  const open = new Gauge({ name: 'imago_open_alerts', help: 'Alerts that are open, by metric', labelNames: ['metric'], registers });
  return {
    open(openByMetric) {
      open.reset();
      for (const [metric, count] of openByMetric) open.set({ metric }, count);
    },
  };
}

export function wideningMeters(registers: Registry[]): WideningMeters {
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

export function modelMeters(registers: Registry[]): ModelMeters {
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
