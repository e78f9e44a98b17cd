import { type Candidates } from '../candidates/candidates.js';
import { contentSimilarity } from '../candidates/content.js';
import { newcomerKind } from '../candidates/newcomers.js';
import { BASKET_COMPARED } from '../candidates/related-sources.js';
import { type Signals } from '../candidates/signals.js';
import { sourceBit } from '../candidates/sources.js';
import { column, FEATURE_COUNT } from '../features/catalogue.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type Term } from '../scoring/rules.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { DAY_MS } from '../time.js';
import { type Reason } from './exposure.js';

/** Everything that reasons are read from; nothing that is only good until scores are awaited. */
export interface ReasonInputs {
  signals: Pick<Signals, 'shop' | 'taste' | 'friends' | 'request' | 'settings' | 'now'>;
  candidates: Candidates;
  matrix: FeatureMatrix;
  terms: readonly Term[];
  /** The terms are those of the score; where a model decided, they only order what speaks for an item. */
  isExact: boolean;
}

const MAX_REASONS = 3;
/** What lifts an item by less than this share of what lifts it most did not decide. */
const LEAST_SHARE = 0.1;
/** `ln(1 + weight)` of one click of this moment: what has less is neither popular nor trending; rounded to single precision, as features are. */
const ONE_ACT = Math.fround(Math.LN2);

const CREATOR_TIE = column('cross.creator_tie@1');
const TREND_LOG = column('item.trend_log@1');
const POPULARITY_LOG = column('item.popularity_log@1');
const columns = (...names: string[]): readonly number[] => names.map(column);
const FRIENDS = columns('cross.friends@1');
const CREATOR = columns('cross.creator_tie@1');
const SIMILAR = columns('cross.cf@1', 'cross.last_cf@1');
const TOGETHER = columns('cross.together@1');
const BASKET = columns('cross.basket@1', 'cross.basket_known@1', 'cross.basket_content@1');
const CATEGORY = columns('user.category_affinity@1', 'user.category_recent@1');
const BRAND = columns('user.brand_affinity@1');
const TREND = columns('item.trend_log@1');
const FRESHNESS = columns('item.freshness@1');
const POPULARITY = columns('item.popularity_log@1');

/** A fact that speaks for an item, and the columns through which it acted on the score. */
type Fact = { reason: Reason; through: readonly number[] };

/**
 * Tells why items are shown, from the terms that decided: of every fact about an item, how far its terms lifted the score over the mean of all candidates.
 * The strongest come first, with that lift as `contribution`. What is no fact about the item is never said, however much it would have weighed.
 */
export class Reasons {
  /** [features] rule weights, 0 where there is no rule */
  private readonly weights = new Float64Array(FEATURE_COUNT);
  /** [features] mean of weight times feature over the candidates */
  private readonly means = new Float64Array(FEATURE_COUNT);

  constructor(private readonly inputs: ReasonInputs) {
    const { terms, matrix } = inputs;
    for (const { column, weight } of terms) {
      const values = matrix.column(column);
      let sum = 0;
      for (let row = 0; row < values.length; row++) sum += values[row];
      this.weights[column] = weight;
      this.means[column] = (weight * sum) / Math.max(1, matrix.rows);
    }
  }

  /** One to four reasons for a candidate. */
  of(row: number): Reason[] {
    const lifted = this.factsOf(row)
      .map(({ reason, through }) => ({ reason, lift: this.lift(row, through) }))
      .sort((a, b) => b.lift - a.lift);
    if (lifted.length === 0) return [{ code: 'SOMETHING_DIFFERENT' }];
    const least = Math.max(LEAST_SHARE * lifted[0].lift, Number.MIN_VALUE);
    const deciding = lifted.filter(({ lift }) => lift >= least).slice(0, MAX_REASONS);
    if (deciding.length === 0) deciding.push(lifted[0]);
    const bringer = this.broughtByPurchase(row) ? 'FRIEND_BOUGHT' : this.broughtByLink(row) ? 'SIMILAR_TO' : null;
    const broughtBy = bringer && lifted.find(({ reason }) => reason.code === bringer);
    if (broughtBy && !deciding.includes(broughtBy)) deciding.push(broughtBy);
    for (const { reason, lift } of deciding) if (this.inputs.isExact) reason.contribution = lift;
    return deciding.map(({ reason }) => reason);
  }

  /** Of what was placed to be tried: that it is new, or of a brand that is; with it, as always, that a followed person bought it. */
  ofExplored(row: number): Reason[] {
    const { candidates, signals } = this.inputs;
    const tried: Reason = { code: newcomerKind(signals, candidates.itemNos[row]) === 'ITEM' ? 'NEW' : 'SOMETHING_DIFFERENT' };
    const friend = this.broughtByPurchase(row) ? this.of(row).find(({ code }) => code === 'FRIEND_BOUGHT') : undefined;
    return friend ? [tried, friend] : [tried];
  }

  /** All that speaks for a candidate and may be told. */
  private factsOf(row: number): Fact[] {
    const facts: Fact[] = [];
    this.addSocial(facts, row);
    this.addSimilar(facts, row);
    this.addTaste(facts, row);
    this.addItem(facts, row);
    return this.inputs.signals.shop.blocks.isEmpty ? facts : facts.filter(this.mayTell);
  }

  /** What is taken down is not named either. */
  private readonly mayTell = ({ reason: { itemId } }: Fact): boolean => {
    const { catalogue, blocks } = this.inputs.signals.shop;
    return itemId === undefined || !blocks.coversItem(catalogue, catalogue.no(itemId)!, 'NO_RECOMMEND');
  };

