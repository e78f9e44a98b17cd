import { seededRandom } from '../../random.js';
import { columnOf, featureCatalogue } from '../../features/catalogue.js';
import { type Head, type ModelInputs, type ModelManifest } from '../intent-model.js';
import { type ModelCheck, type ModelRecord } from '../model-record.js';
import { measured } from './probe-checks.js';

/** What was shown together, with its features as used and what came of it. */
export interface EvidencePage {
  featureNames: readonly string[];
  /** [rows * featureNames] row-major */
  features: Float32Array;
  /** By head, per row: 1 or 0, and -1 while it may still change. */
  labels: ReadonlyMap<Head, Int8Array>;
  rows: number;
}

const BATCH_ROWS = 500;
const CALIBRATION_ROWS = 1_000;
const CALIBRATION_POSITIVES = 50;
const BINS = 10;
/** Mean distance between said and seen that is let pass: so much, and such a share of the rate. */
const CALIBRATION_LIMIT = 0.01;
const CALIBRATION_SHARE = 0.2;
const REPLAY_PAGES = 100;
const REPLAY_DEPTH = 10;
/** How much worse a page may be, as a share of what it is with the other. */
const REPLAY_HARM = 0.01;
const RESAMPLES = 1_000;
const SEED = 7;
/** From so many exposures with outcomes on, a champion needs to have passed its replay. */
export const REPLAY_REQUIRED_FROM = 10_000;

/** The rows of pages as a model asks for them, in batches; a feature that was not computed then has its default. */
export function* evidenceInputs(
  { featureNames }: Pick<ModelManifest, 'featureNames'>,
  pages: readonly EvidencePage[],
): Generator<ModelInputs> {
  const defaults = featureNames.map((name) => featureCatalogue[columnOf(name) ?? 0].default);
  let rows: number[] = [];
  const batch = (): ModelInputs => ({ rows: rows.length / featureNames.length, dense: Float32Array.from(rows) });
  for (const page of pages) {
    const places = featureNames.map((name) => page.featureNames.indexOf(name));
    for (let row = 0; row < page.rows; row++) {
      places.forEach((place, i) => rows.push(place < 0 ? defaults[i] : page.features[row * page.featureNames.length + place]));
      if (rows.length < BATCH_ROWS * featureNames.length) continue;
      yield batch();
      rows = [];
    }
  }
  if (rows.length > 0) yield batch();
}

/**
 * Expected calibration error: the mean distance between what was said and what was seen, over bins of equally many rows.
 *
 * @param said [n] probabilities
 * @param seen [n] 0 or 1
 * @returns    0..1
 */
export function calibrationError(said: readonly number[], seen: readonly number[]): number {
  const order = said.map((_, i) => i).sort((a, b) => said[a] - said[b]);
  let error = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const members = order.slice(Math.floor((bin * order.length) / BINS), Math.floor(((bin + 1) * order.length) / BINS));
    const distance = members.reduce((sum, i) => sum + said[i] - seen[i], 0);
    error += Math.abs(distance) / order.length;
  }
  return error;
}

/** Whether probabilities that are claimed to hold for exposures do. @param scores [rows of all pages * heads] */
export function calibrationCheck({ calibration, heads }: ModelManifest, pages: readonly EvidencePage[], scores: Float32Array): ModelCheck {
  if (calibration !== 'exposure') return measured('CALIBRATION', true, `claims nothing of exposures (${calibration})`);
  const found = heads.flatMap((head, column) => {
    const [said, seen]: [number[], number[]] = [[], []];
    let row = 0;
    for (const { labels, rows } of pages) {
      const own = labels.get(head);
      for (let i = 0; i < rows; i++, row++) {
        if (own === undefined || own[i] < 0) continue;
        said.push(scores[row * heads.length + column]);
        seen.push(own[i]);
      }
    }
    const positives = seen.reduce((sum, label) => sum + label, 0);
    if (seen.length < CALIBRATION_ROWS || positives < CALIBRATION_POSITIVES) return [];
    const limit = CALIBRATION_LIMIT + (CALIBRATION_SHARE * positives) / seen.length;
    return [{ head, error: calibrationError(said, seen), limit, rows: seen.length }];
  });
  if (found.length === 0) {
    const least = `${CALIBRATION_ROWS} exposures whose labels are final, and ${CALIBRATION_POSITIVES} of them positive`;
    return { ...measured('CALIBRATION', true, `cannot be told yet: needs ${least}`), advisory: true };
  }
  const worst = found.reduce((a, b) => (b.error / b.limit > a.error / a.limit ? b : a));
  const detail = `${worst.head}: off by ${worst.error.toFixed(4)} on ${worst.rows} exposures; at most ${worst.limit.toFixed(4)}`;
  return measured('CALIBRATION', worst.error <= worst.limit, detail, worst.error, worst.limit);
}

