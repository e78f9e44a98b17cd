import { contentSimilarity } from '../candidates/content.js';
import { type Signals } from '../candidates/signals.js';
import { CONTENT_STYLES, ITEM_KINDS } from '../item.js';
import { DAY_MS, decay } from '../time.js';
import { columnGroup, type FeatureInput, log1p, perItem } from './feature-group.js';
import { type ActCounts, RecentMemory } from './recent-memory.js';
import { tastesIn } from './tastes.js';

const RECENCY_HALF_LIFE_MS = 7 * DAY_MS;
/** ln of the middle of a band grows by so much from band to band; the middle of band b is `10 ** (-2 + (b - 0.5) / 3)`. */
const BAND_LOG = Math.LN10 / 3;
const FIRST_BAND_LOG = -2 * Math.LN10;

interface Past {
  signals: Signals;
  memory: RecentMemory;
  /** [kinds] and [styles]: share of the last things. */
  kinds: Float64Array;
  styles: Float64Array;
  /** -1 for none. */
  lastItem: number;
  /** ln of the user's usual price, and of the last thing with one; NaN for none. */
  usualPriceLog: number;
  lastPriceLog: number;
}

function pastOf(input: FeatureInput): Past | null {
  const { signals } = input;
  const { taste, seeds, shop } = signals;
  if (!taste) return null;
  const { catalogue } = shop;
  const memory = new RecentMemory(taste.recent, catalogue);
  const kinds = new Float64Array(ITEM_KINDS.length);
  const styles = new Float64Array(CONTENT_STYLES.length + 1);
  for (const { itemNo } of seeds) {
    kinds[catalogue.kind[itemNo]] += 1 / seeds.length;
    if (catalogue.style[itemNo] > 0) styles[catalogue.style[itemNo]] += 1 / seeds.length;
  }
  const priced = seeds.find(({ itemNo }) => catalogue.price[itemNo] > 0);
  return {
    signals,
    memory,
    kinds,
    styles,
    lastItem: seeds[0]?.itemNo ?? -1,
    usualPriceLog: FIRST_BAND_LOG + BAND_LOG * ((tastesIn(input)?.priceBand.mean ?? Number.NaN) - 0.5),
    lastPriceLog: priced ? Math.log(catalogue.price[priced.itemNo]) : Number.NaN,
  };
}

/** How near the last act is: 1 just now, 0 for never. */
function recency(acts: ActCounts, no: number, { signals: { now } }: Past): number {
  const at = acts.last(no);
  return Number.isNaN(at) ? 0 : decay(now - at, RECENCY_HALF_LIFE_MS);
}

/** How an item relates to the last things that the user did. */
export const historyFeatures = columnGroup<Past>('history-features', pastOf, {
  'cross.category_recency@1': perItem((no, past) => recency(past.memory.leaf, past.signals.shop.catalogue.leafCategory[no], past)),
  'cross.brand_recency@1': perItem((no, past) => recency(past.memory.brand, past.signals.shop.catalogue.brand[no], past)),
  'cross.creator_recency@1': perItem((no, past) => recency(past.memory.creator, past.signals.shop.catalogue.creator[no], past)),
  'cross.category_acts@1': perItem((no, { memory, signals }) => log1p(memory.leaf.of(signals.shop.catalogue.leafCategory[no]))),
  'cross.item_acts@1': perItem((no, { memory }) => log1p(memory.item.of(no))),
  'cross.item_recency@1': perItem((no, past) => recency(past.memory.item, no, past)),
  'cross.cart_left@1': perItem((no, { memory }) => Number(memory.leftInCart.has(no))),
  'cross.kept@1': perItem((no, { memory }) => Number(memory.kept.has(no))),
  'cross.kind_recent@1': perItem((no, { kinds, signals }) => kinds[signals.shop.catalogue.kind[no]]),
  'cross.style_recent@1': perItem((no, { styles, signals }) => styles[signals.shop.catalogue.style[no]]),
  'cross.last_alike@1': perItem((no, { lastItem, signals }) =>
    lastItem < 0 ? 0 : contentSimilarity(signals.shop.catalogue, no, lastItem),
  ),
  'cross.price_gap@1': perItem((no, { usualPriceLog, signals }) => Math.log(signals.shop.catalogue.price[no]) - usualPriceLog),
  'cross.price_gap_last@1': perItem((no, { lastPriceLog, signals }) => Math.log(signals.shop.catalogue.price[no]) - lastPriceLog),
});
