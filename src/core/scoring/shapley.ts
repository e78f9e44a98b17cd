/** More players than this would make a million coalitions. */
const MAX_PLAYERS = 20;

/**
 * Shapley values of a game, exactly: what each player adds, on average over all orders in which they may come. They add up to the value of all players less
 * that of none. Time O(players * 2^players).
 *
 * @param worth [2^players] value of every coalition: player `i` is in it where bit `i` of its place is set
 * @returns     [players]
 * @throws RangeError when the number of coalitions is no power of 2, or is above 2^20
 * @see Shapley 1953, doi:10.1515/9781400881970-018
 */
export function shapley(worth: ArrayLike<number>): Float64Array {
  const players = Math.log2(worth.length);
  if (!Number.isInteger(players) || players > MAX_PLAYERS)
    throw new RangeError(`${worth.length} coalitions are those of no set of players`);
  const values = new Float64Array(players);
  if (players === 0) return values;
  // Share of the orders in which just so many given players come before a given one: s! (n - s - 1)! / n!
  const shares = new Float64Array(players);
  shares[0] = 1 / players;
  for (let size = 1; size < players; size++) shares[size] = (shares[size - 1] * size) / (players - size);
  for (let coalition = 0; coalition < worth.length; coalition++) {
    const share = shares[bitCount(coalition)];
    for (let player = 0; player < players; player++)
      if ((coalition & (1 << player)) === 0) values[player] += share * (worth[coalition | (1 << player)] - worth[coalition]);
  }
  return values;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
