import { ByteReader, ByteWriter, crc32, NUMBER_FORM } from '../tags/bytes.js';
import { DAY_MS } from '../time.js';

/** A user bought an item, or gave it back. Users and items are numbers, `at` is epoch ms. */
export interface Trade {
  userNo: number;
  itemNo: number;
  at: number;
  /** False for a refund. */
  bought: boolean;
}

/** What the purchases of one category say by themselves, before anything broader is weighed in. */
export interface CategoryCycle {
  /** Times that somebody had bought an item and could buy it again, whether he did or not. */
  spells: number;
  /** Those that ended, within the horizon, in his buying the same item again. */
  gaps: number;
  /** Share of purchases after which the same item is bought again within the horizon, 0..1. */
  share: number;
  /** Days after which a quarter of these have been, 1 or more; 0 where there is no gap. */
  days: number;
}

/** How long it takes until things are bought again, by category number. `builtAt` is epoch ms, 0 for nothing learned. */
export interface RepurchaseCycles {
  builtAt: number;
  byCategory: ReadonlyMap<number, CategoryCycle>;
}

export const noCycles = (): RepurchaseCycles => ({ builtAt: 0, byCategory: new Map() });

/** What is not bought again within so many days counts as not bought again. */
const HORIZON_DAYS = 180;
/** The hold ends when so large a part of those who buy again would have. */
const EARLY = 0.25;
/** Below so many gaps a category and all above it say nothing. */
export const MIN_GAPS = 10;
/** Below this share of purchases that are repeated, buying again is not usual at all. */
export const MIN_SHARE = 0.05;
/** Evidence in gaps, or spells, at which a category counts as much as what is broader. */
const PRIOR = 20;
/** Purchases closer to each other are one, as the lines of an order are. */
const SAME_ORDER_MS = DAY_MS;
const TRADES_A_SLICE = 2_000;

/** Durations in days: of spells that ended in a purchase, and of those that nobody has seen the end of. */
interface Spells {
  ended: number[];
  open: number[];
}

/**
 * Learn the cycle of every category from all purchases of some time. A spell runs from one purchase of an item to the same user's next one, or is still
 * open at `now`; open ones are weighed in as Kaplan and Meier do, so that a young shop, which has only seen quick returns, does not take all for quick.
 * It pauses after every few thousand steps.
 *
 * @param trades in any order; a refund takes back the purchase before it
 * @param categoriesOf numbers of all categories of an item
 * @param now epoch ms, not before the last trade
 */
export function* learnCycles(
  trades: readonly Trade[],
  categoriesOf: (itemNo: number) => readonly number[],
  now: number,
): Generator<void, RepurchaseCycles> {
  const byPair = new Map<string, Trade[]>();
  for (const [place, trade] of trades.entries()) {
    if (place % TRADES_A_SLICE === 0) yield;
    const pair = `${trade.userNo} ${trade.itemNo}`;
    const known = byPair.get(pair);
    if (known) known.push(trade);
    else byPair.set(pair, [trade]);
  }
  const spells = new Map<number, Spells>();
  let place = 0;
  for (const pair of byPair.values()) {
    if (place++ % TRADES_A_SLICE === 0) yield;
    noteSpells(spells, purchaseTimes(pair), categoriesOf(pair[0].itemNo), now);
  }
  const byCategory = new Map<number, CategoryCycle>();
  for (const [category, all] of spells) {
    yield;
    byCategory.set(category, cycleOfSpells(all));
  }
  return { builtAt: now, byCategory };
}

/** When one user bought one item and kept it, ascending. */
function purchaseTimes(trades: Trade[]): number[] {
  const times: number[] = [];
  for (const { at, bought } of trades.sort((a, b) => a.at - b.at || Number(b.bought) - Number(a.bought))) {
    if (!bought) times.pop();
    else if (times.length === 0 || at - times[times.length - 1] >= SAME_ORDER_MS) times.push(at);
  }
  return times;
}

function noteSpells(all: Map<number, Spells>, times: readonly number[], categories: readonly number[], now: number): void {
  if (times.length === 0) return;
  for (const category of new Set(categories)) {
    let spells = all.get(category);
    if (!spells) all.set(category, (spells = { ended: [], open: [] }));
    for (let i = 1; i < times.length; i++) spells.ended.push((times[i] - times[i - 1]) / DAY_MS);
    spells.open.push((now - times[times.length - 1]) / DAY_MS);
  }
}

