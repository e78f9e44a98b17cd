import { hash32 } from '../../random.js';

/** What is counted of the users of a group, before noise. */
export interface Cell {
  users: number;
  /** Whole units. */
  sum: number;
}

interface Kept {
  group: string;
  units: number;
  priority: number;
}

/** Values are counted in hundredths: money to the cent, counts exactly. */
export const UNITS = 100;

/**
 * Sums over groups in which no user has more than a bounded part: he counts once in at most so many groups, with a value cut to 0 to a bound. Which of his
 * groups count depends on him and the seed alone, so that one user more or less changes nothing for the others.
 */
export class BoundedCells {
  private readonly byUser = new Map<string, Kept[]>();

  /**
   * @param groupsPerUser 1 or more
   * @param bound         of a value; a whole number of hundredths
   * @param seed          decides which groups of a user count
   */
  constructor(
    private readonly groupsPerUser: number,
    private readonly bound: number,
    private readonly seed: number,
  ) {}

  /** By how much one user changes a sum at most, in units. */
  get change(): number {
    return Math.round(this.bound * UNITS);
  }

  /** Count a user in a group; what is no number counts as 0. Call it once a user and group. */
  add(userId: string, group: string, value: number): void {
    const cut = Number.isFinite(value) ? Math.min(this.bound, Math.max(0, value)) : 0;
    const entry = { group, units: Math.round(cut * UNITS), priority: hash32(`${this.seed} ${userId} ${group}`) };
    const own = this.byUser.get(userId);
    if (!own) return void this.byUser.set(userId, [entry]);
    own.push(entry);
    if (own.length <= this.groupsPerUser) return;
    own.sort((a, b) => a.priority - b.priority || (a.group < b.group ? -1 : 1));
    own.pop();
  }

  /** By group, in the order of names. */
  cells(): Map<string, Cell> {
    const cells = new Map<string, Cell>();
    for (const own of this.byUser.values())
      for (const { group, units } of own) {
        const cell = cells.get(group) ?? { users: 0, sum: 0 };
        cells.set(group, { users: cell.users + 1, sum: cell.sum + units });
      }
    return new Map([...cells].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
