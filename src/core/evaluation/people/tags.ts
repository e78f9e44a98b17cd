import { packState } from '../../tags/codec.js';
import { foldEvent } from '../../tags/fold.js';
import { readTags } from '../../tags/profile.js';
import { emptyState } from '../../tags/state.js';
import { quantile } from '../bootstrap.js';
import { type History } from '../history.js';
import { ReplayedEvents } from '../replayed-events.js';

export interface TagsReport {
  dataset: string;
  events: number;
  people: number;
  /** Time of the processor to fold an event into the state of its user, microseconds. */
  foldUs: number;
  bytes: { median: number; p99: number; most: number };
  /** By the least number of events of an active user: how many there are, and the tags told of one. */
  active: { events: number; people: number; median: number; p90: number; keysMedian: number; keysP90: number }[];
}

/** Who has done so much is active. */
const ACTIVE = [20, 50, 100];

/**
 * What one pass over all events makes of everybody: how long that takes, how large the states are, and how many tags they tell at the end.
 *
 * @param cpuUs time of the processor so far, microseconds
 */
export function measureTags(dataset: string, history: History, cpuUs: () => number): TagsReport {
  const rows = Int32Array.from(history.at.keys());
  const replayed = new ReplayedEvents(history, rows);
  const events = Array.from(rows, (row) => replayed.eventOf(row, row + 1));
  const items = Array.from({ length: replayed.items }, (_, no) => replayed.rowOf(no, 0));
  const states = history.users.map(() => emptyState());
  const started = cpuUs();
  events.forEach((event, row) => foldEvent(states[history.userOf[row]], event, items[event.itemNo], { timeZone: 'UTC' }));
  const foldUs = (cpuUs() - started) / events.length;
  const now = events[events.length - 1].occurredAt;
  const names = {
    category: (no: number) => history.categories[no - 1] ?? '',
    brand: (no: number) => history.brands[no - 1] ?? `${no}`,
    creator: () => '',
  };
  const counts = new Int32Array(history.users.length);
  for (const user of history.userOf) counts[user]++;
  const told = states.map((state) => {
    const keys = readTags(state, now, { names, timeZone: 'UTC' }).filter(({ value }) => value !== 0).map(({ key }) => key); // prettier-ignore
    return { tags: keys.length, keys: new Set(keys.map((key) => key.split(':')[0])).size };
  });
  const sizes = Float64Array.from(states, (state) => packState(state).length).sort();
  return {
    dataset,
    events: events.length,
    people: states.length,
    foldUs,
    bytes: { median: quantile(sizes, 0.5), p99: quantile(sizes, 0.99), most: sizes[sizes.length - 1] },
    active: ACTIVE.map((least) => {
      const own = told.filter((_, user) => counts[user] >= least);
      const [tags, keys] = [Float64Array.from(own, (one) => one.tags).sort(), Float64Array.from(own, (one) => one.keys).sort()];
      const at = (sorted: Float64Array, share: number): number => (sorted.length === 0 ? 0 : Math.round(quantile(sorted, share)));
      return {
        events: least,
        people: own.length,
        median: at(tags, 0.5),
        p90: at(tags, 0.9),
        keysMedian: at(keys, 0.5),
        keysP90: at(keys, 0.9),
      };
    }),
  };
}
