import { type WholePool } from '../../exposures/remake-page.js';
import { DAY_MS } from '../../time.js';
import { quantile } from '../bootstrap.js';
import { gini } from '../metrics.js';
import { type Random } from '../../random.js';

/** What a change comes to, with the range that holds it in 95 of 100 draws of users. */
export interface Change {
  metric: string;
  logged: number;
  predicted: number;
  change: number;
  interval: { low: number; high: number };
}

/** What a page is measured by beside what it brings; each is paired, page by page, with the page that was served. */
interface PageMeasures {
  entropy: number;
  newItems: number;
  items: number;
  creators: Int32Array;
}

/**
 * Entropy of names, in bits: how many equally common ones would be as varied, as a power of 2. An unknown name, 0, counts as one of its own.
 *
 * @returns 0 for one name, or none
 */
export function entropyOf(names: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < names.length; i++) counts.set(names[i], (counts.get(names[i]) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / names.length) * Math.log2(count / names.length);
  return sum + 0; // no -0
}

/** Measures of a page by places in its pool. */
function measuresOf({ inputs }: WholePool, places: readonly number[], newItemDays: number): PageMeasures {
  const { columns, trials, now } = inputs.slate;
  const isNew = (place: number): boolean => trials !== null && now - trials.createdAt[place] < newItemDays * DAY_MS;
  return {
    entropy: entropyOf(places.map((place) => columns.category[place])),
    newItems: places.filter(isNew).length,
    items: places.length,
    creators: Int32Array.from(places, (place) => columns.creator[place]).filter((creator) => creator !== 0),
  };
}

const DRAWS = 200;

/** How varied pages are that were served, and those that would have been. */
export class VarietyTally {
  private readonly users: number[] = [];
  private readonly served: PageMeasures[] = [];
  private readonly target: PageMeasures[] = [];

  add(user: number, pool: WholePool, page: { served: readonly number[]; target: readonly number[]; newItemDays: number }): void {
    this.users.push(user);
    this.served.push(measuresOf(pool, page.served, page.newItemDays));
    this.target.push(measuresOf(pool, page.target, page.newItemDays));
  }

  /** Changes with their intervals; pauses after every draw. */
  *changes(random: Random): Generator<void, Change[]> {
    if (this.users.length === 0) return [];
    const pagesByUser = new Map<number, number[]>();
    this.users.forEach((user, page) => pagesByUser.set(user, [...(pagesByUser.get(user) ?? []), page]));
    const byUser = [...pagesByUser.values()];
    const whole = this.figures(this.users.map((_, page) => page));
    const draws = whole.map(() => new Float64Array(DRAWS));
    for (let draw = 0; draw < DRAWS; draw++) {
      const figures = this.figures(byUser.flatMap(() => byUser[Math.floor(random() * byUser.length)]));
      figures.forEach(({ logged, predicted }, i) => (draws[i][draw] = predicted - logged));
      yield;
    }
    return whole.map(({ metric, logged, predicted }, i) => {
      draws[i].sort();
      return {
        metric,
        logged,
        predicted,
        change: predicted - logged,
        interval: { low: quantile(draws[i], 0.025), high: quantile(draws[i], 0.975) },
      };
    });
  }

  private figures(pages: readonly number[]): { metric: string; logged: number; predicted: number }[] {
    const [logged, predicted] = [this.served, this.target].map((measures) => {
      let [entropy, newItems, items] = [0, 0, 0];
      const shown = new Map<number, number>();
      for (const page of pages) {
        const own = measures[page];
        entropy += own.entropy;
        newItems += own.newItems;
        items += own.items;
        for (const creator of own.creators) shown.set(creator, (shown.get(creator) ?? 0) + 1);
      }
      return { entropy: entropy / pages.length, newItems: newItems / Math.max(1, items), gini: gini(shown.values()) };
    });
    return [
      { metric: 'CATEGORY_ENTROPY', logged: logged.entropy, predicted: predicted.entropy },
      { metric: 'CREATOR_GINI', logged: logged.gini, predicted: predicted.gini },
      { metric: 'NEW_ITEM_SHARE', logged: logged.newItems, predicted: predicted.newItems },
    ];
  }
}
