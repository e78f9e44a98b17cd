import { type CandidateSource } from './candidates/sources.js';

export const DIVERSITY_ALGORITHMS = ['NONE', 'MMR', 'DPP', 'SSD', 'CALIBRATED'] as const;
export type DiversityAlgorithm = (typeof DIVERSITY_ALGORITHMS)[number];
export type ReceiptLevel = 'SERVED' | 'RENDERED' | 'IMPRESSION';
export type ExplorationMethod = 'NONE' | 'EPSILON' | 'THOMPSON';
export type ConfigStatus = 'DRAFT' | 'ACTIVE' | 'RETIRED';

export interface Weight {
  name: string;
  value: number;
}

/** What an operator can tune. One version of it is immutable; fields, units and ranges are those of the public schema. */
export interface RankingSettings {
  objectives: Weight[];
  rules: Weight[];
  sources: { source: CandidateSource; limit: number }[];
  diversity: {
    algorithm: DiversityAlgorithm;
    strength: number;
    adaptive: boolean;
    targetCocoonIndex: number;
    relevanceBudget: number;
    window: number;
    maxPerCategory: number;
    maxPerBrand: number;
    maxPerCreator: number;
  };
  mix: { newItemShare: number; newItemDays: number; smallCreatorShare: number; smallCreatorBelow: number; commercialShareMax: number };
  fatigue: { maxImpressionsPerDay: number; halfLifeHours: number; countsAt: ReceiptLevel };
  exploration: { method: ExplorationMethod; share: number };
}

/** One stored version of a surface's settings. Times are epoch ms. */
export interface RankingConfig {
  surface: string;
  version: number;
  baseVersion: number | null;
  status: ConfigStatus;
  settings: RankingSettings;
  author: string;
  reason: string | null;
  createdAt: number;
  activatedAt: number | null;
}

/** A draft as the caller writes it: what is left out is taken from the base, named lists merge by name, 0 switches off. */
export interface RankingConfigInput {
  surface?: string;
  baseVersion?: number | null;
  objectives?: Weight[] | null;
  rules?: Weight[] | null;
  sources?: { source: CandidateSource; limit: number }[] | null;
  diversity?: Partial<RankingSettings['diversity']> | null;
  mix?: Partial<RankingSettings['mix']> | null;
  fatigue?: Partial<RankingSettings['fatigue']> | null;
  exploration?: Partial<RankingSettings['exploration']> | null;
}
