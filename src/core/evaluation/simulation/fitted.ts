/** What one half of the users tells of how people behave, for the other half to be run by. Shares are 0..1. */
export interface Fitted {
  /** [kinds] shares of all that was touched */
  common: Float64Array;
  /** How far single tastes keep to the common one: the concentration of a Dirichlet distribution around it, above 0. */
  concentration: number;
  /** How much likelier than by taste alone the next thing is of the kind of the last one. */
  momentum: number;
  /** Share of the later half of what people touch that is of kinds which the earlier half has nothing of. */
  awakening: number;
}

interface Shares {
  counts: Float64Array;
  total: number;
}

function sharesOf(kinds: readonly number[], kindCount: number): Shares {
  const counts = new Float64Array(kindCount);
  for (const kind of kinds) counts[kind]++;
  return { counts, total: kinds.length };
}

/** Unbiased chance that two of somebody's things are of one kind; he needs two. */
const collision = ({ counts, total }: Shares): number =>
  counts.reduce((sum, count) => sum + count * (count - 1), 0) / (total * (total - 1));

/** Less says nothing of how varied somebody is. */
const LEAST_ACTS = 5;
const [LEAST, MOST] = [0.2, 200];

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * Fit by moments: concentration by the chance that two things of one person are of one kind, which is `(a * s + 1) / (a + 1)` under a Dirichlet distribution,
 * where `s` is that chance for the common taste; momentum by how much more often neighbours in time are of one kind.
 *
 * @param kindsByUser what each user touched, in order, by kind
 */
export function fitTaste(kindsByUser: readonly (readonly number[])[], kindCount: number): Fitted {
  const users = kindsByUser.filter((kinds) => kinds.length >= LEAST_ACTS);
  const all = sharesOf(kindsByUser.flat(), kindCount);
  const common = all.counts.map((count) => (count + 1) / (all.total + kindCount));
  const ofCommon = common.reduce((sum, share) => sum + share * share, 0);
  const own = users.map((kinds) => collision(sharesOf(kinds, kindCount)));
  const together = meanOf(own);
  const concentration = (1 - together) / Math.max(1e-9, together - ofCommon);
  const runs = users.map((kinds, i) => {
    const same = kinds.slice(1).filter((kind, at) => kind === kinds[at]).length / (kinds.length - 1);
    return (same - own[i]) / Math.max(0.05, 1 - own[i]);
  });
  const awakened = users.map((kinds) => {
    const half = kinds.length >> 1;
    const before = new Set(kinds.slice(0, half));
    return kinds.slice(half).filter((kind) => !before.has(kind)).length / (kinds.length - half);
  });
  return {
    common,
    concentration: Math.min(MOST, Math.max(LEAST, concentration)),
    momentum: Math.max(0, meanOf(runs)),
    awakening: meanOf(awakened),
  };
}
