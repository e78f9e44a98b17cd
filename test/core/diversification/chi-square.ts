/**
 * Probability of counts as far from what was told, or farther, if what was told is true: chi-square by the cube root of Wilson and Hilferty, good to a few
 * percent of itself. Cells that should hold fewer than five are put together.
 */
export function chiSquareP(cells: readonly { told: number; seen: number }[], draws: number): number {
  const enough = cells.filter(({ told }) => told * draws >= 5);
  const few = cells.filter(({ told }) => told * draws < 5);
  const all = few.length === 0 ? enough : [...enough, { told: sum(few, 'told'), seen: sum(few, 'seen') }];
  const freedom = all.length - 1;
  if (freedom === 0) return 1;
  const chi = all.reduce((total, { told, seen }) => total + (seen - told * draws) ** 2 / (told * draws), 0);
  const spread = 2 / (9 * freedom);
  return upperTail((Math.cbrt(chi / freedom) - (1 - spread)) / Math.sqrt(spread));
}

const sum = (cells: readonly { told: number; seen: number }[], key: 'told' | 'seen'): number =>
  cells.reduce((total, cell) => total + cell[key], 0);

/** Share of the normal distribution above a value; Abramowitz and Stegun 26.2.17, error below 1e-7. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
