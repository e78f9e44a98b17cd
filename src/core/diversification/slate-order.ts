import { type SlateInputs } from './slate-inputs.js';

type Values = Int32Array | Uint32Array | Uint16Array | Uint8Array | Float32Array | Float64Array;
const isValues = (value: unknown): value is Values => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Columns of a row per candidate, or of as many values for each, in another order; whatever else is there stays. */
function reordered<T>(value: T, places: Uint32Array): T {
  if (isValues(value)) {
    const width = value.length / places.length;
    if (!Number.isInteger(width)) return value;
    const picked: Values = value.slice();
    for (let i = 0; i < places.length; i++) for (let k = 0; k < width; k++) picked[i * width + k] = value[places[i] * width + k];
    return picked as T;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, reordered<unknown>(own, places)])) as T;
}

/**
 * The same inputs for candidates in another order.
 *
 * @param places [n] places in the order that the inputs are in
 */
export function inOrder(inputs: SlateInputs, places: Uint32Array): SlateInputs {
  if (places.every((place, i) => place === i)) return inputs;
  const { columns, trials, widening } = inputs;
  const isOnly = widening && reordered(widening.isOnly, places);
  return {
    ...inputs,
    columns: reordered(columns, places),
    trials: reordered(trials, places),
    ...(widening && isOnly !== undefined && { widening: { ...widening, isOnly } }),
  };
}
