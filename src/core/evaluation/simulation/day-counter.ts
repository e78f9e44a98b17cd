import { type CocoonMeasure } from '../../diversification/cocoon/cocoon-index.js';
import { giniOf } from '../../diversification/cocoon/concentration.js';
import { categoryEntropy } from '../metrics.js';
import { type Mind, type Reaction } from './mind.js';
import { type World } from './world.js';

/** What a day of a shop came to. Shares, coverage and Gini are 0..1, means are over all people unless they say otherwise. */
export interface DayCount {
  index: number;
  narrowCategory: number;
  acceptedBreadth: number;
  tasteCoverage: number;
  /** Share of the people who came. */
  visits: number;
  /** A person, whether he came or not. */
  clicks: number;
  purchases: number;
  /** Kinds found that people did not know they like, a person, since the first day. */
  discovered: number;
  /** Spread of a page over kinds, nats, mean over pages. */
  entropy: number;
  /** Share of what is on offer that anybody was shown. */
  coverage: number;
  creatorGini: number;
  /** Of cards, with items of at most 14 days. */
  newItemShare: number;
}

const NEW_DAYS = 14;

/** Counts one day while it passes. */
export class DayCounter {
  private readonly shown = new Map<number, number>();
  private pages = 0;
  private clicks = 0;
  private purchases = 0;
  private entropies = 0;

  constructor(
    private readonly world: World,
    private readonly day: number,
  ) {}

  note(page: readonly number[], reactions: readonly Reaction[]): void {
    const { items } = this.world;
    this.pages++;
    for (const no of page) this.shown.set(no, (this.shown.get(no) ?? 0) + 1);
    this.clicks += reactions.length;
    this.purchases += reactions.filter(({ bought }) => bought).length;
    this.entropies += categoryEntropy(page.keys(), page.map((no) => [items[no].kind])); // prettier-ignore
  }

  close(measured: readonly CocoonMeasure[], minds: readonly Mind[]): DayCount {
    const { items } = this.world;
    const people = minds.length;
    const served = measured.filter(({ confidence }) => confidence > 0);
    const part = (name: keyof CocoonMeasure): number => served.reduce((sum, one) => sum + one[name], 0) / Math.max(1, served.length);
    const offered = items.filter(({ day }) => day <= this.day);
    const cards = [...this.shown.values()].reduce((sum, count) => sum + count, 0);
    const byCreator = new Map<string, number>();
    let newCards = 0;
    for (const [no, count] of this.shown) {
      byCreator.set(items[no].creator, (byCreator.get(items[no].creator) ?? 0) + count);
      if (items[no].day > 0 && this.day - items[no].day <= NEW_DAYS) newCards += count;
    }
    return {
      index: part('index'),
      narrowCategory: part('narrowCategory'),
      acceptedBreadth: part('acceptedBreadth'),
      tasteCoverage: part('tasteCoverage'),
      visits: this.pages / people,
      clicks: this.clicks / people,
      purchases: this.purchases / people,
      discovered: minds.reduce((sum, { discovered }) => sum + discovered.size, 0) / people,
      entropy: this.entropies / Math.max(1, this.pages),
      coverage: this.shown.size / offered.length,
      creatorGini: giniOf([...byCreator.values()], new Set(offered.map(({ creator }) => creator)).size),
      newItemShare: newCards / Math.max(1, cards),
    };
  }
}
