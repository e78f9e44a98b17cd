import { Gauge, type Registry } from 'prom-client';
import { type DependencyHealth } from '../../app/app.js';

/** What is looked at when metrics are read. */
export interface Watched {
  /** Never rejects. */
  health(): Promise<DependencyHealth[]>;
  /** Rules in force that keep things out of feeds, and items that can be in them. */
  counts(): { blocks: number; items: number };
}

/** What reads metrics does not wait longer; a dependency that takes so long counts as away. */
const HEALTH_MS = 2_000;
/** Gauges of one reading share one look. */
const SHARED_MS = 500;

/** Gauges that are read off what they are of; they have no values until there is something to watch. */
export function stateMeters(registers: Registry[], stopwatch: () => number): (watched: Watched) => void {
  let watched: Watched | null = null;
  let look = { at: -Infinity, dependencies: Promise.resolve<DependencyHealth[]>([]) };
  let known: string[] = [];

  const dependencies = (): Promise<DependencyHealth[]> => {
    if (!watched) return Promise.resolve([]);
    if (stopwatch() - look.at > SHARED_MS) look = { at: stopwatch(), dependencies: withinLimit(watched.health(), () => known) };
    return look.dependencies;
  };
  const gauge = (name: string, help: string, labelNames: string[], collect: (this: Gauge) => void | Promise<void>): Gauge =>
    new Gauge({ name, help, labelNames, registers, collect });

  gauge('imago_dependency_up', 'Whether what the service depends on answers', ['dependency'], async function () {
    const all = await dependencies();
    known = all.map(({ name }) => name);
    this.reset(); // what is not told of any more, such as a spool that is empty
    for (const { name, ok, answers = ok } of all) this.set({ dependency: name }, Number(answers));
  });
  gauge('imago_connections', 'Connections of a pool, and requests that wait for one', ['dependency', 'state'], async function () {
    for (const { name, connections } of await dependencies()) {
      if (!connections) continue;
      for (const [state, count] of Object.entries(connections)) this.set({ dependency: name, state }, count);
    }
  });
  gauge('imago_blocks_in_force', 'Rules that keep things out of feeds now', [], function () {
    if (watched) this.set(watched.counts().blocks);
  });
  gauge('imago_catalogue_items', 'Items that this process knows', [], function () {
    if (watched) this.set(watched.counts().items);
  });
  return (what) => void (watched = what);
}

/** What answers in time, else all that was known before, as away. */
async function withinLimit(health: Promise<DependencyHealth[]>, known: () => string[]): Promise<DependencyHealth[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth[]>((resolve) => {
    timer = setTimeout(() => resolve(known().map((name) => ({ name, ok: false, detail: 'no answer in time' }))), HEALTH_MS);
  });
  return Promise.race([health, late]).finally(() => clearTimeout(timer));
}
