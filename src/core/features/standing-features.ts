import { type Catalogue } from '../candidates/catalogue.js';
import { type ItemCounts } from '../candidates/item-counts.js';
import { type Popularity } from '../candidates/popularity.js';
import { ageSampleOf, countAbove } from './age-sample.js';
import { columnGroup, log1p, perItem } from './feature-group.js';
import { type NamePopularity, namePopularityOf, shareOf } from './name-popularity.js';

const CLICKS_ENOUGH = 20;
const RATINGS_ENOUGH = 5;

interface Standing {
  catalogue: Catalogue;
  popularity: Popularity;
  counts: ItemCounts;
  names: NamePopularity;
  ages: Float64Array;
  /** The shop's own mean. */
  cartRate: number;
  purchaseRate: number;
  stars: number;
}

/** A ratio of counts, drawn to the usual one as if `worth` further trials had come out at it. */
const drawn = (successes: number, trials: number, usual: number, worth: number): number => (successes + usual * worth) / (trials + worth);

const rateIn = (counts: ItemCounts, column: 'carted' | 'bought'): number =>
  Math.min(1, counts.total(column) / Math.max(1, counts.total('opened')));

/** How an item stands among all others of the shop, the same for everyone. */
export const standingFeatures = columnGroup<Standing>(
  'standing-features',
  ({ signals: { shop, now } }) => {
    const { catalogue, popularity } = shop;
    const { counts } = popularity;
    return {
      catalogue,
      popularity,
      counts,
      names: namePopularityOf(shop, now),
      ages: ageSampleOf(catalogue),
      cartRate: rateIn(counts, 'carted'),
      purchaseRate: rateIn(counts, 'bought'),
      stars: counts.total('stars') / counts.total('ratings'),
    };
  },
  {
    'item.age_share@1': perItem((no, { catalogue, ages }) => countAbove(ages, catalogue.createdAt[no]) / ages.length),
    'item.cart_rate@1': perItem((no, { counts, cartRate }) =>
      drawn(counts.of('carted', no), counts.of('opened', no), cartRate, CLICKS_ENOUGH),
    ),
    'item.purchase_rate@1': perItem((no, { counts, purchaseRate }) =>
      drawn(counts.of('bought', no), counts.of('opened', no), purchaseRate, CLICKS_ENOUGH),
    ),
    'item.rating@1': perItem((no, { counts, stars }) => drawn(counts.of('stars', no), counts.of('ratings', no), stars, RATINGS_ENOUGH)),
    'item.ratings_log@1': perItem((no, { counts }) => log1p(counts.of('ratings', no))),
    'item.category_share@1': perItem((no, { catalogue, names }) => shareOf(names.category[catalogue.leafCategory[no]], names.total)),
    'item.brand_share@1': perItem((no, { catalogue, names }) =>
      catalogue.brand[no] === 0 ? 0 : shareOf(names.brand[catalogue.brand[no]], names.total),
    ),
    'item.creator_share@1': perItem((no, { catalogue, names }) =>
      catalogue.creator[no] === 0 ? 0 : shareOf(names.creator[catalogue.creator[no]], names.total),
    ),
    'item.niche_share@1': perItem((no, { catalogue, popularity, names }) =>
      shareOf(popularity.orderOf(no), names.category[catalogue.leafCategory[no]]),
    ),
  },
);
