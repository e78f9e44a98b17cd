import { type ChurnModel } from './churn.js';
import { type Segmentation } from './segments.js';

/** The values that split a population's customers into fifths, lowest first. */
export interface Fifths {
  recencyDays: readonly number[];
  orders: readonly number[];
  spent: readonly number[];
}

/** What was learned of all users together, as plain data. */
export interface Population {
  /** Epoch ms. */
  learnedAt: number;
  users: number;
  fifths: Fifths | null;
  churn: ChurnModel | null;
  segmentation: Segmentation | null;
}

/** The four values between the fifths of some numbers, each by linear interpolation; null below five. */
export function fifthsOf(values: readonly number[]): number[] | null {
  if (values.length < 5) return null;
  const sorted = Float64Array.from(values).sort();
  return [0.2, 0.4, 0.6, 0.8].map((share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below] + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
  });
}

/** In which fifth a value is, 1 lowest to 5; a value at a boundary belongs to the lower one. */
export const fifthOf = (value: number, boundaries: readonly number[]): number =>
  1 + boundaries.filter((boundary) => value > boundary).length;
