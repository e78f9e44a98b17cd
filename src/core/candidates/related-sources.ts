import { type NameKind } from '../item.js';
import { type Relation } from '../page.js';
import { type Source } from '../pipeline.js';
import { offerBest, offerSome } from './feed-sources.js';
import { type Signals } from './signals.js';
import { type CandidateSource } from './sources.js';
import { topListsOf } from './top-lists.js';

const TIMEOUT_MS = 20;
const MAX_NEIGHBOURS = 200;
const MAX_ALIKE = 300;
/** Of a large basket so many items are looked at for their content. */
export const BASKET_COMPARED = 10;
/** How many of the narrowest category, of the broadest, of the brand and of the creator of each item in the basket. */
const SHARES: [NameKind, (signals: Signals, itemNo: number) => number, number][] = [
  ['category', ({ shop }, no) => shop.catalogue.leafCategory[no], 80],
  ['category', ({ shop }, no) => shop.catalogue.rootCategory[no], 60],
  ['brand', ({ shop }, no) => shop.catalogue.brand[no], 20],
  ['creator', ({ shop }, no) => shop.catalogue.creator[no], 20],
];

function essential(name: string, source: CandidateSource, limit: number, propose: Source<Signals>['propose']): Source<Signals> {
  return { name, source, essential: true, timeoutMs: TIMEOUT_MS, limit: () => limit, propose };
}

/** What completes a basket is found among what is bought with it. */
const tableFor = (relation: Relation | undefined): Relation | undefined => (relation === 'COMPLEMENTS' ? 'BOUGHT_TOGETHER' : relation);

function neighbours(name: string, relation: 'SIMILAR' | 'BOUGHT_TOGETHER'): Source<Signals> {
  return essential(name, relation, MAX_NEIGHBOURS, (signals, offer, limit) => {
    if (tableFor(signals.request.basket?.relation) === relation) offerBest(signals.evidence.basket, signals, offer, limit);
  });
}

/** Items of the same category, brand or creator: what relates to an item that nobody has touched yet. */
const alike = essential('basket-alike', 'SIMILAR', MAX_ALIKE, (signals, offer) => {
  const compared = signals.request.basket?.itemNos.slice(0, BASKET_COMPARED) ?? [];
  for (const [kind, nameOf, share] of SHARES) {
    for (const itemNo of compared) {
      const each = Math.ceil(share / compared.length);
      offerSome(topListsOf(signals.shop).of(kind, nameOf(signals, itemNo), signals.now), each, offer);
    }
  }
});

/** What relates to the basket by the table of the relation asked for. */
export const RELATION_SOURCES: readonly Source<Signals>[] = [
  neighbours('basket-bought-together', 'BOUGHT_TOGETHER'),
  neighbours('basket-similar', 'SIMILAR'),
];
/** What fills a page for which that is too little. */
export const ALIKE_SOURCES: readonly Source<Signals>[] = [alike];
