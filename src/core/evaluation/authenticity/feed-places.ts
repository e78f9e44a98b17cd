import { buildEmbedded, buildSimilar, interactionWeight, type Interaction } from '../../candidates/build-neighbours.js';
import { type Popularity } from '../../candidates/popularity.js';
import { type LedgerEvent } from '../../events/event.js';
import { hash32 } from '../../random.js';
import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { type History } from '../history.js';
import { finished, ReplayedShop } from '../replayed-shop.js';
import { ask, configOf, pageOf, type Service } from '../service-methods.js';

/** Where the target stands in feeds of people, and among what is most popular, ranked for each of them. */
export interface FeedPlaces {
  people: number;
  /** Feeds that the target is on, without the attack and with it. */
  before: number;
  after: number;
  /** The most places that it moved up in any feed, and in any ranking of it among the most popular. */
  movedInFeeds: number;
  movedInRankings: number;
}

/** What the service counts after some events. */
export interface Counted {
  popularity: Popularity;
  weightOf: (userId: string) => number;
}

const PEOPLE = 50;
const RIVALS = 99;
/** An item that is not on a page stands behind it. */
const placeIn = (itemNos: ArrayLike<number>, target: number): number => {
  const place = Array.from(itemNos).indexOf(target);
  return place < 0 ? itemNos.length + 1 : place + 1;
};

/** The feeds of some people of a data set, asked again and again while popularity and neighbours are what an attack makes of them. */
export class FeedsUnderAttack {
  private readonly replayed: ReplayedShop;
  private readonly people: number[];

  constructor(
    history: History,
    rows: Int32Array,
    private readonly service: Service,
  ) {
    this.replayed = new ReplayedShop(history, rows);
    this.replayed.learnFrom(rows.length, Infinity);
    while (this.replayed.told < rows.length) this.replayed.observeNext();
    const hashes = history.users.map((userId) => hash32(userId));
    this.people = [...history.users.keys()].sort((a, b) => hashes[a] - hashes[b]).slice(0, PEOPLE);
  }

  /**
   * @param target    number of the item that is pushed
   * @param attacked  all events, those of the attack among them
   * @param isBot     whose events are the attack
   */
  async compare(
    clean: Counted,
    counted: Counted,
    attacked: readonly LedgerEvent[],
    { target, isBot }: { target: number; isBot: (userId: string) => boolean },
  ): Promise<FeedPlaces> {
    const { shop } = this.replayed;
    const now = attacked[attacked.length - 1].occurredAt;
    const rivals = [...clean.popularity.top()].filter((no) => no !== target).slice(0, RIVALS);
    const before = await this.places(clean.popularity, target, rivals, now);
    const { similar, embedded } = shop;
    // Bots that count for nothing are in no table, so that the tables of before are those of now.
    if (attacked.some(({ userId }) => isBot(userId) && counted.weightOf(userId) > 0)) {
      const options = { items: shop.catalogue.size, now };
      const interactions = interactionsOf(attacked, counted);
      shop.similar = finished(buildSimilar(interactions, options));
      shop.embedded = finished(buildEmbedded(interactions, options));
    }
    const after = await this.places(counted.popularity, target, rivals, now);
    Object.assign(shop, { similar, embedded });
    const most = (of: (one: { feed: number; ranking: number }) => number): number =>
      before.reduce((highest, one, i) => Math.max(highest, of(one) - of(after[i])), 0);
    const onPage = (all: typeof before): number => all.filter(({ isOn }) => isOn).length;
    return {
      people: this.people.length,
      before: onPage(before),
      after: onPage(after),
      movedInFeeds: most(({ feed }) => feed),
      movedInRankings: most(({ ranking }) => ranking),
    };
  }

  private async places(popularity: Popularity, target: number, rivals: number[], now: number) {
    const deployed = { service: this.service, config: configOf(DEFAULT_SETTINGS) };
    this.replayed.shop.popularity = popularity;
    const found: { isOn: boolean; feed: number; ranking: number }[] = [];
    for (const user of this.people) {
      const { placed } = await ask(this.replayed, deployed, user, now, []);
      const { ranked } = await pageOf(this.replayed, deployed, user, now, { candidates: [...rivals, target] });
      const nos = placed.map(({ itemNo }) => itemNo);
      found.push({ isOn: nos.includes(target), feed: placeIn(nos, target), ranking: placeIn(ranked.itemNos, target) });
    }
    return found;
  }
}

function interactionsOf(events: readonly LedgerEvent[], { weightOf }: Counted): Interaction[] {
  const numbers = new Map<string, number>();
  const found: Interaction[] = [];
  for (const event of events) {
    const weight = event.attribution === 'ORPHAN' ? 0 : interactionWeight(event) * weightOf(event.userId);
    if (weight <= 0) continue;
    const userNo = numbers.get(event.userId) ?? numbers.size;
    numbers.set(event.userId, userNo);
    found.push({ userNo, itemNo: event.itemNo, weight, at: event.occurredAt, bought: event.type === 'PURCHASE' });
  }
  return found;
}
