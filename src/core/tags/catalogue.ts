import { type Purpose } from '../privacy/purposes.js';

/** A tag, or a family of tags written `family:value`. */
export interface TagDefinition {
  key: string;
  dimension: 'SOCIAL' | 'PURCHASE' | 'INTEREST' | 'BEHAVIOUR' | 'CONTEXT' | 'VALUE' | 'TRUST';
  unit: string;
  halfLifeHours: number | null;
  description: string;
  purpose: Purpose;
}
