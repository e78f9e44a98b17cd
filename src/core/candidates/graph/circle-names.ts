import { type Standings } from './standing.js';

/** What somebody likes, in names: of categories, brands, creators. */
export type TastesOf = (userId: string) => Iterable<string>;

/** A name has to be the taste of so many members. */
const LEAST_FANS = 2;

/**
 * Names for circles: of each what sets its members apart, the taste with the largest `p * ln(p / q)`, where p is the share of members who have it and q
 * that of everybody, both with one half added. Two circles of one name are told apart by the taste that is next for the smaller one; a circle without
 * tastes is called by its number.
 *
 * @returns name by number of the circle
 */
export function* nameCircles(
  { users, circles }: Pick<Standings, 'users' | 'circles'>,
  tastesOf: TastesOf,
): Generator<void, Map<number, string>> {
  const fans = new Map<string, number>();
  const membersOf = new Map<number, number>();
  const fansOf = new Map<number, Map<string, number>>();
  for (let no = 0; no < users.length; no++) {
    const circle = circles[no];
    if (circle >= 0) membersOf.set(circle, (membersOf.get(circle) ?? 0) + 1);
    for (const taste of new Set(tastesOf(users[no]))) {
      fans.set(taste, (fans.get(taste) ?? 0) + 1);
      if (circle < 0) continue;
      let own = fansOf.get(circle);
      if (!own) fansOf.set(circle, (own = new Map<string, number>()));
      own.set(taste, (own.get(taste) ?? 0) + 1);
    }
    yield;
  }
  const names = new Map<number, string>();
  const taken = new Set<string>();
  const bySize = [...membersOf].sort(([a, n], [b, m]) => m - n || a - b);
  for (const [circle, members] of bySize) {
    const apart = [...(fansOf.get(circle) ?? [])]
      .filter(([, count]) => count >= LEAST_FANS)
      .map(([taste, count]) => ({ taste, lift: liftOf(count, members, fans.get(taste) ?? 0, users.length) }))
      .filter(({ lift }) => lift > 0)
      .sort((a, b) => b.lift - a.lift || (a.taste < b.taste ? -1 : 1))
      .map(({ taste }) => taste);
    const name = nameOf(apart, taken) ?? `circle ${circle + 1}`;
    taken.add(name);
    names.set(circle, name);
    yield;
  }
  return names;
}

function liftOf(count: number, members: number, all: number, users: number): number {
  const [p, q] = [(count + 0.5) / (members + 1), (all + 0.5) / (users + 1)];
  return p * Math.log(p / q);
}

function nameOf(apart: readonly string[], taken: ReadonlySet<string>): string | undefined {
  const [first, ...others] = apart;
  if (first === undefined || !taken.has(first)) return first;
  const second = others.find((other) => !taken.has(`${first}, ${other}`));
  return second === undefined ? undefined : `${first}, ${second}`;
}
