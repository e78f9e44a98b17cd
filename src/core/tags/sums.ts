import { type Habits } from './habits.js';
import { HALF_YEAR_DAYS, HALF_YEAR_END, LATELY_DAYS, LATELY_END } from './measures.js';

/**
 * Adds to the measures of a user what happened on one day. Sums decay by whole days, so that an act of the newest day counts 1 and costs no power of 2;
 * what comes late counts as much less as it is older.
 */
export class DayTally {
  private lately = 1;
  private halfYear = 1;

  /** @param day days since 1970-01-01; a newer one than the sums are of decays them in place */
  constructor(
    private readonly sums: Float32Array,
    habits: Habits,
    day: number,
  ) {
    if (day === habits.day) return;
    if (day > habits.day) {
      if (habits.day > 0) decaySums(sums, day - habits.day);
      habits.day = day;
    } else {
      this.lately = 2 ** ((day - habits.day) / LATELY_DAYS);
      this.halfYear = 2 ** ((day - habits.day) / HALF_YEAR_DAYS);
    }
  }

  /** @param place of a measure, looked up once: names are too slow for here */
  add(place: number, amount = 1): void {
    this.sums[place] += amount * (place < LATELY_END ? this.lately : place < HALF_YEAR_END ? this.halfYear : 1);
  }
}

function decaySums(sums: Float32Array, days: number): void {
  const lately = 2 ** (-days / LATELY_DAYS);
  const halfYear = 2 ** (-days / HALF_YEAR_DAYS);
  for (let place = 0; place < LATELY_END; place++) sums[place] *= lately;
  for (let place = LATELY_END; place < HALF_YEAR_END; place++) sums[place] *= halfYear;
}
