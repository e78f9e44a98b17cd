import { NO_BLOCKS } from '../../src/core/candidates/blocks.js';
import { Catalogue } from '../../src/core/candidates/catalogue.js';
import { noNeighbours, type Neighbours } from '../../src/core/candidates/neighbours.js';
import { PopularityColumns } from '../../src/core/candidates/popularity.js';
import { ActsByUser } from '../../src/core/candidates/recent-acts.js';
import { RegionalTrends } from '../../src/core/candidates/regional-trends.js';
import { noCycles } from '../../src/core/candidates/repurchase.js';
import { noGraph } from '../../src/core/candidates/graph/social-graph.js';
import { noTrust } from '../../src/core/candidates/trust/item-trust.js';
import { everybodyCounts } from '../../src/core/events/authenticity/judges.js';
import { TrialColumns } from '../../src/core/candidates/trials.js';
import { type Shop } from '../../src/core/candidates/shop.js';
import { type EventType, type LedgerEvent } from '../../src/core/events/event.js';
import { type Item, type NameKind, PLAIN_ITEM } from '../../src/core/item.js';
import { type PageInputs, type PageRequest } from '../../src/core/page.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { mergeSettings } from '../../src/core/settings-merge.js';
import { type RankingConfigInput } from '../../src/core/settings.js';
import { foldEvent } from '../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { foldServed } from '../../src/core/tags/weariness.js';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

const THING: Omit<Item, 'id'> = {
  ...PLAIN_ITEM,
  title: 'A thing',
  categories: ['all'],
  createdAt: NOW - 100 * DAY,
};

/** A shop under test: items are named by the order in which they are put, from 0, with ids `i0`, `i1`. */
export class TestShop {
  readonly catalogue = new Catalogue();
  readonly popularity = new PopularityColumns();
  readonly acts = new ActsByUser();
  readonly trials = new TrialColumns();
  private seq = 0;

  /** Put an item; what is not given is plain. */
  put(fields: Partial<Item> & { removed?: boolean } = {}, no = this.catalogue.size): number {
    const { removed = false, ...given } = fields;
    const item: Item = { id: `i${no}`, ...THING, ...given };
    this.catalogue.put({
      no,
      item,
      categoryNos: item.categories.map((name) => this.name('category', name)),
      brandNo: this.name('brand', item.brand),
      creatorNo: this.name('creator', item.creatorId),
      removed,
    });
    return no;
  }

  name(kind: NameKind, name: string | null): number {
    if (name === null) return 0;
    const names = this.catalogue.names[kind];
    if (names.no(name) === 0) names.set(names.size, name);
    return names.no(name);
  }

  event(userId: string, type: EventType, itemNo: number, fields: Partial<LedgerEvent> = {}): LedgerEvent {
    const seq = ++this.seq;
    const itemId = itemNo < 0 ? {} : { itemId: `i${itemNo}` };
    return {
      id: `e${seq}`,
      type,
      userId,
      itemNo,
      ...itemId,
      occurredAt: NOW,
      receivedAt: NOW,
      writer: 1,
      seq,
      attribution: 'UNATTRIBUTED',
      ...fields,
    };
  }

  /** Let events act on what is derived from all users. */
  observe(...events: LedgerEvent[]): void {
    for (const event of events) {
      this.popularity.observe(event);
      this.acts.observe(event);
      this.trials.observe(event);
    }
  }

  /** The state of one user after some events. */
  stateAfter(...events: LedgerEvent[]): UserState {
    const state = emptyState();
    for (const event of events) foldEvent(state, event, this.catalogue.row(event.itemNo), { timeZone: 'UTC' });
    return state;
  }

  /** Give an item so many clicks, by as many users. */
  click(itemNo: number, times: number, at = NOW - DAY): void {
    for (let i = 0; i < times; i++) this.observe(this.event(`clicker-${i}`, 'CLICK', itemNo, { occurredAt: at }));
  }

  shop(fields: Partial<Shop> = {}): Shop {
    const { catalogue, popularity, acts, trials } = this;
    return {
      catalogue,
      popularity,
      acts,
      trials,
      similar: noNeighbours(),
      boughtTogether: noNeighbours(),
      embedded: noNeighbours(),
      cycles: noCycles(),
      authenticity: everybodyCounts,
      regional: new RegionalTrends(),
      graph: noGraph(),
      trust: noTrust(),
      blocks: NO_BLOCKS,
      ...fields,
    };
  }
}

/** Let an item have been served so many times at one moment. */
export function serveTimes(state: UserState, itemNo: number, times: number, at = NOW): void {
  state.shown.set(itemNo, { value: times, at });
  for (let i = 0; i < times; i++) foldServed(state.weariness, { placed: [{ itemNo }], servedAt: at }, { timeZone: 'UTC' });
}

export const NO_POLICY = { suppressBought: false, fatigue: false, caps: false, diversity: false, exploration: false };

export const NO_FILTER = {
  kinds: null,
  categories: null,
  excludeCategories: null,
  brands: null,
  creatorIds: null,
  labels: null,
  excludeItemIds: null,
  priceMin: null,
  priceMax: null,
  trustMin: null,
  withinKm: null,
};

const PLAIN_REQUEST: PageRequest = {
  kind: 'feed',
  surface: 'home',
  first: 10,
  filter: null,
  region: null,
  geohash: null,
  hour: 12,
  contextItems: [],
  candidates: null,
  basket: null,
  placedBefore: [],
  shownOnPage: [],
};

type Overrides = Omit<Partial<PageInputs>, 'request' | 'config'> & { request?: Partial<PageRequest>; settings?: RankingConfigInput };

/** Inputs of a page for somebody of whom nothing is known, with no clock running. */
export function inputsFor(shop: Shop, { request, settings, ...rest }: Overrides = {}): PageInputs {
  return {
    request: { ...PLAIN_REQUEST, ...request },
    config: {
      surface: 'home',
      version: 1,
      baseVersion: null,
      status: 'ACTIVE',
      settings: mergeSettings(DEFAULT_SETTINGS, settings ?? {}),
      author: 'test',
      reason: null,
      createdAt: NOW,
      activatedAt: NOW,
    },
    shop,
    state: emptyState(),
    user: null,
    purposes: new Set(PURPOSES),
    now: NOW,
    random: seededRandom(1),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
    ...rest,
  };
}

/** A request to rank some items, without scores of the caller's own. */
export const candidatesFor = (
  itemNos: number[],
  fields: Partial<NonNullable<PageRequest['candidates']>> = {},
): PageRequest['candidates'] => ({
  itemNos: Uint32Array.from(itemNos),
  prior: Float32Array.from(itemNos, (_, place) => 1 - place / itemNos.length),
  priorWeight: 0,
  policy: NO_POLICY,
  ...fields,
});

/** A neighbour table from the neighbours of each item. */
export function neighboursOf(items: number, rows: Record<number, [itemNo: number, weight: number][]>): Neighbours {
  const offsets = new Uint32Array(items + 1);
  const all: [number, number][] = [];
  for (let no = 0; no < items; no++) {
    all.push(...(rows[no] ?? []));
    offsets[no + 1] = all.length;
  }
  return { builtAt: NOW, offsets, items: Uint32Array.from(all, ([no]) => no), weights: Float32Array.from(all, ([, weight]) => weight) };
}

/** Settings under which nothing but the score orders a page. */
export const PLAIN: RankingConfigInput = {
  diversity: { algorithm: 'NONE', strength: 0, maxPerCategory: 100, maxPerBrand: 100, maxPerCreator: 100 },
  mix: { commercialShareMax: 1 },
};