/** Share that is bought again, and how soon a quarter of that, by the estimate of Kaplan and Meier up to the horizon. */
function cycleOfSpells({ ended, open }: Spells): CategoryCycle {
  const gaps = Float64Array.from(ended).sort();
  const waiting = Float64Array.from(open).sort();
  const risen = new Float64Array(gaps.length);
  let [left, over, count] = [1, 0, 0];
  for (; count < gaps.length && gaps[count] <= HORIZON_DAYS; count++) {
    while (over < waiting.length && waiting[over] < gaps[count]) over++;
    left *= 1 - 1 / (gaps.length - count + waiting.length - over);
    risen[count] = 1 - left;
  }
  const share = 1 - left;
  const early = risen.subarray(0, count).findIndex((value) => value >= EARLY * share);
  return { spells: gaps.length + waiting.length, gaps: count, share, days: early < 0 ? 0 : gaps[early] };
}

/**
 * Days after which buying an item again is usual, by what was learned of its categories: the broadest says something once it has `MIN_GAPS` gaps, and each
 * narrower one shifts that as far as its own evidence goes (days on a logarithmic scale, since a week against two is as much as a month against two).
 *
 * @param categories from broad to narrow
 * @returns 1 or more; null where it is not usual at all, or too little is known
 */
export function cycleDays({ byCategory }: RepurchaseCycles, categories: readonly number[]): number | null {
  let share = 0;
  let days: number | null = null;
  for (const category of categories) {
    const cycle = byCategory.get(category);
    if (!cycle) continue;
    share = (cycle.spells * cycle.share + PRIOR * share) / (cycle.spells + PRIOR);
    if (days === null) days = cycle.gaps >= MIN_GAPS ? cycle.days : null;
    else if (cycle.gaps > 0) days *= (cycle.days / days) ** (cycle.gaps / (cycle.gaps + PRIOR));
  }
  return share < MIN_SHARE ? null : days;
}

/** Gaps of a user's own that count as much as what all users do. */
const OWN_PRIOR = 2;
/** When a quarter of those whose gaps have a mean of 1 have come back, if they come by chance at an even rate. */
const EARLY_OF_MEAN = -Math.log(1 - EARLY);

/**
 * Days after which one user may be shown again what he bought: the cycle of its categories, drawn towards his own by the gaps between his purchases of it.
 * Where his own is all that is known, it decides.
 *
 * @param categoryDays days by `cycleDays`, null for none
 * @param boughtOn     days on which he bought it, ascending; two or more tell of a cycle
 * @returns            above 0; null where buying it again is not usual, neither in general nor for him
 */
export function ownCycleDays(categoryDays: number | null, boughtOn: readonly number[]): number | null {
  const gaps = boughtOn.length - 1;
  if (gaps < 1) return categoryDays;
  const own = ((boughtOn[gaps] - boughtOn[0]) / gaps) * EARLY_OF_MEAN;
  return categoryDays === null ? own : categoryDays * (own / categoryDays) ** (gaps / (gaps + OWN_PRIOR));
}

const VERSION = 1;
const HEAD_BYTES = 5;

/** A version byte, a checksum of the rest, and the table. */
export function packCycles({ builtAt, byCategory }: RepurchaseCycles): Uint8Array {
  const body = new ByteWriter();
  body.varint(builtAt);
  body.varint(byCategory.size);
  for (const [category, { spells, gaps, share, days }] of byCategory) {
    for (const whole of [category, spells, gaps]) body.varint(whole);
    for (const number of [share, days]) body.number(number, NUMBER_FORM.double);
  }
  const packed = body.done();
  const head = new ByteWriter();
  head.byte(VERSION);
  head.uint32(crc32(packed));
  const bytes = new Uint8Array(HEAD_BYTES + packed.length);
  bytes.set(head.done());
  bytes.set(packed, HEAD_BYTES);
  return bytes;
}

/** @throws RangeError for bytes of another version, changed ones, or too few */
export function unpackCycles(bytes: Uint8Array): RepurchaseCycles {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`repurchase cycles of version ${version}, not ${VERSION}`);
  if (reader.uint32() !== crc32(bytes, HEAD_BYTES)) throw new RangeError('the checksum of the repurchase cycles is wrong');
  const builtAt = reader.varint();
  const byCategory = new Map<number, CategoryCycle>();
  for (let n = reader.varint(); n > 0; n--) {
    const [category, spells, gaps] = [reader.varint(), reader.varint(), reader.varint()];
    const [share, days] = [reader.number(NUMBER_FORM.double), reader.number(NUMBER_FORM.double)];
    byCategory.set(category, { spells, gaps, share, days });
  }
  return { builtAt, byCategory };
}
