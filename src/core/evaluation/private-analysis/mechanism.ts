import { type Random } from '../../random.js';
import { discreteGaussian, discreteLaplace } from './discrete-noise.js';

export const MECHANISMS = ['LAPLACE', 'GAUSSIAN'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** What one question may give away about one person. */
export interface PrivacyCost {
  /** Thousandths of epsilon: noise is drawn with whole numbers. */
  epsilonMilli: number;
  delta: number;
}

/** Noise for a whole-numbered answer with several cells. */
export interface Noise {
  /** One draw. */
  draw(): number;
  /** Standard deviation of a draw. */
  deviation: number;
  /** A draw is at least this with a chance of at most `chance`. */
  exceeded(chance: number): number;
}

/**
 * Noise that makes all cells of an answer together private.
 *
 * @param cells  how many cells one person can change at most
 * @param change by how much a person changes each of them at most, a whole number
 * @param cost   Laplace uses epsilon alone; Gaussian uses both, by way of concentrated privacy: rho = change² * cells / (2 * variance) and
 *               epsilon = rho + 2 * sqrt(rho * ln(1 / delta)) (Bun and Steinke 2016, arXiv:1605.02065)
 */
export function noiseOf(
  mechanism: Mechanism,
  { cells, change }: { cells: number; change: number },
  cost: PrivacyCost,
  random: Random,
): Noise {
  return mechanism === 'LAPLACE' ? laplace(cells * change, cost, random) : gaussian(cells * change ** 2, cost, random);
}

function laplace(sensitivity: number, { epsilonMilli }: PrivacyCost, random: Random): Noise {
  const q = Math.exp(-epsilonMilli / 1000 / sensitivity);
  const [whole, milli] = [BigInt(sensitivity), BigInt(epsilonMilli)];
  return {
    draw: () => Number(discreteLaplace(random, whole, milli)),
    deviation: Math.sqrt(2 * q) / (1 - q),
    exceeded: (chance) => Math.max(1, Math.ceil(Math.log(chance * (1 + q)) / Math.log(q))), // P(X >= k) = q^k / (1 + q)
  };
}

function gaussian(squaredChange: number, { epsilonMilli, delta }: PrivacyCost, random: Random): Noise {
  const logDelta = -Math.log(delta);
  const rho = (Math.sqrt(logDelta + epsilonMilli / 1000) - Math.sqrt(logDelta)) ** 2;
  const variance = Math.ceil(squaredChange / (2 * rho));
  const whole = BigInt(variance);
  return {
    draw: () => Number(discreteGaussian(random, whole)),
    deviation: Math.sqrt(variance),
    exceeded: (chance) => Math.ceil(Math.sqrt(2 * variance * Math.log(1 / chance))), // P(X >= k) <= exp(-k² / (2 variance))
  };
}
