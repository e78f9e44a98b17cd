import { type Head, type ModelManifest } from '../intent-model.js';
import { type ModelCheck, type ModelCheckName } from '../model-record.js';
import { type Sweep } from './probe-inputs.js';

export const GOLDEN_TOLERANCE = 1e-4;
/** Rounding that another order of additions explains. */
const ROUNDING = 1e-5;
const RANGE_TOLERANCE = 1e-6;
const LEAST_SPREAD = 1e-6;
const MONOTONE_TOLERANCE = 1e-6;
/** Longest time for 500 candidates, ms. */
export const LATENCY_LIMIT_MS = 25;
/** Most that loading and running may add to the process, MiB. */
export const MEMORY_LIMIT_MIB = 512;

/** A finding with its number and the limit of it; a number that is not finite is left out. */
export function measured(name: ModelCheckName, passed: boolean, detail: string, value?: number, limit?: number): ModelCheck {
  const isNumber = value !== undefined && Number.isFinite(value);
  return {
    name,
    passed,
    advisory: name === 'FUNNEL' || name === 'REPLAY',
    detail,
    ...(isNumber && { value }),
    ...(limit !== undefined && { limit }),
  };
}

/** Largest difference, and where; NaN counts as infinitely far. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>): { by: number; cell: number } {
  let [by, cell] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (difference <= by) continue;
    cell = i;
    by = Number.isNaN(difference) ? Infinity : difference;
    if (by === Infinity) break;
  }
  return { by, cell };
}
const short = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value));

/** The golden batch is answered as the manifest says. @param scores [rows * heads] */
export function goldenCheck({ golden, heads }: ModelManifest, scores: Float32Array): ModelCheck {
  const wanted = golden.scores.flat();
  const { by, cell } = farthest(scores, wanted);
  const place = `row ${Math.floor(cell / heads.length)}, ${heads[cell % heads.length]}: ${short(scores[cell])} instead of ${short(wanted[cell])}`;
  const passed = by <= GOLDEN_TOLERANCE;
  const detail = passed ? `${golden.scores.length} rows within ${short(by)}` : `${place}; ${GOLDEN_TOLERANCE} is allowed`;
  return measured('GOLDEN', passed, detail, by, GOLDEN_TOLERANCE);
}

/** @param outputs scores by what was asked */
export function finiteCheck(outputs: ReadonlyMap<string, Float32Array>): ModelCheck {
  const counts = Array.from(outputs, ([what, scores]) => ({ what, wrong: scores.reduce((n, p) => n + (Number.isFinite(p) ? 0 : 1), 0) }));
  const wrong = counts.reduce((sum, count) => sum + count.wrong, 0);
  const where = counts
    .filter((count) => count.wrong > 0)
    .map((count) => `${count.wrong} of ${outputs.get(count.what)!.length} for ${count.what} inputs`);
  return measured(
    'FINITE',
    wrong === 0,
    wrong === 0 ? 'all scores are numbers' : `scores that are no numbers: ${where.join(', ')}`,
    wrong,
    0,
  );
}

/** Numbers that are none are the matter of another check. */
export function rangeCheck(outputs: ReadonlyMap<string, Float32Array>): ModelCheck {
  let [low, high] = [Infinity, -Infinity];
  for (const scores of outputs.values())
    for (const p of scores) {
      if (!Number.isFinite(p)) continue;
      low = Math.min(low, p);
      high = Math.max(high, p);
    }
  const beyond = Math.max(0, -low, high - 1);
  const passed = low <= high && beyond <= RANGE_TOLERANCE;
  return measured('RANGE', passed, `scores from ${short(low)} to ${short(high)}; probabilities are from 0 to 1`, beyond, RANGE_TOLERANCE);
}

/** Whether every head tells candidates apart. @param scores [rows * heads] each */
export function constantCheck(heads: readonly Head[], scores: readonly Float32Array[]): ModelCheck {
  const spreads = heads.map((head, column) => {
    let [low, high] = [Infinity, -Infinity];
    for (const answer of scores)
      for (let i = column; i < answer.length; i += heads.length) {
        low = Math.min(low, answer[i]);
        high = Math.max(high, answer[i]);
      }
    return { head, spread: high - low };
  });
  const flattest = spreads.reduce((a, b) => (b.spread >= a.spread ? a : b));
  const flat = spreads.filter(({ spread }) => !(spread >= LEAST_SPREAD)).map(({ head }) => head);
  const detail =
    flat.length === 0 ? `scores differ by ${short(flattest.spread)} and more` : `the same whatever the input: ${flat.join(', ')}`;
  return measured('CONSTANT', flat.length === 0, detail, flattest.spread, LEAST_SPREAD);
}

