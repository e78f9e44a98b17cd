import { type Random } from '../../random.js';

const WORD = 32n;
const WORD_VALUES = 2 ** 32;

/**
 * A whole number from 0 to below `below`, each exactly as likely as the other.
 *
 * @param random has at least 32 bits of chance in each number
 * @param below  1 or more
 */
export function uniformBelow(random: Random, below: bigint): bigint {
  const words = Math.ceil(below.toString(16).length / 8);
  const range = 1n << (WORD * BigInt(words));
  const fair = range - (range % below);
  for (;;) {
    let value = 0n;
    for (let i = 0; i < words; i++) value = (value << WORD) | BigInt(Math.floor(random() * WORD_VALUES));
    if (value < fair) return value % below;
  }
}

/** True with chance `exp(-numerator / denominator)`, exactly. @param numerator 0 or more @param denominator above 0 */
function chanceOfExp(random: Random, numerator: bigint, denominator: bigint): boolean {
  let left = numerator;
  for (; left > denominator; left -= denominator) if (!chanceOfExp(random, 1n, 1n)) return false;
  let rounds = 1n;
  while (uniformBelow(random, denominator * rounds) < left) rounds++;
  return rounds % 2n === 1n;
}

/**
 * Noise with chance proportional to `exp(-|x| * epsilon / sensitivity)` over whole numbers, drawn with whole numbers alone, so that no rounding of floating
 * point gives anything away. Added to a whole-numbered answer that one person changes by at most `sensitivity`, it is epsilon-differentially private.
 *
 * @param sensitivity  1 or more
 * @param epsilonMilli thousandths of epsilon, 1 or more
 * @see Canonne, Kamath and Steinke 2020, arXiv:2004.00010, algorithm 2
 */
export function discreteLaplace(random: Random, sensitivity: bigint, epsilonMilli: bigint): bigint {
  const [t, s] = [sensitivity * 1000n, epsilonMilli];
  for (;;) {
    const u = uniformBelow(random, t);
    if (!chanceOfExp(random, u, t)) continue;
    let v = 0n;
    while (chanceOfExp(random, 1n, 1n)) v++;
    const magnitude = (u + t * v) / s;
    const isNegative = uniformBelow(random, 2n) === 1n;
    if (isNegative && magnitude === 0n) continue; // zero would be twice as likely
    return isNegative ? -magnitude : magnitude;
  }
}

/**
 * Noise with chance proportional to `exp(-x² / (2 * variance))` over whole numbers, drawn with whole numbers alone.
 *
 * @param variance 1 or more
 * @see Canonne, Kamath and Steinke 2020, arXiv:2004.00010, algorithm 3
 */
export function discreteGaussian(random: Random, variance: bigint): bigint {
  const t = rootBelow(variance) + 1n;
  for (;;) {
    const drawn = discreteLaplace(random, t, 1000n);
    const magnitude = drawn < 0n ? -drawn : drawn;
    const gap = magnitude * t - variance;
    if (chanceOfExp(random, gap * gap, 2n * variance * t * t)) return drawn;
  }
}

/** The greatest whole number whose square is not above `value`. */
function rootBelow(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (root * root > value) root--;
  while ((root + 1n) * (root + 1n) <= value) root++;
  return root;
}
