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
