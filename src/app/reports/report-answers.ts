import { type ItemJourney } from '../../core/evaluation/item-journey.js';
import { type FunnelStep } from '../../core/evaluation/experiments/funnel.js';

export interface MetricDefinitionAnswer {
  key: string;
  unit: string;
  description: string;
  higherIsBetter: boolean;
  perUser: boolean;
}
export interface KpiRowAnswer {
  dimension: string | null;
  metric: string;
  value: number | null;
  sample: number;
}
export interface FunnelStepAnswer {
  dimension: string | null;
  step: FunnelStep;
  users: number;
  rateFromPrevious: number | null;
  rateFromFirst: number | null;
}
export interface ItemJourneyAnswer extends ItemJourney {
  itemId: string;
}
