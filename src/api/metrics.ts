import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { type AlertMeters } from '../app/alerts/alert-meters.js';
import { type WideningMeters } from '../app/cocoon/widening-meters.js';
import { type JobMeters } from '../app/job-meters.js';
import { type ModelMeters } from '../app/models/model-meters.js';
import { REFUSAL_REASONS, type RefusalReason } from '../ports/refused-access.js';
import { alertMeters, jobMeters, modelMeters, wideningMeters } from './meters/background-meters.js';
import { pageMeters } from './meters/page-meters.js';
import { QuickHistogram } from './meters/quick-meters.js';
import { stateMeters, type Watched } from './meters/state-meters.js';
import { type RequestFacts } from './request-facts.js';

/** What the service counts, in one registry of its own. */
export interface Metrics {
  registry: Registry;
  models: ModelMeters;
  alerts: AlertMeters;
  widening: WideningMeters;
  jobs: JobMeters;
  /** Count one finished request; `seconds` from the first byte of the request to the last of the answer. */
  observe(facts: RequestFacts, status: number, seconds: number): void;
  /** Count a caller who asked for what he may not. */
  refused(why: RefusalReason): void;
  /** Look at this, too, whenever metrics are read. */
  watch(watched: Watched): void;
}

const STATUSES = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of one process: requests, pages, errors, entries, jobs, and those of Node itself. Labels have few values by construction. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new QuickHistogram({
    name: 'imago_request_seconds',
    help: 'Time to answer, by operation',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({ name: 'imago_errors_total', help: 'Errors answered, by code', labelNames: ['code'], registers });
  const entries = new Counter({
    name: 'imago_batch_entries_total',
    help: 'Entries of batches and imports, by what became of them',
    labelNames: ['of', 'outcome'],
    registers,
  });
  const refusals = new Counter({
    name: 'imago_access_refused_total',
    help: 'Requests of known callers for what they may not ask, by what they lack; the audit has a bounded part of them',
    labelNames: ['why'],
    registers,
  });
  for (const why of REFUSAL_REASONS) refusals.inc({ why }, 0);
  const countPages = pageMeters(registers);

  return {
    registry,
    models: modelMeters(registers),
    alerts: alertMeters(registers),
    widening: wideningMeters(registers),
    jobs: jobMeters(registers),
    refused: (why) => refusals.inc({ why }),
    watch: stateMeters(registers, () => performance.now()),
    observe(facts, status, seconds) {
      requests.of(facts.operation, STATUSES[Math.floor(status / 100)] ?? 'other').observe(seconds);
      countPages(facts, status, seconds);
      for (const code of facts.errors) errors.inc({ code });
      for (const { of, accepted, duplicates, rejected } of facts.batches) {
        entries.inc({ of, outcome: 'accepted' }, accepted);
        entries.inc({ of, outcome: 'duplicate' }, duplicates);
        entries.inc({ of, outcome: 'rejected' }, rejected);
      }
    },
  };
}
