/**
 * Creators who were shown less than half as often as the median creator.
 *
 * @param exposures by creator, each above 0
 */
export function smallCreators(exposures: ReadonlyMap<string, number>): Set<string> {
  const sorted = [...exposures.values()].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return new Set([...exposures].filter(([, count]) => count < median / 2).map(([creator]) => creator));
}
