import { type Catalogue } from '../core/candidates/catalogue.js';
import { exposureId, type Page, type PlacedItem, type Reason } from '../core/exposures/exposure.js';
import { reasonText } from '../core/exposures/reason-texts.js';
import { type Item } from '../core/item.js';
import { type BuiltPage } from '../core/page.js';
import { type FeedAnswer, type FeedItemAnswer, type ItemAnswer, type ReasonAnswer } from './answers.js';

/** Trust and quality of an item of which nothing is known: the middle of 0..1. */
const UNKNOWN_TRUST = 0.5;

export interface Presentation {
  catalogue: Catalogue;
  locale: string;
  unknownItemIds: string[];
  endCursor: string | null;
  preview: boolean;
  tookMs: number;
}

const presented = new WeakMap<Item, ItemAnswer>();

/** An item in the shape of the public schema. Made once for every item that is shown: a changed item is another object. */
export function presentItem(item: Item): ItemAnswer {
  let answer = presented.get(item);
  if (!answer) presented.set(item, (answer = { ...item, trust: UNKNOWN_TRUST, quality: UNKNOWN_TRUST }));
  return answer;
}

function presentReason(reason: Reason, { catalogue, locale }: Presentation): ReasonAnswer {
  const no = reason.itemId === undefined ? undefined : catalogue.no(reason.itemId);
  return {
    code: reason.code,
    text: reasonText(reason, locale, no === undefined ? null : catalogue.item(no).title),
    itemId: reason.itemId ?? null,
    userId: reason.userId ?? null,
    tag: reason.tag ?? null,
    contribution: reason.contribution ?? null,
  };
}

function presentPlaced(placed: PlacedItem, feedId: string, how: Presentation): FeedItemAnswer {
  return {
    exposureId: how.preview ? `preview-${feedId}.${placed.position}` : exposureId(feedId, placed.position),
    position: placed.position,
    item: presentItem(how.catalogue.item(placed.itemNo)),
    score: placed.score,
    intent: null,
    sources: placed.sources,
    exploration: placed.exploration,
    promoted: placed.promoted,
    propensity: placed.propensity,
    reasons: placed.reasons.map((reason) => presentReason(reason, how)),
    socialProof: null,
  };
}

/** A page in the shape of the public schema. */
export function presentFeed(page: Page, built: BuiltPage, how: Presentation): FeedAnswer {
  return {
    id: how.preview ? `preview-${page.feedId}` : page.feedId,
    items: page.placed.map((placed) => presentPlaced(placed, page.feedId, how)),
    unknownItemIds: how.unknownItemIds,
    removed:
      page.kind === 'rank' ? built.removed.map(({ itemNo, component }) => ({ itemId: how.catalogue.item(itemNo).id, component })) : [],
    pageInfo: { endCursor: how.endCursor, hasNextPage: built.hasNextPage },
    ranking: {
      configVersion: page.configVersion,
      scorer: page.scorer,
      modelVersion: page.modelVersion,
      degraded: page.degraded,
      relaxed: page.relaxed,
      assignments: page.assignments,
      candidates: page.poolSize,
      cocoonIndex: null,
      tookMs: how.tookMs,
    },
  };
}
