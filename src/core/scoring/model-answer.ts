import { ModelFault } from './intent-model.js';

/** Rounding may carry a probability so far over its bounds. */
const TOLERANCE = 1e-4;
/** Fewer rows than these may well be alike. */
const ROWS_TO_TELL = 20;
/** Probabilities closer together than this are the same. */
const LEAST_RANGE = 1e-7;

/**
 * Check what a model answered, drawing into 0..1 what rounding carried out, in place.
 *
 * Absurd is: another length, what is no probability, and one and the same answer for 20 candidates or more of which at least half differ from the first in
 * what the model was told.
 *
 * @param answer [rows * heads] row-major
 * @param dense  [rows * features] row-major, what it was told
 * @throws ModelFault MODEL_ABSURD
 */
export function judgeAnswer(answer: Float32Array, dense: Float32Array, rows: number, heads: number): void {
  const absurd = (message: string): never => {
    throw new ModelFault('MODEL_ABSURD', message);
  };
  if (answer.length !== rows * heads) absurd(`${answer.length} numbers for ${rows} candidates and ${heads} heads`);
  let spread = 0;
  for (let cell = 0; cell < answer.length; cell++) {
    const value = answer[cell];
    if (!(value >= -TOLERANCE && value <= 1 + TOLERANCE)) absurd(`${value} for candidate ${Math.floor(cell / heads)} is no probability`);
    if (value < 0) answer[cell] = 0;
    else if (value > 1) answer[cell] = 1;
    spread = Math.max(spread, Math.abs(answer[cell] - answer[cell % heads]));
  }
  if (rows >= ROWS_TO_TELL && spread <= LEAST_RANGE && halfDiffer(dense, rows)) absurd(`all ${rows} candidates are the same to it`);
}

/** Whether at least half of the rows differ from the first. */
function halfDiffer(dense: Float32Array, rows: number): boolean {
  const width = dense.length / rows;
  let differing = 0;
  for (let row = 1; row < rows; row++) {
    let feature = 0;
    while (feature < width && dense[row * width + feature] === dense[feature]) feature++;
    if (feature < width) differing++;
  }
  return differing * 2 >= rows;
}
