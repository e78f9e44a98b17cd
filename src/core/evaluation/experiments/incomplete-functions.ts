const { abs } = Math;
const TINY = 1e-300;
const PRECISION = 1e-16;
const MAX_STEPS = 200_000;
/** Lanczos coefficients for g = 7. */
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
  9.984369578019572e-6, 1.5056327351493116e-7,
]; // prettier-ignore

/**
 * Natural logarithm of the gamma function.
 *
 * @param x above 0
 * @see Lanczos 1964, doi:10.1137/0701008
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Correction of Stirling's series to the logarithm of the gamma function, for x of 10 or more. */
function stirlingRest(x: number): number {
  const square = x * x;
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x;
}

/**
 * Natural logarithm of the beta function. Large arguments go through Stirling's series, in which the large parts cancel before they are rounded.
 *
 * @param a above 0
 * @param b above 0
 */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const sum = small + large;
  const ofLarge = -small * Math.log(sum) - (large - 0.5) * Math.log1p(small / large) + small + stirlingRest(large) - stirlingRest(sum);
  return logGamma(small) + ofLarge;
}

/** Value of a continued fraction whose step gives numerator and denominator (Lentz). */
function continuedFraction(first: number, step: (i: number) => [numerator: number, denominator: number]): number {
  let value = abs(first) < TINY ? TINY : first;
  let [c, d] = [value, 0];
  for (let i = 1; i <= MAX_STEPS; i++) {
    const [numerator, denominator] = step(i);
    d = denominator + numerator * d;
    d = 1 / (abs(d) < TINY ? TINY : d);
    c = denominator + numerator / c;
    if (abs(c) < TINY) c = TINY;
    value *= c * d;
    if (abs(c * d - 1) < PRECISION * 10) return value;
  }
  return value;
}

/** The fraction of the incomplete beta function, which is quick below (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  return continuedFraction(1, (i) => {
    const m = i >> 1;
    const numerator =
      i % 2 === 0 ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)) : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [numerator, 1];
  });
}

/**
 * Regularised incomplete beta function, accurate in both tails.
 *
 * @param x  0 to 1
 * @param rest 1 - x, given apart because the caller often knows it to more digits
 * @param a  above 0
 * @param b  above 0
 * @returns 0 to 1
 * @see Numerical Recipes, section 6.4; Lentz 1976
 */
export function betaShare(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log(rest) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? front / (a * betaFraction(x, a, b)) : 1 - front / (b * betaFraction(rest, b, a));
}

function gammaSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let i = 1; i < MAX_STEPS && abs(term) > abs(sum) * PRECISION; i++) {
    term *= x / (a + i);
    sum += term;
  }
  return sum;
}

/**
 * Upper share of the gamma distribution, Q(a, x), accurate far into the tail.
 *
 * @param a shape, above 0
 * @param x 0 or more
 * @returns 0 to 1
 * @see Numerical Recipes, section 6.2
 */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) return 1 - front * gammaSeries(a, x);
  return front / continuedFraction(x + 1 - a, (i) => [-i * (i - a), x + 2 * i + 1 - a]);
}
