import { type Shop } from '../core/candidates/shop.js';
import { qualityOf, trustOf } from '../core/candidates/trust/item-trust.js';
import { exposureId, type Page, type PlacedItem, type Reason } from '../core/exposures/exposure.js';
import { reasonText } from '../core/exposures/reason-texts.js';
import { type Item } from '../core/item.js';
import { type BuiltPage } from '../core/page.js';
import { type Intent } from '../core/scoring/intent-model.js';
import { type FeedAnswer, type FeedItemAnswer, type IntentAnswer, type ItemAnswer, type ReasonAnswer } from './answers.js';

export interface Presentation {
  shop: Pick<Shop, 'catalogue' | 'trust'>;
  locale: string;
  unknownItemIds: string[];
  endCursor: string | null;
  preview: boolean;
  cocoonIndex: number | null;
  tookMs: number;
}

const presented = new WeakMap<Item, ItemAnswer>();

/** An item in the shape of the public schema. Made once for every item that is shown: a changed item, or one that is judged otherwise, is another object. */
export function presentItem({ catalogue, trust: judged }: Pick<Shop, 'catalogue' | 'trust'>, no: number): ItemAnswer {
  const item = catalogue.item(no);
  const trust = trustOf(judged, no);
  const quality = qualityOf(judged, no);
  const known = presented.get(item);
  if (known?.trust === trust && known.quality === quality) return known;
  const answer = { ...item, trust, quality };
  presented.set(item, answer);
  return answer;
}

export function presentReason(reason: Reason, { shop: { catalogue }, locale }: Pick<Presentation, 'shop' | 'locale'>): ReasonAnswer {
  const no = reason.itemId === undefined ? undefined : catalogue.no(reason.itemId);
  return {
    code: reason.code,
    text: reasonText(reason, locale, no === undefined ? null : catalogue.titleOf(no)),
    itemId: reason.itemId ?? null,
    userId: reason.userId ?? null,
    tag: reason.tag ?? null,
    contribution: reason.contribution ?? null,
  };
}

function presentIntent({ click, addToCart, purchase, ...more }: Intent): IntentAnswer {
  const other = Object.entries(more).map(([name, value]) => ({ name, value }));
  return { click: click ?? 0, addToCart: addToCart ?? null, purchase: purchase ?? null, other };
}

function presentPlaced(placed: PlacedItem, intent: Intent | undefined, feedId: string, how: Presentation): FeedItemAnswer {
  return {
    exposureId: how.preview ? `preview-${feedId}.${placed.position}` : exposureId(feedId, placed.position),
    position: placed.position,
    item: presentItem(how.shop, placed.itemNo),
    score: placed.score,
    intent: intent ? presentIntent(intent) : null,
    sources: placed.sources,
    exploration: placed.exploration,
    promoted: placed.promoted,
    propensity: placed.propensity,
    reasons: placed.reasons.map((reason) => presentReason(reason, how)),
    socialProof: placed.socialProof ?? null,
  };
}

/** A page in the shape of the public schema. */
export function presentFeed(page: Page, built: BuiltPage, how: Presentation): FeedAnswer {
  return {
    id: how.preview ? `preview-${page.feedId}` : page.feedId,
    items: page.placed.map((placed, i) => presentPlaced(placed, built.intents?.[i], page.feedId, how)),
    unknownItemIds: how.unknownItemIds,
    removed:
      page.kind === 'rank' ? built.removed.map(({ itemNo, component }) => ({ itemId: how.shop.catalogue.idOf(itemNo), component })) : [],
    pageInfo: { endCursor: how.endCursor, hasNextPage: built.hasNextPage },
    ranking: {
      configVersion: page.configVersion,
      scorer: page.scorer,
      modelVersion: page.modelVersion,
      degraded: page.degraded,
      relaxed: page.relaxed,
      assignments: page.assignments,
      candidates: page.poolSize,
      cocoonIndex: how.cocoonIndex,
      tookMs: how.tookMs,
    },
  };
}
