import { type LedgerEvent } from '../event.js';
import { Fans } from './fans.js';
import { CLEAN, type Judgement, judgementOf, LEAST_ACTS, type Suspicion, suspicionsOf, UNJUDGED, weightOf } from './judge.js';
import { type ActorSketch, emptySketch, foldAccount, foldAct } from './sketch.js';

const MAX_SKETCHES = 20_000;
const MAX_JUDGEMENTS = 100_000;
/** A ring is looked for among actors of so many acts. */
const LEAST_IN_RING = 8;
/** In a shop where less has happened everybody has favourites that hardly anybody else looked at. */
const LEAST_FOR_RINGS = 1_000;
const RING_STRENGTH = 0.8;
/** What carries more than this share of all acts is no device but a constant. */
const DEVICE_SHARE_MAX = 0.2;
const ENOUGH_ACTS = 500;
const DEVICE_PREFIX = '\u0000device ';

/** What an actor counts for: by his own judgement, or where there is none by that of the streams he belongs to. */
export const weightFrom = (judgement: Judgement, streams: readonly Suspicion[]): number =>
  judgement === UNJUDGED || (judgement.reasons.length === 0 && judgement.score === UNJUDGED.score)
    ? weightOf(judgementOf(streams))
    : weightOf(judgement);

/** Judgements that are kept over a restart: those of actors who are not clean. */
export type JudgesState = [userId: string, judgement: Judgement, streams: Suspicion[]][];

/** What an actor's acts counted for before an event, and count for now. */
export interface WeightChange {
  before: number;
  after: number;
}
type Changes = Map<string, WeightChange>;

/** Read side: what is thought of actors. */
export interface Authenticity {
  judgementOf(userId: string): Judgement;
  /** What the user's acts count for in anything that is derived from all users: 0, one half or 1. */
  weightOf(userId: string): number;
}

/** Everybody is a person. */
export const everybodyCounts: Authenticity = { judgementOf: () => UNJUDGED, weightOf: () => 1 };

/**
 * Judges actors while their events come in. Sketches of the 20,000 actors and devices seen last are held, and the judgements of at most 100,000 who are
 * not clean: about 20 MiB. Whoever is clean is told from an unjudged one as long as his sketch is held, and counts as much as one. Some microseconds an event.
 */
export class Judges implements Authenticity {
  private readonly sketches = new Map<string, ActorSketch>();
  private readonly judgements = new Map<string, Judgement>();
  /** What speaks against an actor because of the ring or the device he belongs to. */
  private readonly streams = new Map<string, Suspicion[]>();
  private readonly fans = new Fans();
  private looks = 0;
  private bareLooks = 0;
  private acts = 0;

  /** @param maxSketches how many actors and devices are followed at a time */
  constructor(private readonly maxSketches = MAX_SKETCHES) {}

  judgementOf(userId: string): Judgement {
    return this.judgements.get(userId) ?? (this.hasJudged(userId) && !this.streams.has(userId) ? CLEAN : UNJUDGED);
  }
  weightOf(userId: string): number {
    return this.weigh(userId);
  }

  /**
   * Take in an acknowledged event.
   *
   * @returns whose weight is another than before
   */
  observe(event: LedgerEvent): ReadonlyMap<string, WeightChange> {
    const changed: Changes = new Map();
    const sketch = this.sketchOf(event.userId);
    const before = sketch.acts;
    const wereBare = sketch.bareLooks;
    const wereLooks = sketch.looks;
    foldAct(sketch, event);
    if (sketch.acts === before) return changed;
    this.acts++;
    this.looks += sketch.looks - wereLooks;
    this.bareLooks += sketch.bareLooks - wereBare;
    if (event.itemNo >= 0) this.fans.count(event.itemNo);
    if (event.deviceHash !== undefined) this.observeDevice(event, event.deviceHash, changed);
    this.observeRing(event.userId, sketch, changed);
    this.judge(event.userId, sketch, changed);
    return changed;
  }

  /** Forget somebody who was erased. */
  forget(userId: string): void {
    this.sketches.delete(userId);
    this.judgements.delete(userId);
    this.streams.delete(userId);
    this.fans.forget(userId);
  }

