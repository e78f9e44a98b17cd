import { type LoggedRounds, type RewardEstimates } from '../off-policy/logged-rounds.js';
import { crossFittedMeans } from '../off-policy/reward-model.js';

/** One item shown, with what another policy could have put in its place. */
export interface ReplayRound {
  /** A number of the user's own, 0 or more. */
  user: number;
  itemNo: number;
  /** From 1. */
  position: number;
  /** Chance with which it was shown there, above 0. */
  logged: number;
  /** Items that the other policy may put there, with their chances; they add up to 1, or to less where its page is shorter. */
  target: ReadonlyMap<number, number>;
  reward: number;
}

/** Positions that are looked at alike: those of one band. */
const BAND_ENDS = [1, 2, 4, 8, 16, Infinity];
const bandOf = (position: number): number => BAND_ENDS.findIndex((end) => position <= end);

/** Rounds as the estimators read them, collected one by one. */
export class ReplayLog {
  private readonly users: number[] = [];
  private readonly rewards: number[] = [];
  private readonly logged: number[] = [];
  private readonly target: number[] = [];
  private readonly cells: number[] = [];
  /** Of all rounds one after the other: cells that the other policy may choose, with chances. */
  private readonly choices: number[] = [];
  private readonly chances: number[] = [];
  private readonly ends: number[] = [];
  private readonly numberByCell = new Map<number, number>();

  get size(): number {
    return this.users.length;
  }

  add({ user, itemNo, position, logged, target, reward }: ReplayRound): void {
    const band = bandOf(position);
    this.users.push(user);
    this.rewards.push(reward);
    this.logged.push(logged);
    this.target.push(Math.min(1, target.get(itemNo) ?? 0));
    this.cells.push(this.cellOf(itemNo, band));
    for (const [choice, chance] of target) {
      this.choices.push(this.cellOf(choice, band));
      this.chances.push(chance);
    }
    this.ends.push(this.choices.length);
  }

  rounds(): LoggedRounds {
    return {
      rewards: Float64Array.from(this.rewards),
      logged: Float64Array.from(this.logged),
      target: Float64Array.from(this.target),
      users: Int32Array.from(this.users),
    };
  }

  /** Expected rewards by item and band of positions, learned from other users. */
  estimates(rounds: LoggedRounds): RewardEstimates {
    const model = crossFittedMeans(rounds, Int32Array.from(this.cells), this.numberByCell.size);
    const target = new Float64Array(this.size);
    for (let i = 0, at = 0; i < this.size; i++) for (; at < this.ends[i]; at++) target[i] += this.chances[at] * model(i, this.choices[at]);
    return { shown: Float64Array.from(this.cells, (cell, i) => model(i, cell)), target };
  }

  private cellOf(itemNo: number, band: number): number {
    const key = itemNo * BAND_ENDS.length + band;
    let cell = this.numberByCell.get(key);
    if (cell === undefined) this.numberByCell.set(key, (cell = this.numberByCell.size));
    return cell;
  }
}
