import { BASKET_COMPARED } from '../candidates/related-sources.js';
import { contentSimilarity } from '../candidates/content.js';
import { column } from './catalogue.js';
import { type FeatureInput, type Group, log1p } from './feature-group.js';
import { tidy } from './matrix.js';

const CF = column('cross.cf@1');
const LAST_CF = column('cross.last_cf@1');
const TOGETHER = column('cross.together@1');
const FRIENDS = column('cross.friends@1');
const CREATOR_TIE = column('cross.creator_tie@1');
const CF_BEST = column('cross.cf_best@1');
const CF_VOTES = column('cross.cf_votes@1');
const ACTS = column('social.acts@1');
const BEST = column('social.best@1');
const LIFT = column('social.lift@1');
const BASKET = column('cross.basket@1');
const BASKET_KNOWN = column('cross.basket_known@1');
const BASKET_CONTENT = column('cross.basket_content@1');

/** A group that fills all its columns together, from evidence that only this request's first stages may read. */
function evidenceGroup(name: string, columns: readonly number[], write: (input: FeatureInput, columns: Float32Array[]) => void): Group {
  return {
    name,
    columns,
    atOnce: true,
    fill(input) {
      const values = columns.map((column) => input.matrix.fresh(column));
      write(input, values);
      columns.forEach((column, i) => tidy(values[i], column));
    },
    forget: (matrix, wanted) => matrix.reset(wanted),
  };
}

/** What others who did the same did with an item. */
export const evidenceFeatures = evidenceGroup('evidence-features', [CF, CF_BEST, CF_VOTES, LAST_CF, TOGETHER], (input, columns) => {
  const { signals, candidates: { itemNos } } = input; // prettier-ignore
  if (!signals.taste) return;
  const { similar, lastSimilar, together } = signals.evidence;
  const [cf, best, votes, lastCf, bought] = columns;
  for (let row = 0; row < itemNos.length; row++) {
    const place = similar.placeOf(itemNos[row]);
    if (place < 0) continue;
    cf[row] = Math.log1p(10 * similar.sumAt(place));
    best[row] = Math.log1p(10 * similar.strongestAt(place));
    votes[row] = Math.log1p(similar.votesAt(place));
    lastCf[row] = log1p(20 * lastSimilar.sumOf(itemNos[row]));
  }
  if (together.size > 0) for (let row = 0; row < itemNos.length; row++) bought[row] = log1p(10 * together.sumOf(itemNos[row]));
});

/** What people whom the user follows did with an item, and the tie to its creator. */
export const socialFeatures = evidenceGroup(
  'social-features',
  [FRIENDS, CREATOR_TIE, ACTS, BEST, LIFT],
  ({ signals, candidates }, columns) => {
    const { itemNos } = candidates;
    const { taste, creators, shop: { catalogue, popularity }, now } = signals; // prettier-ignore
    if (!taste) return;
    const { friendsBought: bought, friendsLiked: liked } = signals.evidence;
    const [friends, tie, acts, best, lift] = columns;
    for (let row = 0; row < itemNos.length && bought.size + liked.size > 0; row++) {
      const byPurchase = bought.placeOf(itemNos[row]);
      const byLike = liked.placeOf(itemNos[row]);
      if (byPurchase < 0 && byLike < 0) continue;
      const weight = (byPurchase < 0 ? 0 : bought.sumAt(byPurchase)) + (byLike < 0 ? 0 : liked.sumAt(byLike));
      friends[row] = Math.log1p(weight);
      acts[row] = Math.log1p((byPurchase < 0 ? 0 : bought.votesAt(byPurchase)) + (byLike < 0 ? 0 : liked.votesAt(byLike)));
      best[row] = Math.max(byPurchase < 0 ? 0 : bought.strongestAt(byPurchase), byLike < 0 ? 0 : liked.strongestAt(byLike));
      lift[row] = weight / (weight + popularity.at(itemNos[row], now));
    }
    if (creators.length === 0) return;
    const tieByCreator = new Map(creators.map(({ creatorNo, strength }) => [creatorNo, strength]));
    for (let row = 0; row < itemNos.length; row++) tie[row] = tieByCreator.get(catalogue.creator[itemNos[row]]) ?? 0;
  },
);

/** How an item relates to the basket of the request. */
export const basketFeatures = evidenceGroup(
  'basket-features',
  [BASKET, BASKET_KNOWN, BASKET_CONTENT],
  ({ signals, candidates }, columns) => {
    const { request, evidence, shop: { catalogue } } = signals; // prettier-ignore
    if (!request.basket) return;
    const compared = request.basket.itemNos.slice(0, BASKET_COMPARED);
    const [basket, known, content] = columns;
    candidates.itemNos.forEach((no, row) => {
      const sum = evidence.basket.sumOf(no);
      basket[row] = log1p(10 * sum);
      known[row] = Number(sum > 0);
      content[row] = compared.reduce((nearest, other) => Math.max(nearest, contentSimilarity(catalogue, no, other)), 0);
    });
  },
);
