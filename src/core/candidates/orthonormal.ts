/** A column whose length falls below this share of what it was is taken for a mix of those before it. */
const DEPENDENT = 1e-10;
/** Some milliseconds of work. */
const ROWS_A_STEP = 1024;

/**
 * Make the columns of a tall matrix orthonormal in place, by the Cholesky factor of their products; a column that depends on those before it becomes zero. Time
 * O(rows * width²). Pauses every few milliseconds.
 *
 * @param values [rows * width] row-major
 */
export function* orthonormalised(values: Float64Array, width: number): Generator<void, void> {
  const rows = width === 0 ? 0 : values.length / width;
  const products = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    for (let a = 0; a < width; a++) {
      const value = values[start + a];
      if (value === 0) continue;
      for (let b = 0; b <= a; b++) products[a * width + b] += value * values[start + b];
    }
    if (row % ROWS_A_STEP === 0) yield;
  }
  const { factor, inverse } = choleskyOf(products, width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    // Forward substitution: the row times the inverse of the transposed factor.
    for (let a = 0; a < width; a++) {
      let value = values[start + a];
      for (let b = 0; b < a; b++) value -= factor[a * width + b] * values[start + b];
      values[start + a] = value * inverse[a];
    }
    if (row % ROWS_A_STEP === 0) yield;
  }
}

/** The lower factor of a symmetric matrix given by its lower half, and one over its diagonal; 0 for what depends on the rows before. */
function choleskyOf(products: Float64Array, width: number): { factor: Float64Array; inverse: Float64Array } {
  const factor = new Float64Array(width * width);
  const inverse = new Float64Array(width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let value = products[a * width + b];
      for (let i = 0; i < b; i++) value -= factor[a * width + i] * factor[b * width + i];
      if (b < a) factor[a * width + b] = value * inverse[b];
      else if (value > DEPENDENT * products[a * width + a]) {
        factor[a * width + a] = Math.sqrt(value);
        inverse[a] = 1 / factor[a * width + a];
      }
    }
  }
  return { factor, inverse };
}
