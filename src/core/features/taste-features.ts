import { type Catalogue, MAX_DEPTH, NO_BAND } from '../candidates/catalogue.js';
import { columnGroup, type FeatureInput, log1p } from './feature-group.js';
import { type Taste, type Tastes, tastesIn } from './tastes.js';

/** Sum of the positive strengths of the categories of an item. */
function likedIn(taste: Taste, { pathTable: paths, pathStart }: Catalogue, itemNo: number): number {
  let liked = 0;
  for (let i = pathStart[itemNo], end = i + MAX_DEPTH; i < end && paths[i] !== 0; i++) {
    const strength = taste.strength(paths[i]);
    if (strength > 0) liked += strength;
  }
  return liked;
}

/** How an item suits the user's taste. */
export const tasteFeatures = columnGroup<Tastes>('taste-features', tastesIn, {
  'user.category_affinity@1': (values, { category, catalogue }, { candidates: { itemNos } }) => {
    if (category.isEmpty) return;
    for (let row = 0; row < itemNos.length; row++) {
      const liked = likedIn(category, catalogue, itemNos[row]);
      if (liked > 0) values[row] = Math.log(0.05 + category.share(liked));
    }
  },
  'user.category_recent@1': (values, { recent, catalogue }, { candidates: { itemNos } }) => {
    if (recent.isEmpty) return;
    for (let row = 0; row < itemNos.length; row++) {
      const lately = likedIn(recent, catalogue, itemNos[row]);
      if (lately > 0) values[row] = Math.log(0.1 + recent.share(lately));
    }
  },
  'user.brand_affinity@1': (values, tastes, input) => shares(values, tastes.brand, tastes.catalogue.brand, input),
  'user.creator_affinity@1': (values, tastes, input) => shares(values, tastes.creator, tastes.catalogue.creator, input),
  'user.price_match@1': (values, { priceBand, catalogue }, { candidates: { itemNos } }) => {
    if (priceBand.isEmpty) return;
    for (let row = 0; row < itemNos.length; row++) {
      const band = catalogue.priceBand[itemNos[row]];
      if (band !== NO_BAND) values[row] = priceBand.share(priceBand.strength(band));
    }
  },
  'user.aversion@1': (values, { category, brand, creator, catalogue }, { candidates: { itemNos } }) => {
    if (!category.hasAversion && !brand.hasAversion && !creator.hasAversion) return;
    for (let row = 0; row < itemNos.length; row++) {
      const no = itemNos[row];
      let against = Math.max(0, -brand.strength(catalogue.brand[no])) + Math.max(0, -creator.strength(catalogue.creator[no]));
      for (let i = catalogue.pathStart[no], end = i + MAX_DEPTH; i < end && catalogue.pathTable[i] !== 0; i++) {
        const strength = category.strength(catalogue.pathTable[i]);
        if (strength <= 0) against -= strength;
      }
      values[row] = log1p(against);
    }
  },
});

function shares(values: Float32Array, taste: Taste, nameNos: Int32Array, { candidates: { itemNos } }: FeatureInput): void {
  if (taste.isEmpty) return;
  for (let row = 0; row < itemNos.length; row++) values[row] = taste.share(taste.strength(nameNos[itemNos[row]]));
}
