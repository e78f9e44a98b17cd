import { type Known } from '../../core/evaluation/alerts/rule-input.js';
import { type PopulationInForce } from '../population.js';

/** Segments that every shop has, beside those that are learned. */
const STANDING_SEGMENTS = ['high value', 'about to leave'];

/** What a rule may name. */
export function knownOf({ population, retentionDays = Infinity }: { population: PopulationInForce; retentionDays?: number }): Known {
  const learned = population.current()?.population.segmentation?.segments ?? [];
  return { segments: new Set([...STANDING_SEGMENTS, ...learned.map(({ name }) => name)]), retentionDays };
}
