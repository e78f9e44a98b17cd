import { type Random } from '../../random.js';
import { type BoundedCells, type Cell, UNITS } from './bounded-cells.js';
import { type Mechanism, type Noise, noiseOf, type PrivacyCost } from './mechanism.js';

/** A cell is published from so many users on, as far as the noise tells. */
export const LEAST_USERS = 20;

/** A group as it is published: nothing in it is exact. */
export interface PrivateCell {
  group: string;
  users: number;
  /** Null where only users were asked for. */
  sum: number | null;
  mean: number | null;
}

export interface PrivateAnswer {
  /** By group. A group whose noisy number of users is below the threshold is not there. */
  cells: PrivateCell[];
  /** Noisy users from which a group is published. */
  threshold: number;
  /** Standard deviation of the noise on users, and on sums; null where there are none. */
  usersDeviation: number;
  sumDeviation: number | null;
}

export interface PrivateQuestion {
  mechanism: Mechanism;
  /** How many groups a user counts in at most. */
  groupsPerUser: number;
  /** Whether sums are asked for, which takes half of the cost. */
  withSums: boolean;
  cost: PrivacyCost;
}

/**
 * Publish cells with (epsilon, delta)-differential privacy for users: whether any one user is in the data changes the chance of any answer by a factor of at
 * most e^epsilon, but for events of chance delta. Half of delta pays for groups that only one user has (his group may be seen to exist with no more than that
 * chance), the other half for Gaussian noise; half of epsilon pays for users, half for sums.
 *
 * @param cells of which no user has a part beyond the question's `groupsPerUser`
 */
export function publishCells(bounded: BoundedCells, question: PrivateQuestion, random: Random): PrivateAnswer {
  const { mechanism, groupsPerUser, withSums, cost } = question;
  const part = { epsilonMilli: withSums ? Math.floor(cost.epsilonMilli / 2) : cost.epsilonMilli, delta: cost.delta / (withSums ? 4 : 2) };
  const onUsers = noiseOf(mechanism, { cells: groupsPerUser, change: 1 }, part, random);
  const onSums = withSums ? noiseOf(mechanism, { cells: groupsPerUser, change: bounded.change }, part, random) : null;
  const threshold = Math.max(LEAST_USERS, 1 + onUsers.exceeded(cost.delta / 2 / groupsPerUser));
  const cells = [...bounded.cells()].flatMap(([group, cell]) =>
    publishCell(group, cell, { onUsers, onSums, threshold, bound: bounded.change }),
  );
  return { cells, threshold, usersDeviation: onUsers.deviation, sumDeviation: onSums && onSums.deviation / UNITS };
}

function publishCell(
  group: string,
  cell: Cell,
  { onUsers, onSums, threshold, bound }: { onUsers: Noise; onSums: Noise | null; threshold: number; bound: number },
): PrivateCell[] {
  const users = cell.users + onUsers.draw();
  const noisy = onSums && cell.sum + onSums.draw();
  if (users < threshold) return [];
  if (noisy === null) return [{ group, users, sum: null, mean: null }];
  const sum = Math.max(0, noisy);
  return [{ group, users, sum: sum / UNITS, mean: Math.min(bound, sum / users) / UNITS }];
}
