import { type MixOwed } from './candidates/mix-owed.js';
import { type Shop } from './candidates/shop.js';
import { type CocoonNow } from './diversification/cocoon/cocoon-now.js';
import { type PlacedItem } from './exposures/exposure.js';
import { type PoolRecord } from './exposures/pool.js';
import { type Degradation, type PageKind, type Scorer, type SlateRule } from './outcome.js';
import { type ItemKind } from './item.js';
import { type Mute } from './privacy/person.js';
import { type Purpose } from './privacy/purposes.js';
import { type Random } from './random.js';
import { type Intent, type IntentModel, type ModelFault, type ModelsForPage } from './scoring/intent-model.js';
import { type RankingConfig } from './settings.js';
import { type PageWidening } from './tags/cocoon/widening.js';
import { type UserState } from './tags/state.js';
import { type UserAttributes } from './user.js';

/** The caller's filter, checked; null is not asked for. */
export interface ItemFilter {
  kinds: ItemKind[] | null;
  categories: string[] | null;
  excludeCategories: string[] | null;
  brands: string[] | null;
  creatorIds: string[] | null;
  labels: string[] | null;
  excludeItemIds: string[] | null;
  priceMin: number | null;
  priceMax: number | null;
  trustMin: number | null;
  withinKm: number | null;
}

export interface RankPolicy {
  suppressBought: boolean;
  fatigue: boolean;
  caps: boolean;
  diversity: boolean;
  exploration: boolean;
}

/** How items relate to a basket: alike, bought with it, or bought with it and of other categories than it. */
export type Relation = 'SIMILAR' | 'BOUGHT_TOGETHER' | 'COMPLEMENTS';

/** What the caller wants, checked and with names resolved to numbers. */
export interface PageRequest {
  kind: PageKind;
  surface: string;
  /** How many to place. */
  first: number;
  filter: ItemFilter | null;
  region: string | null;
  geohash: string | null;
  /** Hour of the day where the user is, 0..23. */
  hour: number;
  /** Days since the epoch in the shop's time zone; in UTC when left out. */
  day?: number;
  /** Items looked at or in the cart; they are not shown. */
  contextItems: number[];
  /** `rank`: the caller's own candidates, each once, with his scores scaled to 0..1 (highest first gets 1). */
  candidates: { itemNos: Uint32Array; prior: Float32Array; priorWeight: number; policy: RankPolicy } | null;
  /** `related`: what to relate to. */
  basket: { itemNos: number[]; relation: Relation } | null;
  /** Items that earlier pages of this feed placed, in order, so that caps hold over pages and positions go on. */
  placedBefore: number[];
  /** Further items not to be shown: those of other blocks of the caller's page. */
  shownOnPage: number[];
}

/** Everything a page is made from. The same inputs give the same page, byte for byte. */
export interface PageInputs {
  request: PageRequest;
  config: RankingConfig;
  shop: Shop;
  /** Null where it could not be loaded; an empty state for a generic feed. */
  state: UserState | null;
  /** What the user decided could not be loaded, so that nothing personal may be used; no when left out. */
  isUserUnread?: boolean;
  user: UserAttributes | null;
  purposes: ReadonlySet<Purpose>;
  /** What the user wants to see none of, or less of; nothing when left out. */
  muted?: readonly Mute[];
  /** How narrow the user's feeds are, from which they are widened; nothing is widened when left out. */
  cocoon?: CocoonNow;
  /** The models that may decide, best first; none when left out. */
  models?: ModelsForPage;
  /** How many candidates may be proposed at most, where less has to be done than usual; 500 when left out. */
  maxCandidates?: number;
  /** What the surface is behind its shares by; nothing when left out. */
  owed?: MixOwed;
  /** The pool is going to be kept, so what else decides is gathered whole; no when left out. Pages that chance has a part in do so anyway. */
  keepsPool?: boolean;
  now: number;
  random: Random;
  /** Milliseconds that only grow, for timings and the deadline. */
  clock: () => number;
  /** On `clock`; at the deadline the best answer so far is given. */
  deadline: number;
  /** Told that the caller went away. */
  cancelled: () => boolean;
}

/** Counts and time of one named component, in the order they ran. */
export interface ComponentTrace {
  stage: string;
  name: string;
  /** Candidates before and after. */
  in: number;
  out: number;
  ms: number;
  /** What went wrong, where something did. */
  failed?: string;
}

export interface BuiltPage {
  placed: PlacedItem[];
  /** [placed * featureNames] row-major. */
  features: Float32Array;
  featureNames: readonly string[];
  scorer: Scorer;
  /** Of the model that decided; null where none did. */
  modelVersion: string | null;
  /** What went wrong with the models that were asked. */
  modelFaults: { version: string; fault: ModelFault }[];
  /** [placed] what the model that decided foresees; null where none did. */
  intents: Intent[] | null;
  degraded: Degradation[];
  relaxed: SlateRule[];
  /** What the loop out of the cocoon did; null where it had nothing to do. */
  widening: PageWidening | null;
  /** Candidates after filters, before the slate. */
  poolSize: number;
  /** Eligible candidates were left over. */
  hasNextPage: boolean;
  /** Which component removed which candidate, in the order of the pipeline. */
  removed: { itemNo: number; component: string }[];
  trace: ComponentTrace[];
  /** Scores of all eligible candidates, best first: what `whyNot` reads. */
  ranked: { itemNos: Uint32Array; scores: Float64Array };
  /**
   * Scores that another model gives the same candidates, in the order of `ranked`.
   *
   * @throws ModelFault whatever goes wrong
   */
  scoresBy(model: IntentModel, timeoutMs: number): Promise<Float64Array>;
  /** The whole pool, put together when asked for, since few pages keep theirs. */
  pool(): PoolRecord;
}