  /** Of what is there only to widen the feed: that it is different, then what else speaks for it. */
  ofWidening(row: number): Reason[] {
    const others = this.of(row).filter(({ code }) => code !== 'SOMETHING_DIFFERENT');
    return [{ code: 'SOMETHING_DIFFERENT' }, ...others.slice(0, MAX_REASONS)];
  }

  private lift(row: number, through: readonly number[]): number {
    let sum = 0;
    for (const column of through) sum += this.weights[column] * this.inputs.matrix.get(row, column) - this.means[column];
    return sum;
  }

  /** It came in because somebody whom the user follows bought it, which is said whatever weighed most. */
  private broughtByPurchase(row: number): boolean {
    const { sources, evidence } = this.inputs.candidates;
    return evidence.boughtBy[row] >= 0 && (sources[row] & sourceBit('FRIENDS')) !== 0;
  }

  /** It came in only because content links it to something of the user's. */
  private broughtByLink(row: number): boolean {
    const { sources, evidence } = this.inputs.candidates;
    return evidence.linked[row] >= 0 && evidence.similar[row] < 0 && sources[row] === sourceBit('SIMILAR');
  }

  private addSocial(facts: Fact[], row: number): void {
    const { candidates, signals, matrix } = this.inputs;
    const { boughtBy, likedBy } = candidates.evidence;
    if (boughtBy[row] >= 0)
      facts.push({ reason: { code: 'FRIEND_BOUGHT', userId: signals.friends[boughtBy[row]].userId }, through: FRIENDS });
    else if (likedBy[row] >= 0)
      facts.push({ reason: { code: 'FRIEND_LIKED', userId: signals.friends[likedBy[row]].userId }, through: FRIENDS });
    if (matrix.get(row, CREATOR_TIE) > 0) {
      const { catalogue } = signals.shop;
      facts.push({
        reason: { code: 'FOLLOWED_CREATOR', userId: catalogue.names.creator.name(catalogue.creator[candidates.itemNos[row]]) },
        through: CREATOR,
      });
    }
  }

  private addSimilar(facts: Fact[], row: number): void {
    const { candidates, signals } = this.inputs;
    const { similar, linked, together, basket } = candidates.evidence;
    const idOf = (itemNo: number): string => signals.shop.catalogue.idOf(itemNo);
    if (basket[row] >= 0 && signals.request.basket && signals.request.basket.relation !== 'SIMILAR')
      facts.push({ reason: { code: 'BOUGHT_TOGETHER_WITH', itemId: idOf(basket[row]) }, through: BASKET });
    else if (signals.request.basket) facts.push(...this.alikeFacts(row, signals.request.basket.itemNos));
    if (similar[row] >= 0) facts.push({ reason: { code: 'SIMILAR_TO', itemId: idOf(similar[row]) }, through: SIMILAR });
    else if (linked[row] >= 0) facts.push({ reason: { code: 'SIMILAR_TO', itemId: idOf(linked[row]) }, through: [] });
    if (together[row] >= 0) facts.push({ reason: { code: 'BOUGHT_TOGETHER_WITH', itemId: idOf(together[row]) }, through: TOGETHER });
  }

  private alikeFacts(row: number, basket: readonly number[]): Fact[] {
    const { candidates, signals } = this.inputs;
    const { catalogue } = signals.shop;
    let nearest = candidates.evidence.basket[row];
    if (nearest < 0) {
      const likeness = (other: number): number => contentSimilarity(catalogue, candidates.itemNos[row], other);
      nearest = basket.slice(0, BASKET_COMPARED).reduce((best, other) => (best < 0 || likeness(other) > likeness(best) ? other : best), -1);
      if (nearest < 0 || likeness(nearest) === 0) return [];
    }
    return [{ reason: { code: 'SIMILAR_TO', itemId: catalogue.idOf(nearest) }, through: BASKET }];
  }

  private addTaste(facts: Fact[], row: number): void {
    const { candidates, signals } = this.inputs;
    const { catalogue } = signals.shop;
    const { taste, now } = signals;
    if (!taste) return;
    const no = candidates.itemNos[row];
    const strength = (category: number): number => {
      const sum = taste.affinity.category.get(category);
      return sum === undefined ? 0 : decayedValue(sum, now, HALF_LIFE_MS.category);
    };
    let [liked, most] = [0, 0];
    for (const category of catalogue.categoriesOf(no)) {
      const here = strength(category);
      if (here >= most) [liked, most] = [category, here]; // of equally strong names the narrowest says most
    }
    if (most > 0)
      facts.push({
        reason: { code: 'LIKES_CATEGORY', tag: `category-affinity:${catalogue.names.category.name(liked)}` },
        through: CATEGORY,
      });
    if ((taste.affinity.brand.get(catalogue.brand[no])?.value ?? 0) > 0)
      facts.push({
        reason: { code: 'LIKES_BRAND', tag: `brand-affinity:${catalogue.names.brand.name(catalogue.brand[no])}` },
        through: BRAND,
      });
  }

  private addItem(facts: Fact[], row: number): void {
    const { candidates, signals, matrix } = this.inputs;
    const { shop, settings, now } = signals;
    if (matrix.get(row, TREND_LOG) >= ONE_ACT) facts.push({ reason: { code: 'TRENDING' }, through: TREND });
    if (now - shop.catalogue.createdAt[candidates.itemNos[row]] < settings.mix.newItemDays * DAY_MS)
      facts.push({ reason: { code: 'NEW' }, through: FRESHNESS });
    if (matrix.get(row, POPULARITY_LOG) >= ONE_ACT) facts.push({ reason: { code: 'POPULAR' }, through: POPULARITY });
  }
}