  /** Those who are not clean, for a restart. */
  snapshot(): JudgesState {
    const known = new Set([...this.judgements.keys(), ...this.streams.keys()]);
    return [...known]
      .filter((userId) => this.weigh(userId) < 1)
      .map((userId) => [userId, this.judgementOf(userId), this.streams.get(userId) ?? []]);
  }
  /** Take over judgements, in place of those that no sketch here stands for. */
  restore(state: JudgesState): void {
    for (const userId of [...this.judgements.keys(), ...this.streams.keys()]) {
      if (this.hasJudged(userId)) continue;
      this.judgements.delete(userId);
      this.streams.delete(userId);
    }
    for (const [userId, judgement, streams] of state) {
      if (this.hasJudged(userId)) continue;
      if (judgement.reasons.length > 0) this.judgements.set(userId, judgement);
      if (streams.length > 0) this.streams.set(userId, streams);
    }
  }

  private hasJudged(userId: string): boolean {
    return (this.sketches.get(userId)?.acts ?? 0) >= LEAST_ACTS;
  }

  private weigh(userId: string): number {
    return weightFrom(this.judgementOf(userId), this.streams.get(userId) ?? []);
  }

  private sketchOf(actor: string): ActorSketch {
    let sketch = this.sketches.get(actor);
    if (sketch) this.sketches.delete(actor);
    else sketch = emptySketch();
    this.sketches.set(actor, sketch);
    if (this.sketches.size > this.maxSketches) {
      const [oldest] = this.sketches.keys();
      this.sketches.delete(oldest);
      this.fans.forget(oldest);
    }
    return sketch;
  }

  /** What the devices and rings of an actor say counts for those of few acts too: it is the stream that is judged, and that has enough of them. */
  private accuse(userId: string, suspicion: Suspicion | null, code: Suspicion['code'], changed: Changes): void {
    const before = this.weigh(userId);
    const others = (this.streams.get(userId) ?? []).filter((other) => other.code !== code);
    const now = suspicion ? [...others, suspicion] : others;
    if (now.length > 0) bounded(this.streams, userId, now);
    else this.streams.delete(userId);
    const sketch = this.sketches.get(userId);
    if (sketch && sketch.acts >= LEAST_ACTS) this.judge(userId, sketch, changed, before);
    else note(changed, userId, before, this.weigh(userId));
  }

  private observeDevice(event: LedgerEvent, deviceHash: string, changed: Changes): void {
    const actor = DEVICE_PREFIX + deviceHash;
    const device = this.sketchOf(actor);
    foldAct(device, event);
    foldAccount(device, event.userId);
    if (device.acts < LEAST_ACTS || (this.acts > ENOUGH_ACTS && device.acts > DEVICE_SHARE_MAX * this.acts)) return;
    const { score } = judgementOf(suspicionsOf(device, this.usualBare()));
    const suspicion: Suspicion | null = score < 0.7 ? { code: 'DEVICE', strength: 1 - score } : null;
    for (const userId of device.accounts) {
      const known = this.streams.get(userId)?.find(({ code }) => code === 'DEVICE')?.strength ?? 0;
      if (known !== (suspicion?.strength ?? 0)) this.accuse(userId, suspicion, 'DEVICE', changed);
    }
  }

  private observeRing(userId: string, sketch: ActorSketch, changed: Changes): void {
    if (sketch.acts < LEAST_IN_RING) return;
    this.fans.update(userId, sketch);
    const ring = this.acts < LEAST_FOR_RINGS ? [] : this.fans.ringOf(userId);
    const isAccused = (member: string): boolean => this.streams.get(member)?.some(({ code }) => code === 'RING') ?? false;
    for (const member of ring) if (!isAccused(member)) this.accuse(member, { code: 'RING', strength: RING_STRENGTH }, 'RING', changed);
    if (ring.length === 0 && isAccused(userId)) this.accuse(userId, null, 'RING', changed);
  }

  private judge(userId: string, sketch: ActorSketch, changed: Changes, before = this.weigh(userId)): void {
    if (sketch.acts < LEAST_ACTS) return;
    const judgement = judgementOf([...suspicionsOf(sketch, this.usualBare()), ...(this.streams.get(userId) ?? [])]);
    if (judgement.reasons.length > 0) bounded(this.judgements, userId, judgement);
    else this.judgements.delete(userId);
    note(changed, userId, before, this.weigh(userId));
  }

  private usualBare(): number {
    return this.looks === 0 ? 1 : this.bareLooks / this.looks;
  }
}

/** Several changes by one event are one. */
function note(changed: Changes, userId: string, before: number, after: number): void {
  const first = changed.get(userId)?.before ?? before;
  if (first === after) changed.delete(userId);
  else changed.set(userId, { before: first, after });
}

/** Set a key as the newest, dropping the oldest beyond the bound. */
function bounded<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_JUDGEMENTS) map.delete(map.keys().next().value!);
}
