import { type Experiment } from '../../../../src/core/requests/experiments/experiment.js';

/** A draft of two equal arms that change nothing. */
export const anExperiment = (change: Partial<Experiment> = {}): Experiment => ({
  key: 'wide',
  kind: 'AB',
  layer: 'ranking',
  surface: 'home',
  hypothesis: 'wider is no worse',
  status: 'DRAFT',
  segments: [],
  coverage: 1,
  buckets: [],
  variants: ['control', 'wide'].map((key) => ({ key, weight: 0.5, patch: null, configVersion: null, modelVersion: null })),
  forced: {},
  excluded: [],
  primaryMetric: 'CONVERSION_RATE',
  guardrails: [],
  phases: [],
  ramp: null,
  createdAt: 1_000,
  startedAt: null,
  stoppedAt: null,
  stopReason: null,
  ...change,
});
