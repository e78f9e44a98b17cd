import { type Experiment, type ExperimentStatus } from '../core/requests/experiments/experiment.js';
import { type Surroundings } from '../core/requests/experiments/transitions.js';

/** Who changes an experiment, for the audit. */
export interface ExperimentAct {
  /** The mutation, as in startExperiment. */
  action: string;
  actor: string;
  /** Epoch ms. */
  at: number;
}

/** An arm that somebody keeps though his own would be another. */
export interface KeptArm {
  userId: string;
  /** Experiment and version of its buckets, as `wide__1`. */
  entry: string;
  variant: string;
}

/** Clicks of one user on what each of two interleaved rankings placed. */
export interface TeamClicks {
  userId: string;
  first: number;
  second: number;
}

/**
 * Experiments. Guarantees: changes follow one another, each decided on what the one before left; a change and its audit entry commit together; of a layer
 * one bucket belongs to one running experiment; every change is announced as an `experiments` notice.
 */
export interface ExperimentStore {
  /** Newest first; of any status when null. */
  list(status: ExperimentStatus | null): Promise<Experiment[]>;
  get(key: string): Promise<Experiment | null>;
  /** @throws AppError CONFLICT where the key is taken */
  create(experiment: Experiment, actor: string): Promise<void>;
  /**
   * Put in the place of an experiment what `decide` makes of it, which is called once, on the present record, while nothing else changes any. Null leaves
   * all as it is, and resolves to null. What it throws is passed on. @throws AppError NOT_FOUND
   */
  change(key: string, act: ExperimentAct, decide: (now: Experiment, around: Surroundings) => Experiment | null): Promise<Experiment | null>;
  /** Open a new phase of every running experiment on whose surface other settings are active than when its phase began. Safe to repeat. @returns their keys */
  openPhases(at: number): Promise<string[]>;
  /** Keep arms for users; what is kept already stays. */
  keepArms(arms: readonly KeptArm[]): Promise<void>;
  /**
   * Clicks on interleaved pages served and clicked in a span, epoch ms, a user once; users are those whom pages and clicks name. Only of users who
   * clicked. Memory is bounded by a batch.
   */
  teamClicks(experiment: string, phase: number, from: number, to: number): AsyncIterable<TeamClicks[]>;
}
