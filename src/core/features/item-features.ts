import { ENDING } from '../candidates/catalogue.js';
import { type Signals } from '../candidates/signals.js';
import { creditOf, qualityOf, trustOf } from '../candidates/trust/item-trust.js';
import { CONTENT_STYLES, ITEM_KINDS, type ContentStyle, type ItemKind } from '../item.js';
import { DAY_MS, decay } from '../time.js';
import { columnGroup, type Fill, log1p, perItem } from './feature-group.js';

const FRESH_HALF_LIFE_MS = 14 * DAY_MS;
const ENDING_HALF_LIFE_MS = 3 * DAY_MS;
const SCARCE = 5;
/** Of an item that gets as much every day, the popularity is so many times the trend. */
const MONTH_TO_DAY = 30;

const isKind = (kind: ItemKind): Fill<Signals> => {
  const wanted = ITEM_KINDS.indexOf(kind);
  return perItem((no, { shop: { catalogue } }) => Number(catalogue.kind[no] === wanted));
};
const isOfStyle = (style: ContentStyle): Fill<Signals> => {
  const wanted = CONTENT_STYLES.indexOf(style) + 1;
  return perItem((no, { shop: { catalogue } }) => Number(catalogue.style[no] === wanted));
};

/** What is the same of an item for everyone, told by the item alone. */
export const itemFeatures = columnGroup('item-features', ({ signals }) => signals, {
  'item.popularity_log@1': (values, { shop: { popularity }, now }, { candidates: { itemNos } }) => {
    for (let row = 0; row < itemNos.length; row++) values[row] = log1p(popularity.at(itemNos[row], now));
  },
  'item.trend_log@1': (values, { shop: { popularity }, now }, { candidates: { itemNos } }) => {
    for (let row = 0; row < itemNos.length; row++) values[row] = log1p(popularity.trendAt(itemNos[row], now));
  },
  'item.trend_share@1': perItem((no, { shop: { popularity }, now }) => popularity.trendAt(no, now) / (1 + popularity.at(no, now))),
  'item.freshness@1': (values, { shop: { catalogue }, now }, { candidates: { itemNos } }) => {
    for (let row = 0; row < itemNos.length; row++) values[row] = decay(now - catalogue.createdAt[itemNos[row]], FRESH_HALF_LIFE_MS);
  },
  'item.age_log@1': perItem((no, { shop: { catalogue }, now }) => Math.log1p(Math.max(0, now - catalogue.createdAt[no]) / DAY_MS)),
  'item.price_log@1': perItem((no, { shop: { catalogue } }) => Math.log1p(catalogue.price[no])),
  'item.price_known@1': perItem((no, { shop: { catalogue } }) => Number(!Number.isNaN(catalogue.price[no]))),
  'item.commercial@1': perItem((no, { shop: { catalogue } }) => catalogue.commercial[no]),
  'item.content@1': perItem((no, { shop: { catalogue } }) => Number(catalogue.kind[no] !== 0)),
  'item.acceleration@1': perItem((no, { shop: { popularity }, now }) =>
    Math.log((1 + MONTH_TO_DAY * popularity.trendAt(no, now)) / (1 + popularity.at(no, now))),
  ),
  'item.price_level@1': perItem(
    (no, { shop: { catalogue } }) => Math.log(catalogue.price[no]) - catalogue.priceLevels.meanLog(catalogue.leafCategory[no]),
  ),
  'item.scarce@1': perItem((no, { shop: { catalogue } }) => Number(catalogue.stock[no] >= 0 && catalogue.stock[no] <= SCARCE)),
  'item.ending@1': perItem((no, { shop: { catalogue }, now }) =>
    (catalogue.flags[no] & ENDING) === 0 ? 0 : decay(catalogue.availableUntil[no] - now, ENDING_HALF_LIFE_MS),
  ),
  'item.video@1': isKind('VIDEO'),
  'item.live@1': isKind('LIVE'),
  'item.style_practical@1': isOfStyle('PRACTICAL'),
  'item.style_emotional@1': isOfStyle('EMOTIONAL'),
  'item.style_social@1': isOfStyle('SOCIAL'),
  'item.trust@1': perItem((no, { shop: { trust } }) => trustOf(trust, no)),
  'item.quality@1': perItem((no, { shop: { trust } }) => qualityOf(trust, no)),
  'item.creator_credit@1': perItem((no, { shop: { catalogue, trust } }) => creditOf(trust, catalogue.creator[no])),
});
