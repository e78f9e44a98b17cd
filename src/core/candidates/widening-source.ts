import { type Source } from '../pipeline.js';
import { type CocoonState } from '../tags/cocoon/cocoon-state.js';
import { groupWeights } from '../tags/cocoon/spread.js';
import { limitOf, offerSome } from './feed-sources.js';
import { ItemSums } from './item-sums.js';
import { largest } from './selection.js';
import { forNeighbours, type Signals, type Widening } from './signals.js';
import { topListsOf } from './top-lists.js';

const TIMEOUT_MS = 20;
/** What has this share of what the user begins himself, or of what he is shown, is no news to him. */
const FAMILIAR = { own: 0.05, shown: 0.1 };
/** Directions that a page is offered something from. */
const DIRECTIONS = 12;
/** How many of what is near lead further, and how much less what they lead to counts. */
const STEPS_FROM = 20;
const STEP_WEIGHT = 0.5;
/** People whom those he follows follow, and the first of his circle. */
const FRIENDS_ASKED = 20;
const FRIENDS_OF_EACH = 10;
const LEADERS_ASKED = 20;
const FRIEND_OF_FRIEND = 0.3;
const LEADER = 0.2;
/** Before anything is known of a direction, one card in twenty is expected to be taken. */
const PRIOR = { taken: 1, offered: 20 };

/** What speaks for items outside of what a user knows; used by one page at a time, since nothing waits in between. */
const NEAR = new ItemSums();

const addTo = (near: ItemSums, itemNo: number, weight: number): void => near.add(itemNo, weight, 0);

/** What people near him bought and liked: those he follows, whom they follow, and the first of his circle. */
function nearByPeople(near: ItemSums, { friends, mayUseTies, evidence, shop }: Signals): void {
  if (!mayUseTies) return;
  for (const sums of [evidence.friendsBought, evidence.friendsLiked])
    for (const itemNo of sums.top(STEPS_FROM)) addTo(near, itemNo, sums.sumOf(itemNo));
  const asked = friends.slice(0, FRIENDS_ASKED);
  for (const { userId, strength } of asked) {
    let left = FRIENDS_OF_EACH;
    for (const followee of shop.graph.edges.followeesOf(userId).keys()) {
      if (left-- === 0) break;
      for (const { itemNo } of shop.acts.of(followee)) addTo(near, itemNo, FRIEND_OF_FRIEND * strength);
    }
  }
  const circle = asked.length > 0 ? shop.graph.circleOf(asked[0].userId) : null;
  const leaders = circle === null ? [] : shop.graph.leadersOf(circle).slice(0, LEADERS_ASKED);
  for (const leader of leaders) for (const { itemNo } of shop.acts.of(leader)) addTo(near, itemNo, LEADER);
}

/** What is alike to, or bought with, what is near what he did lately: one step further than other sources go. */
function nearByItems(near: ItemSums, { evidence, shop }: Signals): void {
  const tables = [
    [evidence.similar, shop.similar],
    [evidence.embedded, shop.embedded],
    [evidence.together, shop.boughtTogether],
  ] as const;
  for (const [sums, table] of tables)
    for (const itemNo of sums.top(STEPS_FROM)) {
      const weight = sums.sumOf(itemNo);
      addTo(near, itemNo, weight);
      forNeighbours(table, itemNo, (next, bond) => addTo(near, next, STEP_WEIGHT * weight * bond));
    }
}

/** Groups of categories that are no news to a user. */
function familiarGroups({ own, categories }: CocoonState, groupOf: Widening['groupOf']): Set<number> {
  const familiar = new Set<number>();
  for (const [spread, share] of [
    [own, FAMILIAR.own],
    [categories, FAMILIAR.shown],
  ] as const)
    // prettier-ignore
    for (const [group, weight] of groupWeights(spread.names, groupOf)) if (weight >= share * spread.weight) familiar.add(group);
  return familiar;
}

/**
 * What is offered of a direction to how much is near in it: more where the user took what came from there.
 *
 * @returns 0..20, 1 where nothing is known
 */
function acceptanceBy({ offered, accepted }: CocoonState, groupOf: Widening['groupOf']): (group: number) => number {
  const [given, taken] = [groupWeights(offered.names, groupOf), groupWeights(accepted.names, groupOf)];
  return (group) => (((taken.get(group) ?? 0) + PRIOR.taken) / ((given.get(group) ?? 0) + PRIOR.offered)) * (PRIOR.offered / PRIOR.taken);
}

interface Direction {
  group: number;
  /** What is near in it, with how near. */
  itemNos: number[];
  weights: number[];
}

/** Groups that something near lies in and that are news to the user, those first that most speaks for and that he takes things from. */
function directionsOf(near: ItemSums, taste: CocoonState, { shop: { catalogue } }: Signals, groupOf: Widening['groupOf']): Direction[] {
  const familiar = familiarGroups(taste, groupOf);
  const byGroup = new Map<number, Direction & { weight: number }>();
  near.forEach((itemNo, weight) => {
    if (!catalogue.isOffered(itemNo)) return;
    const group = groupOf(catalogue.leafCategory[itemNo]);
    if (familiar.has(group)) return;
    let direction = byGroup.get(group);
    if (!direction) byGroup.set(group, (direction = { group, weight: 0, itemNos: [], weights: [] }));
    direction.weight += weight;
    direction.itemNos.push(itemNo);
    direction.weights.push(weight);
  });
  const acceptance = acceptanceBy(taste, groupOf);
  return [...byGroup.values()]
    .map((direction) => ({ ...direction, weight: direction.weight * acceptance(direction.group) }))
    .sort((a, b) => b.weight - a.weight || a.group - b.group)
    .slice(0, DIRECTIONS);
}

/**
 * Things from next door: of categories that a user neither looks for nor is shown, but that people near him and what is near his things lead to. Where
 * nothing leads anywhere, what is popular elsewhere. In each direction what is near comes first, then what is popular there.
 */
export const wideningSource: Source<Signals> = {
  name: 'widening',
  source: 'WIDENING',
  essential: false,
  timeoutMs: TIMEOUT_MS,
  limit: (settings) => limitOf(settings, 'WIDENING'),
  propose(signals, offer, limit) {
    const { taste, widening, shop, now } = signals;
    if (!taste || !widening || limit === 0) return;
    NEAR.clear();
    nearByPeople(NEAR, signals);
    nearByItems(NEAR, signals);
    let directions = directionsOf(NEAR, taste.cocoon, signals, widening.groupOf);
    if (directions.length === 0) {
      for (const itemNo of shop.popularity.top().slice(0, 10 * limit)) addTo(NEAR, itemNo, 1);
      directions = directionsOf(NEAR, taste.cocoon, signals, widening.groupOf);
    }
    const each = Math.ceil(limit / Math.max(1, directions.length));
    for (const { group, itemNos, weights } of directions) {
      offerSome(largest(itemNos, weights, itemNos.length, itemNos.length), Math.ceil(each / 2), offer);
      offerSome(topListsOf(shop).of('category', group, now), Math.floor(each / 2), offer);
    }
  },
};
