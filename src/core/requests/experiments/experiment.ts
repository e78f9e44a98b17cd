import { type RankingConfigInput } from '../../settings.js';

export const EXPERIMENT_KINDS = ['AB', 'AA', 'INTERLEAVING', 'HOLDOUT'] as const;
export type ExperimentKind = (typeof EXPERIMENT_KINDS)[number];

export const EXPERIMENT_STATUSES = ['DRAFT', 'RUNNING', 'STOPPED', 'ROLLED_BACK'] as const;
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];

/** One arm: its share of the covered users. The first arm of an experiment is the control. */
export interface Arm {
  key: string;
  weight: number;
}

/** What assigning needs to know of an experiment. */
export interface AssignableExperiment {
  key: string;
  kind: ExperimentKind;
  /** Experiments of one layer share no user; those of different layers are independent. A hold-out stands above layers. */
  layer: string;
  /** Share of all users, in steps of a thousandth. */
  coverage: number;
  /** Buckets of the layer that are its own, 0..999: a thousand times its coverage. Unused by a hold-out. */
  buckets: readonly number[];
  arms: readonly Arm[];
  /** Users must be of one of these; all are when there is none. */
  segments: readonly string[];
  /** Testers by user: they see the arm and are counted nowhere. */
  forced: ReadonlyMap<string, string>;
  /** Users who never take part. */
  excluded: ReadonlySet<string>;
  phase: number;
}

/** What an arm changes. A patch applies to whatever is active; a version of settings freezes one. */
export interface Variant extends Arm {
  patch: RankingConfigInput | null;
  configVersion: number | null;
  modelVersion: string | null;
}

/** A metric that must not get worse, and by how much it may, as a share of the control's mean. */
export interface Guardrail {
  metric: string;
  maxRelativeHarm: number;
}

/** A span of an experiment under one version of active settings. Epoch ms. */
export interface Phase {
  phase: number;
  from: number;
  /** The settings that were active, as `home@3`. */
  config: string;
}

export const RAMP_STATES = ['PENDING', 'RUNNING', 'HELD', 'ROLLED_BACK', 'COMPLETED'] as const;

/** Coverage that grows by itself. */
export interface Ramp {
  /** Coverages, growing; the first is that of the start. */
  steps: number[];
  /** How long each step is held at least. */
  holdHours: number;
  state: (typeof RAMP_STATES)[number];
  /** When the next step is due, epoch ms; null before the start and after the end. */
  nextAt: number | null;
  heldBecause: string | null;
}

/** An experiment as it is kept. Times are epoch ms. */
export interface Experiment {
  key: string;
  kind: ExperimentKind;
  layer: string;
  surface: string;
  hypothesis: string;
  status: ExperimentStatus;
  segments: string[];
  coverage: number;
  /** Of the layer; taken at the start. */
  buckets: number[];
  variants: Variant[];
  /** Variants of testers by user. */
  forced: Record<string, string>;
  excluded: string[];
  primaryMetric: string;
  guardrails: Guardrail[];
  /** From the start on; the last is the present one. */
  phases: Phase[];
  ramp: Ramp | null;
  createdAt: number;
  startedAt: number | null;
  stoppedAt: number | null;
  stopReason: string | null;
}

/** Number of the present phase, from 1. */
export const phaseOf = ({ phases }: Pick<Experiment, 'phases'>): number => phases.at(-1)?.phase ?? 1;

/** What assigning needs of an experiment. */
export const assignable = (experiment: Experiment): AssignableExperiment => ({
  ...experiment,
  arms: experiment.variants,
  forced: new Map(Object.entries(experiment.forced)),
  excluded: new Set(experiment.excluded),
  phase: phaseOf(experiment),
});
