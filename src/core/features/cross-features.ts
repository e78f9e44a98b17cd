import { contentSimilarity } from '../candidates/content.js';
import { BASKET_COMPARED } from '../candidates/related-sources.js';
import { column } from './catalogue.js';
import { featureGroup, setLog1p } from './item-features.js';

const CF = column('cross.cf@1');
const LAST_CF = column('cross.last_cf@1');
const TOGETHER = column('cross.together@1');
const FRIENDS = column('cross.friends@1');
const CREATOR_TIE = column('cross.creator_tie@1');
const BASKET = column('cross.basket@1');
const BASKET_KNOWN = column('cross.basket_known@1');
const BASKET_CONTENT = column('cross.basket_content@1');

/** What others who did the same did with an item, and what people whom the user follows did. */
export const evidenceFeatures = featureGroup(
  'evidence-features',
  [CF, LAST_CF, TOGETHER, FRIENDS, CREATOR_TIE],
  ({ taste, evidence, creators, shop: { catalogue } }, { itemNos }, matrix) => {
    if (!taste) return;
    const { similar, lastSimilar, together, friendsBought, friendsLiked } = evidence;
    const tieByCreator = new Map(creators.map(({ creatorNo, strength }) => [creatorNo, strength]));
    for (let row = 0; row < itemNos.length; row++) {
      const no = itemNos[row];
      setLog1p(matrix, row, CF, 10 * similar.sumOf(no));
      setLog1p(matrix, row, LAST_CF, 20 * lastSimilar.sumOf(no));
      setLog1p(matrix, row, TOGETHER, 10 * together.sumOf(no));
      setLog1p(matrix, row, FRIENDS, friendsBought.sumOf(no) + friendsLiked.sumOf(no));
      if (tieByCreator.size > 0) matrix.set(row, CREATOR_TIE, tieByCreator.get(catalogue.creator[no]) ?? 0);
    }
  },
);

/** How an item relates to the basket of the request. */
export const basketFeatures = featureGroup(
  'basket-features',
  [BASKET, BASKET_KNOWN, BASKET_CONTENT],
  ({ request, evidence, shop: { catalogue } }, { itemNos }, matrix) => {
    if (!request.basket) return;
    const compared = request.basket.itemNos.slice(0, BASKET_COMPARED);
    for (let row = 0; row < itemNos.length; row++) {
      const no = itemNos[row];
      const sum = evidence.basket.sumOf(no);
      let nearest = 0;
      for (const other of compared) nearest = Math.max(nearest, contentSimilarity(catalogue, no, other));
      setLog1p(matrix, row, BASKET, 10 * sum);
      matrix.set(row, BASKET_KNOWN, Number(sum > 0));
      matrix.set(row, BASKET_CONTENT, nearest);
    }
  },
);
