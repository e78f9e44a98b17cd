/**
 * Decisions of a logging policy, as another policy is judged by: one place per item shown. All arrays have the length n.
 */
export interface LoggedRounds {
  /** What it brought, as 1 for a click. */
  rewards: Float64Array;
  /** Chance with which the logging policy showed this item here, above 0 and at most 1. */
  logged: Float64Array;
  /** Chance with which the other policy would have, 0 to 1. */
  target: Float64Array;
  /** Who saw it: rounds of one user are not independent. */
  users: Int32Array;
}

/** What a model of rewards expects, for the estimators that use one. */
export interface RewardEstimates {
  /** [n] of the item shown. */
  shown: Float64Array;
  /** [n] of whatever the other policy would show: the mean over its choices. */
  target: Float64Array;
}

/**
 * Weight of every round: how much more often the other policy would have done the same.
 *
 * @returns [n] 0 or more
 * @throws RangeError  when a propensity is not above 0 and at most 1, or a length differs
 */
export function weightsOf({ rewards, logged, target, users }: LoggedRounds): Float64Array {
  const n = rewards.length;
  for (const [name, values] of Object.entries({ logged, target, users }))
    if (values.length !== n) throw new RangeError(`${name} has ${values.length} values and rewards has ${n}`);
  return logged.map((propensity, i) => {
    if (!(propensity > 0 && propensity <= 1))
      throw new RangeError(`propensity ${i} is ${propensity}; it must lie above 0 and at most at 1`);
    return target[i] / propensity;
  });
}
