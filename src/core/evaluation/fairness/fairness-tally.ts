import { binOf, binsOf, type QuantileBins } from '../../scoring/watch/psi.js';
import { type Group } from './user-groups.js';

/** How one group is served, beside the others of its kind. */
export interface FairnessRow {
  /** What the users, or the makers of items, are told apart by. */
  group: string;
  value: string;
  /** Distinct users who were shown something. */
  users: number;
  /** Clicks per shown item. */
  clickRate: number;
  /** Share of the attention that all groups of the kind got: a place counts 1 / log2(1 + position). */
  exposureShare: number;
  /** Clicks over those that all users together make at such scores: above 1, scores are too low for the group. */
  calibration: number;
  /** To the best-served group of the kind: of click rates; of items, of the attention for a click. 1 is the best. */
  ratio: number;
  /** Whether the ratio is further from 1 than chance explains (two proportions, z above 2.58). */
  isBeyondChance: boolean;
}

/** A row below this is unfair, where chance does not explain it. */
export const LEAST_RATIO = 0.8;
/** Smaller groups are not told. */
const LEAST_USERS = 20;
const BEYOND_CHANCE = 2.58;
/** Groups that are of items and not of users. */
const OF_ITEMS: ReadonlySet<string> = new Set(['creator']);

/** One item that was shown to a user. */
export interface ShownItem {
  userId: string;
  /** From 1. */
  position: number;
  score: number;
  clicked: boolean;
}

interface Counts {
  users: Set<string>;
  shown: number;
  clicks: number;
  attention: number;
  /** Shown items by bin of score. */
  bins: Uint32Array;
}

/** Counts how groups are served over a window. */
export class FairnessTally {
  private readonly byGroup = new Map<string, Map<string, Counts>>();
  private readonly bins: QuantileBins;
  private readonly shownByBin: Uint32Array;
  private readonly clicksByBin: Uint32Array;

  /** @param scores 11 points of the scores of the window, so that clicks can be expected of a score */
  constructor(scores: readonly number[]) {
    this.bins = binsOf(scores.length < 2 ? [0, 1] : scores);
    this.shownByBin = new Uint32Array(this.bins.shares.length);
    this.clicksByBin = new Uint32Array(this.bins.shares.length);
  }

  add(item: ShownItem, groups: readonly Group[]): void {
    const bin = binOf(this.bins, item.score);
    this.shownByBin[bin]++;
    if (item.clicked) this.clicksByBin[bin]++;
    for (const [group, value] of groups) {
      const counts = this.countsOf(group, value);
      counts.users.add(item.userId);
      counts.shown++;
      counts.bins[bin]++;
      counts.attention += 1 / Math.log2(1 + item.position);
      if (item.clicked) counts.clicks++;
    }
  }

  /** By group and value; groups of fewer than 20 users are left out, and of a kind with one group there is nothing to compare. */
  rows(): FairnessRow[] {
    return [...this.byGroup].sort(byName).flatMap(([group, values]) => {
      const told = [...values].filter(([, { users }]) => users.size >= LEAST_USERS).sort(byName);
      return told.length < 2 ? [] : this.rowsOf(group, told);
    });
  }

  private rowsOf(group: string, values: [string, Counts][]): FairnessRow[] {
    const attention = sum(values.map(([, counts]) => counts.attention));
    const clicks = sum(values.map(([, counts]) => counts.clicks));
    const served = values.map(([, counts]) => (OF_ITEMS.has(group) ? attentionForClicks(counts, attention, clicks) : clickRate(counts)));
    const best = Math.max(0, ...served.filter((value) => value !== null));
    const [, bestCounts] = values[Math.max(0, served.indexOf(best))];
    return values.map(([value, counts], i) => ({
      group,
      value,
      users: counts.users.size,
      clickRate: clickRate(counts),
      exposureShare: counts.attention / attention,
      calibration: this.calibrationOf(counts),
      ratio: best === 0 ? 1 : (served[i] ?? best) / best,
      isBeyondChance: zOf(counts, bestCounts) > BEYOND_CHANCE,
    }));
  }

  private calibrationOf({ bins, clicks }: Counts): number {
    let expected = 0;
    bins.forEach((count, bin) => (expected += count === 0 ? 0 : (count * this.clicksByBin[bin]) / this.shownByBin[bin]));
    return expected === 0 ? 1 : clicks / expected;
  }

  private countsOf(group: string, value: string): Counts {
    let values = this.byGroup.get(group);
    if (!values) this.byGroup.set(group, (values = new Map<string, Counts>()));
    let counts = values.get(value);
    if (!counts)
      values.set(value, (counts = { users: new Set(), shown: 0, clicks: 0, attention: 0, bins: new Uint32Array(this.bins.shares.length) }));
    return counts;
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);
const clickRate = ({ clicks, shown }: Counts): number => clicks / shown;

/** Share of attention over share of clicks; null where nothing was clicked, so that nothing can be compared. */
const attentionForClicks = (counts: Counts, attention: number, clicks: number): number | null =>
  counts.clicks === 0 ? null : counts.attention / attention / (counts.clicks / clicks);

/** Distance of two rates in standard errors. */
function zOf(a: Counts, b: Counts): number {
  const pooled = (a.clicks + b.clicks) / (a.shown + b.shown);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.shown + 1 / b.shown));
  return error === 0 ? 0 : Math.abs(clickRate(a) - clickRate(b)) / error;
}
