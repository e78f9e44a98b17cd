import { type Arm } from './experiment.js';

/** Arms that a unit was given, by experiment and version of its buckets. */
export type Remembered = Readonly<Record<string, string>>;

/** How far an experiment trusts what is remembered. */
export interface StickyExperiment {
  key: string;
  arms: readonly Pick<Arm, 'key'>[];
  /** Grows when arms are drawn anew: what was remembered of other versions does not count. */
  bucketVersion: number;
  /** Whoever was given an arm under a version below this one saw what would spoil the comparison, and stays out. */
  minBucketVersion: number;
  isSticky: boolean;
}

/** An arm by index, nothing remembered, or kept out. */
export type StickyAnswer = number | 'NONE' | 'KEPT_OUT';

const entryOf = (key: string, version: number): string => `${key}__${version}`;

/** What is remembered for a unit. */
export function rememberedArm(
  remembered: Remembered,
  { key, arms, bucketVersion, minBucketVersion, isSticky }: StickyExperiment,
): StickyAnswer {
  if (!isSticky) return 'NONE';
  for (let version = 0; version < minBucketVersion; version++) if (entryOf(key, version) in remembered) return 'KEPT_OUT';
  const arm = arms.findIndex((candidate) => candidate.key === remembered[entryOf(key, bucketVersion)]);
  return arm < 0 ? 'NONE' : arm;
}

/** What is remembered after a unit was given an arm. */
export const remember = (remembered: Remembered, { key, arms, bucketVersion, isSticky }: StickyExperiment, arm: number): Remembered =>
  isSticky ? { ...remembered, [entryOf(key, bucketVersion)]: arms[arm].key } : remembered;

/**
 * What two names of one unit remember together, say the session before sign-in and the account after it: the account has the last word.
 */
export const joined = (before: Remembered | undefined, now: Remembered | undefined): Remembered => ({ ...before, ...now });
