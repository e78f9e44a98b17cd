import { type SlateColumns, type SlateLimits } from '../../../src/core/diversification/caps.js';
import { MarginalRelevance } from '../../../src/core/diversification/mmr.js';
import { type SoftInput } from '../../../src/core/diversification/soft-diversity.js';
import { buildSlate, type Slate, type SlateInput } from '../../../src/core/diversification/slate.js';

export interface Thing {
  category?: number;
  brand?: number;
  creator?: number;
  commercial?: number;
  fatigued?: number;
  newItem?: number;
  smallCreator?: number;
  style?: number;
}

export const columnsOf = (things: Thing[]): SlateColumns => ({
  category: Int32Array.from(things, ({ category = 0 }) => category),
  brand: Int32Array.from(things, ({ brand = 0 }) => brand),
  creator: Int32Array.from(things, ({ creator = 0 }) => creator),
  commercial: Uint8Array.from(things, ({ commercial = 0 }) => commercial),
  fatigued: Uint8Array.from(things, ({ fatigued = 0 }) => fatigued),
  newItem: Uint8Array.from(things, ({ newItem = 0 }) => newItem),
  smallCreator: Uint8Array.from(things, ({ smallCreator = 0 }) => smallCreator),
  style: Uint8Array.from(things, ({ style = 0 }) => style),
});
export const OFF: SlateLimits = { window: 10, maxPerCategory: 10, maxPerBrand: 10, maxPerCreator: 10, commercialShareMax: 1 };

/** A slate of things in the order of their relevance, n the best. */
export function slateOf(
  things: Thing[],
  fields: Partial<Omit<SlateInput, 'limits'>> &
    Partial<Pick<SoftInput, 'strength' | 'similarity'>> & { limits?: Partial<SlateLimits>; front?: Thing[] } = {},
): Slate {
  const { limits, front = [], strength = 0, similarity = () => 0, ...rest } = fields;
  return buildSlate({
    scores: Float64Array.from(things, (_, i) => things.length - i),
    columns: columnsOf(things),
    before: columnsOf(front),
    limits: { ...OFF, ...limits },
    first: things.length,
    soft: (relevance, before) => new MarginalRelevance(relevance, strength, similarity, before),
    isLate: () => false,
    ...rest,
  });
}
export const categories = (...of: number[]): Thing[] => of.map((category) => ({ category }));
export const placed = ({ order }: Slate): number[] => [...order];
