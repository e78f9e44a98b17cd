import { type Random } from '../../random.js';
import { type Citizen, type World } from './world.js';

/** How strongly people are moved, what no record of acts alone can tell; 0 switches off. */
export interface Strengths {
  /** How far one click draws the taste to its kind, 0..1. */
  drift: number;
  /** How much a kind is liked that somebody does not know yet that he likes, against his usual kinds. */
  latent: number;
  /** How much seeing much of a kind takes off its appeal, in logits for every page full of it. */
  satiation: number;
}

/** What somebody does with a card. */
export interface Reaction {
  /** From 0. */
  place: number;
  bought: boolean;
}

/** Logits: of an item of usual appeal and kind, and what taste, closeness and appeal add. */
const BASE = -3.4;
const WEIGHTS = { taste: 0.5, closeness: 2.2, appeal: 0.3 } as const;
/** Shown again, something has less appeal, and what was clicked has hardly any left. */
const AGAIN = 0.35;
const CLICKED = 4;
/** What was seen fades from mind by so much a day. */
const DAILY = 0.8;
/** A latent kind is known to be liked after so many clicks. */
const CLICKS_TO_KNOW = 2;
/** Share of the taste that a latent kind has at strength 1. */
const LATENT_SHARE = 0.2;
const BUYING = { least: 0.04, closeness: 0.16 } as const;
/** Chances to come back: whatever happened, and with a good time; a good time is so many clicks a visit. */
const RETURN = { least: 0.3, good: 0.6, clicks: 1.2, memory: 0.8 } as const;
const SEARCHES = 0.25;

/** Share of people who look at a place, from 0, when everybody looks at the first: near that of the clicks by position of a large open log. */
export const examination = (place: number): number => 1 / Math.log2(place + 2);

const chance = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** One person: what he likes, what he had enough of, what he found, and how he feels about coming back. */
export class Mind {
  readonly discovered = new Set<number>();
  private readonly taste: Float64Array;
  private readonly sated: Float64Array;
  private readonly shown = new Map<number, number>();
  private readonly clicked = new Set<number>();
  private readonly clicksOnLatent = new Map<number, number>();
  private pleasure: number = RETURN.clicks;

  constructor(
    private readonly world: World,
    private readonly citizen: Citizen,
    private readonly strengths: Strengths,
  ) {
    this.taste = citizen.taste.slice();
    this.sated = new Float64Array(world.kinds.length);
    for (const no of citizen.known) this.clicked.add(no);
  }

  /** A night passes. */
  sleep(): void {
    for (let kind = 0; kind < this.sated.length; kind++) this.sated[kind] *= DAILY;
    for (const [no, times] of this.shown) this.shown.set(no, times * DAILY);
  }

  /** 0..1 */
  get returning(): number {
    return RETURN.least + RETURN.good * (1 - Math.exp(-this.pleasure / RETURN.clicks));
  }

  /** What he clicks and buys of a page, and what it does to him. */
  look(page: readonly number[], random: Random): Reaction[] {
    const reactions: Reaction[] = [];
    page.forEach((no, place) => {
      const [looks, wants, buys] = [random(), random(), random()];
      if (looks >= examination(place)) return;
      const isClicked = wants < this.appeal(no);
      this.sated[this.world.items[no].kind] += 1 / page.length;
      this.shown.set(no, (this.shown.get(no) ?? 0) + 1);
      if (!isClicked) return;
      this.learn(no);
      reactions.push({ place, bought: buys < BUYING.least + BUYING.closeness * this.citizen.closeness[no] });
    });
    this.pleasure = RETURN.memory * this.pleasure + (1 - RETURN.memory) * reactions.length;
    return reactions;
  }

  /** Something that he looks for himself, by what he knows that he likes; null for nothing. */
  search(offered: (no: number) => boolean, random: Random): number | null {
    const [searches, which, draw] = [random(), random(), random()];
    if (searches >= SEARCHES) return null;
    let kind = 0;
    for (let left = which - this.taste[0]; left > 0 && kind + 1 < this.taste.length; left -= this.taste[kind]) kind++;
    const { items } = this.world;
    const best = [...items.keys()]
      .filter((no) => items[no].kind === kind && offered(no) && !this.clicked.has(no))
      .sort((a, b) => this.citizen.closeness[b] - this.citizen.closeness[a] || items[b].appeal - items[a].appeal)
      .slice(0, 10);
    if (best.length === 0) return null;
    const no = best[Math.floor(draw * best.length)];
    this.learn(no);
    return no;
  }

  /** The chance that he clicks an item that he looks at, 0..1. */
  appeal(no: number): number {
    const { kind, appeal } = this.world.items[no];
    const { satiation } = this.strengths;
    const share = Math.max(this.taste[kind], this.latentShare(kind));
    let logit = BASE + WEIGHTS.taste * Math.log(share * this.taste.length) + WEIGHTS.closeness * this.citizen.closeness[no];
    logit += WEIGHTS.appeal * appeal - satiation * this.sated[kind] - AGAIN * (this.shown.get(no) ?? 0);
    return chance(this.clicked.has(no) ? logit - CLICKED : logit);
  }

  private latentShare(kind: number): number {
    return this.citizen.latent.includes(kind) ? LATENT_SHARE * this.strengths.latent : 0;
  }

  private learn(no: number): void {
    const { kind } = this.world.items[no];
    const { drift } = this.strengths;
    this.clicked.add(no);
    for (let k = 0; k < this.taste.length; k++) this.taste[k] *= 1 - drift;
    this.taste[kind] += drift;
    if (!this.citizen.latent.includes(kind) || this.discovered.has(kind)) return;
    const clicks = (this.clicksOnLatent.get(kind) ?? 0) + 1;
    this.clicksOnLatent.set(kind, clicks);
    if (clicks >= CLICKS_TO_KNOW) this.discover(kind);
  }

  /** From now on he knows that he likes it. */
  private discover(kind: number): void {
    this.discovered.add(kind);
    const share = this.latentShare(kind);
    if (share <= this.taste[kind]) return;
    const others = (1 - share) / (1 - this.taste[kind]);
    for (let k = 0; k < this.taste.length; k++) this.taste[k] = k === kind ? share : this.taste[k] * others;
  }
}
