import { type EventType, type LedgerEvent } from '../event.js';
import { hash32 } from '../../random.js';

/** Successive acts at different instants of which the shortest span is kept. */
export const PACE_ACTS = 20;
/** How many of an actor's most frequent targets are counted. */
const TARGETS = 16;
/** Claims of exposures that are remembered, to see one used again. */
const CLAIMS = 32;
/** Accounts of one device that are counted. */
const ACCOUNTS = 16;

/** What one actor, or one device, did, as far as it takes to tell a person from a machine. About 700 bytes, whatever was done. */
export interface ActorSketch {
  /** Acts of his own will: what only tells what was drawn or seen is none. */
  acts: number;
  /** Latest instant of an act, epoch ms; NaN for none yet. */
  lastAt: number;
  /** Number, mean and sum of squared deviations of ln(seconds) between acts at different instants (Welford). */
  gaps: number;
  gapMean: number;
  gapSquares: number;
  /** Instants of the latest acts, in a ring, and how many were written to it. */
  instants: Float64Array;
  instantCount: number;
  /** Shortest span of `PACE_ACTS` successive acts at different instants, ms. */
  shortestSpan: number;
  /** Acts on an item, and on the most frequent ones how many (Misra and Gries: never too many, at most a sixteenth too few). */
  onItems: number;
  targets: Map<number, number>;
  /** Clicks and views, those of them that are no outcome of an exposure, and those in a row without any other act, now and at most. */
  looks: number;
  bareLooks: number;
  run: number;
  longestRun: number;
  /** Acts that claim an exposure of somebody or something else, and clicks on an exposure that was clicked before. */
  orphans: number;
  replays: number;
  claims: Uint32Array;
  claimCount: number;
  /** Accounts seen, for a device; at most 16. */
  accounts: Set<string>;
}

export const emptySketch = (): ActorSketch => ({
  acts: 0,
  lastAt: Number.NaN,
  gaps: 0,
  gapMean: 0,
  gapSquares: 0,
  instants: new Float64Array(PACE_ACTS),
  instantCount: 0,
  shortestSpan: Infinity,
  onItems: 0,
  targets: new Map(),
  looks: 0,
  bareLooks: 0,
  run: 0,
  longestRun: 0,
  orphans: 0,
  replays: 0,
  claims: new Uint32Array(CLAIMS),
  claimCount: 0,
  accounts: new Set(),
});

/** What a page or a shop reports by itself. */
const NO_ACTS: ReadonlySet<EventType> = new Set<EventType>(['RENDERED', 'IMPRESSION', 'DWELL', 'SKIP', 'PLAY_END', 'COST']);
const LOOKS: ReadonlySet<EventType> = new Set<EventType>(['CLICK', 'VIEW']);

/** Take one event of an actor into his sketch, in place. Events that come late, as of an earlier instant, tell nothing of his pace. */
export function foldAct(sketch: ActorSketch, event: LedgerEvent): void {
  if (NO_ACTS.has(event.type)) return;
  sketch.acts++;
  foldPace(sketch, event.occurredAt);
  if (event.itemNo >= 0) foldTarget(sketch, event.itemNo);
  foldLook(sketch, event);
  if (event.attribution === 'ORPHAN') sketch.orphans++;
  if (event.type === 'CLICK' && event.attribution === 'ATTRIBUTED' && event.exposureId !== undefined) foldClaim(sketch, event.exposureId);
}

/** Note an account that a device was used with. */
export function foldAccount(sketch: ActorSketch, userId: string): void {
  if (sketch.accounts.size < ACCOUNTS) sketch.accounts.add(userId);
}

/** Acts of one instant are one step: baskets are bought in one go, and shops send in batches. */
function foldPace(sketch: ActorSketch, at: number): void {
  if (at <= sketch.lastAt) return;
  if (!Number.isNaN(sketch.lastAt)) {
    const gap = Math.log((at - sketch.lastAt) / 1000);
    const before = gap - sketch.gapMean;
    sketch.gaps++;
    sketch.gapMean += before / sketch.gaps;
    sketch.gapSquares += before * (gap - sketch.gapMean);
  }
  sketch.lastAt = at;
  const place = sketch.instantCount++ % PACE_ACTS;
  sketch.instants[place] = at;
  const oldest = sketch.instants[(place + 1) % PACE_ACTS];
  if (sketch.instantCount >= PACE_ACTS) sketch.shortestSpan = Math.min(sketch.shortestSpan, at - oldest);
}

function foldTarget({ targets }: ActorSketch, itemNo: number): void {
  const count = targets.get(itemNo);
  if (count !== undefined) targets.set(itemNo, count + 1);
  else if (targets.size < TARGETS) targets.set(itemNo, 1);
  else
    for (const [no, kept] of targets) {
      if (kept === 1) targets.delete(no);
      else targets.set(no, kept - 1);
    }
}

function foldLook(sketch: ActorSketch, { type, attribution, itemNo }: LedgerEvent): void {
  if (itemNo >= 0) sketch.onItems++;
  if (!LOOKS.has(type)) {
    sketch.run = 0;
    return;
  }
  sketch.looks++;
  sketch.longestRun = Math.max(sketch.longestRun, ++sketch.run);
  if (attribution !== 'ATTRIBUTED') sketch.bareLooks++;
}

function foldClaim(sketch: ActorSketch, exposureId: string): void {
  const hash = hash32(exposureId);
  if (sketch.claims.subarray(0, Math.min(sketch.claimCount, CLAIMS)).includes(hash)) sketch.replays++;
  else sketch.claims[sketch.claimCount++ % CLAIMS] = hash;
}

/** Standard deviation of ln(seconds) between acts at different instants; Infinity below two gaps. */
export const gapSpread = ({ gaps, gapSquares }: ActorSketch): number => (gaps < 2 ? Infinity : Math.sqrt(gapSquares / (gaps - 1)));

/** The targets acted on most often, most first; a tie goes to the lower number. */
export const favourites = ({ targets }: ActorSketch, count: number): [itemNo: number, acts: number][] =>
  [...targets].sort(([a, n], [b, m]) => m - n || a - b).slice(0, count);
