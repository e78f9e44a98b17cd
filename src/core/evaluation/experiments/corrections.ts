/** Indices of p-values, smallest first; a tie goes to the lower index. */
const ascending = (pValues: readonly number[]): number[] => pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b] || a - b);

/**
 * Holm's correction: the chance of any false alarm among all tests stays below the level.
 *
 * @param pValues [n] 0 to 1
 * @returns [n] corrected p-values in the same order, 0 to 1
 * @see Holm 1979, Scandinavian Journal of Statistics 6
 */
export function holm(pValues: readonly number[]): number[] {
  const corrected = new Array<number>(pValues.length);
  let greatest = 0;
  ascending(pValues).forEach((i, rank) => {
    greatest = Math.max(greatest, Math.min(1, pValues[i] * (pValues.length - rank)));
    corrected[i] = greatest;
  });
  return corrected;
}

/**
 * Correction of Benjamini and Hochberg: of the alarms, the expected share of false ones stays below the level.
 *
 * @param pValues [n] 0 to 1
 * @returns [n] corrected p-values in the same order, 0 to 1
 * @see Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const corrected = new Array<number>(pValues.length);
  let least = 1;
  ascending(pValues)
    .reverse()
    .forEach((i, fromLast) => {
      least = Math.min(least, (pValues[i] * pValues.length) / (pValues.length - fromLast));
      corrected[i] = least;
    });
  return corrected;
}