/** Gain of the clicked rows by their places in the order of the scores; rows level with each other share theirs. 0..1 */
export function pageGain(scores: readonly number[], clicked: ArrayLike<number>): number {
  let gain = 0;
  let ideal = 0;
  let hits = 0;
  scores.forEach((score, row) => {
    if (clicked[row] !== 1) return;
    const above = scores.reduce((n, other) => n + (other > score ? 1 : 0), 0);
    const level = scores.reduce((n, other) => n + (other === score ? 1 : 0), 0);
    for (let place = above; place < above + level; place++) if (place < REPLAY_DEPTH) gain += 1 / Math.log2(place + 2) / level;
    if (hits < REPLAY_DEPTH) ideal += 1 / Math.log2(hits + 2);
    hits++;
  });
  return ideal === 0 ? 0 : gain / ideal;
}

/** Rank correlation of two lists of scores, -1..1; 0 where one of them says nothing. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranksOf = (values: readonly number[]): number[] =>
    values.map((value) => values.reduce((sum, other) => sum + (other < value ? 1 : other === value ? 0.5 : 0), 0));
  const [left, right] = [ranksOf(a), ranksOf(b)];
  const mean = a.length / 2;
  let [together, leftSquares, rightSquares] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    together += (left[i] - mean) * (right[i] - mean);
    leftSquares += (left[i] - mean) ** 2;
    rightSquares += (right[i] - mean) ** 2;
  }
  return leftSquares === 0 || rightSquares === 0 ? 0 : together / Math.sqrt(leftSquares * rightSquares);
}

/** What orders a page besides the model that is judged. */
export interface Rival {
  name: string;
  /** [rows of all pages] higher is better */
  scores: ArrayLike<number>;
}

/**
 * Whether the model puts what was clicked at least as high as its rivals do, on pages that were shown and clicked on: the lower end of the 95% interval of the
 * difference may be one percent of the rival's gain below 0.
 *
 * @param clicks [rows of all pages] the model's probabilities of a click
 */
export function replayCheck(pages: readonly EvidencePage[], clicks: ArrayLike<number>, rivals: readonly Rival[]): ModelCheck {
  const exposures = pages.reduce((sum, { rows }) => sum + rows, 0);
  const judged = pagesOf(pages).filter(({ clicked }) => clicked.some((label) => label === 1) && clicked.some((label) => label !== 1));
  if (judged.length < REPLAY_PAGES) {
    const detail = `cannot be told yet: ${judged.length} of the ${REPLAY_PAGES} pages with a click that it needs, among ${exposures} exposures`;
    return measured('REPLAY', true, detail);
  }
  const valuesOf = (scores: ArrayLike<number>, { first, clicked }: Judged): number[] => Array.from(clicked, (_, i) => scores[first + i]);
  const results = rivals.map(({ name, scores }) => {
    const own = judged.map((page) => pageGain(valuesOf(clicks, page), page.clicked));
    const theirs = judged.map((page) => pageGain(valuesOf(scores, page), page.clicked));
    const correlation =
      judged.reduce((sum, page) => sum + rankCorrelation(valuesOf(clicks, page), valuesOf(scores, page)), 0) / judged.length;
    const low = lowerEnd(own.map((gain, i) => gain - theirs[i]));
    const base = theirs.reduce((sum, gain) => sum + gain, 0) / judged.length;
    const lift = own.reduce((sum, gain) => sum + gain, 0) / judged.length - base;
    return { name, correlation, low, lift, floor: -REPLAY_HARM * base };
  });
  const passed = results.every(({ low, floor }) => low >= floor);
  const said = results.map(
    ({ name, lift, low, correlation }) =>
      `${name} by ${lift.toFixed(4)} (at least ${low.toFixed(4)}), rank correlation ${correlation.toFixed(2)}`,
  );
  const worst = results.reduce((a, b) => (b.low - b.floor < a.low - a.floor ? b : a));
  return measured('REPLAY', passed, `${judged.length} pages with a click: better than ${said.join('; ')}`, worst.low, worst.floor);
}

interface Judged {
  first: number;
  clicked: Int8Array;
}

function pagesOf(pages: readonly EvidencePage[]): Judged[] {
  let first = 0;
  return pages.map(({ labels, rows }) => {
    const page = { first, clicked: labels.get('click') ?? new Int8Array(rows) };
    first += rows;
    return page;
  });
}

/** The lower end of the 95% interval of a mean, by drawing pages again. */
function lowerEnd(differences: readonly number[]): number {
  const random = seededRandom(SEED);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < differences.length; i++) sum += differences[Math.floor(random() * differences.length)];
    return sum / differences.length;
  });
  return means.sort((a, b) => a - b)[Math.floor(0.025 * RESAMPLES)];
}

/**
 * Whether a version may be given the role of champion.
 *
 * @param exposuresWithOutcomes how many there are to replay
 * @returns null when it may, else why not
 */
export function mayBecomeChampion(
  { status, checks }: Pick<ModelRecord, 'status' | 'checks'>,
  exposuresWithOutcomes: number,
): string | null {
  if (status !== 'READY') return `it is ${status}; it has to be READY`;
  if (exposuresWithOutcomes < REPLAY_REQUIRED_FROM) return null;
  const replay = checks.find(({ name }) => name === 'REPLAY');
  return replay === undefined || replay.passed ? null : `it failed its replay: ${replay.detail}`;
}
