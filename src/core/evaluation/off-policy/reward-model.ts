import { type LoggedRounds } from './logged-rounds.js';

/** Parts of the log: a round is judged by what the others taught. */
const FOLDS = 3;

/** Expected reward of a cell, as far as rounds that this one may learn from tell. */
export type RewardModel = (round: number, cell: number) => number;

/** Sums and counts by fold and cell. */
function tally({ rewards, users }: LoggedRounds, cells: Int32Array, cellCount: number) {
  const sums = Array.from({ length: FOLDS }, () => new Float64Array(cellCount));
  const counts = Array.from({ length: FOLDS }, () => new Float64Array(cellCount));
  const total = { sums: new Float64Array(FOLDS), counts: new Float64Array(FOLDS) };
  rewards.forEach((reward, i) => {
    const fold = foldOf(users[i]);
    sums[fold][cells[i]] += reward;
    counts[fold][cells[i]]++;
    total.sums[fold] += reward;
    total.counts[fold]++;
  });
  return { sums, counts, total };
}

const foldOf = (user: number): number => Math.abs(user) % FOLDS;

/** Over the folds other than one. */
const others = (values: ArrayLike<number>, fold: number): number => {
  let sum = 0;
  for (let f = 0; f < FOLDS; f++) if (f !== fold) sum += values[f];
  return sum;
};

/**
 * Mean reward of every cell, say of an item at a position, drawn towards the mean of the log and learned from other users' rounds only (three folds): a round
 * does not vouch for itself.
 *
 * @param cells     [n] the cell of the item shown, 0..cellCount-1
 * @param strength  as many rounds of mean reward are added to every cell
 * @returns reward by round and cell, also of cells that the round did not show
 * @see Chernozhukov and others 2018, doi:10.1111/ectj.12097, on learning from other folds
 */
export function crossFittedMeans(rounds: LoggedRounds, cells: Int32Array, cellCount: number, strength = 100): RewardModel {
  const { sums, counts, total } = tally(rounds, cells, cellCount);
  const means = Float64Array.from({ length: FOLDS }, (_, fold) => others(total.sums, fold) / Math.max(1, others(total.counts, fold)));
  return (round, cell) => {
    const fold = foldOf(rounds.users[round]);
    let [sum, count] = [strength * means[fold], strength];
    for (let f = 0; f < FOLDS; f++)
      if (f !== fold) {
        sum += sums[f][cell];
        count += counts[f][cell];
      }
    return count === 0 ? 0 : sum / count;
  };
}
