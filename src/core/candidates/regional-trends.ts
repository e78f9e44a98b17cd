import { DecayedSums, type DecayedSumsState } from './decayed-sums.js';
import { TREND_HALF_LIFE_MS } from './popularity.js';

/** The regions that are counted by themselves: the first that anything is known of. */
export const MAX_REGIONS = 64;
/** Of so many items of a region the strongest are kept when there are more. */
export const MAX_REGION_ITEMS = 2_048;
const KEPT = 512;
const NONE: readonly number[] = [];

/** What is trending among the people of a region. */
export interface RegionalTrending {
  /** Items with most weight, half-life one day, best first, at most 512; none of a region that is not known. */
  top(region: string): readonly number[];
}

/** The state of the class below, for a snapshot. */
export type RegionalTrendsState = [region: string, itemNos: number[], sums: DecayedSumsState][];

/**
 * Decayed interest in items by the region of those who act. What a machine did before it was taken for one is not taken back: in a few days it has faded.
 * Memory: at most some 150 KiB for each of 64 regions, whatever the size of the shop.
 */
export class RegionalTrends implements RegionalTrending {
  private readonly byRegion = new Map<string, RegionTrend>();

  /** Add a weight of any sign, as of an instant (epoch ms), to an item in a region; in one region too many it changes nothing. */
  add(region: string, itemNo: number, weight: number, at: number): void {
    let trend = this.byRegion.get(region);
    if (!trend) {
      if (this.byRegion.size === MAX_REGIONS) return;
      this.byRegion.set(region, (trend = new RegionTrend()));
    }
    trend.add(itemNo, weight, at);
  }

  top(region: string): readonly number[] {
    return this.byRegion.get(region)?.top() ?? NONE;
  }

  snapshot(): RegionalTrendsState {
    return Array.from(this.byRegion, ([region, trend]) => [region, ...trend.snapshot()]);
  }
  restore(state: RegionalTrendsState): void {
    this.byRegion.clear();
    for (const [region, itemNos, sums] of state) this.byRegion.set(region, RegionTrend.from(itemNos, sums));
  }
}

/** The sums of one region, of the items that are of interest there alone: those have places of their own, in the order in which they came. */
class RegionTrend {
  private itemNos: number[] = [];
  private readonly placeByItem = new Map<number, number>();
  private sums = new DecayedSums(TREND_HALF_LIFE_MS, KEPT);
  private latest = -Infinity;

  static from(itemNos: readonly number[], sums: DecayedSumsState): RegionTrend {
    const trend = new RegionTrend();
    for (const itemNo of itemNos) trend.enter(itemNo);
    trend.sums.restore(sums);
    trend.latest = sums.latest;
    return trend;
  }

  add(itemNo: number, weight: number, at: number): void {
    this.latest = Math.max(this.latest, at);
    let place = this.placeByItem.get(itemNo);
    if (place === undefined) {
      if (this.itemNos.length === MAX_REGION_ITEMS) this.cutBack();
      place = this.enter(itemNo);
    }
    this.sums.add(place, weight, at);
  }

  top(): readonly number[] {
    return this.sums.top().map((place) => this.itemNos[place]);
  }

  snapshot(): [itemNos: number[], sums: DecayedSumsState] {
    return [this.itemNos.slice(), this.sums.snapshot()];
  }

  private enter(itemNo: number): number {
    this.placeByItem.set(itemNo, this.itemNos.length);
    return this.itemNos.push(itemNo) - 1;
  }

  private cutBack(): void {
    const kept = this.sums.top().map((place) => ({ itemNo: this.itemNos[place], sum: this.sums.at(place, this.latest) }));
    this.itemNos = [];
    this.placeByItem.clear();
    this.sums = new DecayedSums(TREND_HALF_LIFE_MS, KEPT);
    for (const { itemNo, sum } of kept) this.sums.add(this.enter(itemNo), sum, this.latest);
  }
}
