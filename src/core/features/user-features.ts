import { MAX_DEPTH } from '../candidates/catalogue.js';
import { impressions } from '../candidates/filters.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { priceBand } from '../tags/interest.js';
import { HOUR_MS } from '../time.js';
import { column } from './catalogue.js';
import { featureGroup, setLog1p } from './item-features.js';
import { recentTaste, Taste } from './tastes.js';

const CATEGORY = column('user.category_affinity@1');
const RECENT = column('user.category_recent@1');
const BRAND = column('user.brand_affinity@1');
const CREATOR = column('user.creator_affinity@1');
const PRICE = column('user.price_match@1');
const AVERSION = column('user.aversion@1');
const SHOWN = column('user.shown@1');
const OWNED = column('user.owned@1');
const TOUCHED = column('user.touched@1');
const ACTIVITY = column('user.activity@1');
const ORDERS = column('user.orders_log@1');
const TIES = column('user.ties_log@1');
const IDLE = column('user.idle_log@1');

/** How an item suits the user's taste. */
export const tasteFeatures = featureGroup(
  'taste-features',
  [CATEGORY, RECENT, BRAND, CREATOR, PRICE, AVERSION],
  ({ taste, seeds, shop: { catalogue }, now }, { itemNos }, matrix) => {
    if (!taste) return;
    const [category, brand, creator, band] = (['category', 'brand', 'creator', 'priceBand'] as const).map((family) =>
      Taste.of(taste, family, now),
    );
    const recent = recentTaste(seeds, catalogue);
    for (let row = 0; row < itemNos.length; row++) {
      const no = itemNos[row];
      const price = catalogue.price[no];
      const forBrand = brand.strength(catalogue.brand[no]);
      const forCreator = creator.strength(catalogue.creator[no]);
      let against = Math.max(0, -forBrand) + Math.max(0, -forCreator);
      let liked = 0;
      let lately = 0;
      for (let i = no * MAX_DEPTH; i < (no + 1) * MAX_DEPTH && catalogue.paths[i] !== 0; i++) {
        const forCategory = category.strength(catalogue.paths[i]);
        if (forCategory > 0) liked += forCategory;
        else against -= forCategory;
        lately += recent.strength(catalogue.paths[i]);
      }
      if (liked > 0) matrix.set(row, CATEGORY, Math.log(0.05 + category.share(liked)));
      if (lately > 0) matrix.set(row, RECENT, Math.log(0.1 + recent.share(lately)));
      matrix.set(row, BRAND, brand.share(forBrand));
      matrix.set(row, CREATOR, creator.share(forCreator));
      if (!Number.isNaN(price)) matrix.set(row, PRICE, band.share(band.strength(priceBand(price))));
      setLog1p(matrix, row, AVERSION, against);
    }
  },
);

/** What the user has had to do with an item. */
export const memoryFeatures = featureGroup('memory-features', [SHOWN, OWNED, TOUCHED], ({ taste, settings, now }, { itemNos }, matrix) => {
  if (!taste) return;
  const halfLifeMs = settings.fatigue.halfLifeHours * HOUR_MS;
  const touched = new Set(taste.recent.map(({ itemNo }) => itemNo));
  for (let row = 0; row < itemNos.length; row++) {
    const no = itemNos[row];
    const shown = taste.shown.get(no);
    if (shown) matrix.set(row, SHOWN, Math.log1p(impressions(decayedValue(shown, now, halfLifeMs), settings.fatigue)));
    setLog1p(matrix, row, OWNED, Math.max(0, taste.purchases.get(no)?.quantity ?? 0));
    if (touched.has(no)) matrix.set(row, TOUCHED, 1);
  }
});

/** What is the same of a user for every item. */
export const userFeatures = featureGroup('user-features', [ACTIVITY, ORDERS, TIES, IDLE], ({ taste, mayUseTies, now }, _, matrix) => {
  if (!taste) return;
  matrix.setAll(ACTIVITY, Math.log1p(taste.eventCount));
  matrix.setAll(ORDERS, Math.log1p(Math.max(0, decayedValue(taste.orders, now, HALF_LIFE_MS.orders))));
  if (mayUseTies) matrix.setAll(TIES, Math.log1p(taste.ties.size));
  if (taste.updatedAt > 0) matrix.setAll(IDLE, Math.log1p(Math.max(0, now - taste.updatedAt) / HOUR_MS));
});