/** Answers that have to be the same but for rounding. */
export function sameCheck(name: 'DETERMINISTIC' | 'BATCH' | 'PERMUTATION', what: string, a: Float32Array, b: Float32Array): ModelCheck {
  const { by } = farthest(a, b);
  return measured(name, by <= ROUNDING, `${what}: apart by ${short(by)}`, by, ROUNDING);
}

const FUNNEL: readonly Head[] = ['click', 'addToCart', 'purchase'];

/** Nobody buys what he did not click: each step at most as likely as the one before. */
export function funnelCheck(heads: readonly Head[], scores: Float32Array): ModelCheck {
  const columns = FUNNEL.map((head) => heads.indexOf(head)).filter((place) => place >= 0);
  if (columns.length < 2) return measured('FUNNEL', true, 'no two steps of the funnel to compare');
  const rows = scores.length / heads.length;
  let wrong = 0;
  for (let row = 0; row < rows; row++) {
    const steps = columns.map((place) => scores[row * heads.length + place]);
    if (steps.some((p, i) => i > 0 && p > steps[i - 1] + RANGE_TOLERANCE)) wrong++;
  }
  const detail =
    wrong === 0 ? 'each step is at most as likely as the one before' : `${wrong} of ${rows} rows have a step likelier than the one before`;
  return measured('FUNNEL', wrong === 0, detail, wrong, 0);
}

/** Hide and report go the other way than what a feature is for. */
const AGAINST: ReadonlySet<Head> = new Set(['hide', 'report']);

/** Steps against the claim, over all heads that please, and the largest of them. @param scores [candidates * points * heads] of the sweep */
export function countAgainst(
  { direction, points }: Sweep,
  heads: readonly Head[],
  scores: Float32Array,
): { wrong: number; steps: number; worst: number } {
  const found = { wrong: 0, steps: 0, worst: 0 };
  heads.forEach((head, column) => {
    if (AGAINST.has(head)) return;
    for (let row = 1; row < scores.length / heads.length; row++) {
      if (row % points === 0) continue;
      const against = direction * (scores[(row - 1) * heads.length + column] - scores[row * heads.length + column]);
      found.steps++;
      if (against <= MONOTONE_TOLERANCE) continue;
      found.wrong++;
      found.worst = Math.max(found.worst, against);
    }
  });
  return found;
}

export function monotoneCheck(found: readonly { feature: string; wrong: number; steps: number; worst: number }[]): ModelCheck {
  if (found.length === 0) return measured('MONOTONE', true, 'no feature is claimed to be monotone');
  const broken = found.filter(({ wrong }) => wrong > 0);
  const wrong = broken.reduce((sum, sweep) => sum + sweep.wrong, 0);
  const said = broken
    .slice(0, 5)
    .map((sweep) => `${sweep.feature} in ${sweep.wrong} of ${sweep.steps} steps, by up to ${short(sweep.worst)}`);
  const detail = wrong === 0 ? `${found.length} claims hold` : `against the claim: ${said.join('; ')}`;
  return measured('MONOTONE', wrong === 0, detail, wrong, 0);
}

/** The time that 99 of 100 runs stay below. @param ms of the runs of one round */
export function p99(ms: readonly number[]): number {
  const sorted = [...ms].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
}

/**
 * Whether a model is fast enough, of several rounds the best: other work on the machine makes rounds slower, and nothing makes them faster.
 *
 * @param rounds times of the runs of each, ms
 */
export function latencyCheck(rounds: readonly (readonly number[])[]): ModelCheck {
  const best = Math.min(...rounds.map(p99));
  const detail = `${short(best)} ms for 500 candidates, the best p99 of ${rounds.length} rounds; at most ${LATENCY_LIMIT_MS} ms`;
  return measured('LATENCY', best <= LATENCY_LIMIT_MS, detail, best, LATENCY_LIMIT_MS);
}

/** Whether the fastest of some runs is so slow that no other work on the machine explains it. */
export const isHopeless = (ms: readonly number[]): boolean => Math.min(...ms) > 2 * LATENCY_LIMIT_MS;

/** Whether more rounds could not change the verdict any more. */
export function isLatencyClear(rounds: readonly (readonly number[])[]): boolean {
  if (rounds.length === 0) return false;
  return Math.min(...rounds.map(p99)) <= LATENCY_LIMIT_MS || (rounds.length > 1 && Math.min(...rounds.flat()) > LATENCY_LIMIT_MS);
}

export const memoryCheck = (mib: number): ModelCheck =>
  measured(
    'MEMORY',
    mib <= MEMORY_LIMIT_MIB,
    `took ${Math.round(mib)} MiB to load and run; at most ${MEMORY_LIMIT_MIB}`,
    mib,
    MEMORY_LIMIT_MIB,
  );
