import { type EventType } from '../../core/events/event.js';
import { type Random } from '../../core/random.js';
import { between, happens, pick, pickSeveral, waiting } from './chance.js';
import { type Piece } from './content.js';
import { type Follow, type Tastes, sumOf } from './follows.js';
import { type ChosenProduct, type SampleLine, type Selection, groupBy, itemId, userId } from './selection.js';

const DAY = 86_400;
/** How far back the steps before a purchase, and what came after it, are made up. */
const FUNNEL_DAYS = 60;
const AFTER_DAYS = 200;
const CURIOUS_A_PIECE = 8;
const FOLLOWERS_WHO_SEE = 0.12;

/** A made-up event; `at` in seconds relative to the end of the data. */
interface Act {
  type: EventType;
  user: string;
  at: number;
  item?: string;
  more?: SampleLine;
}

/** All made-up events in the order of time. */
export function inventActs(random: Random, selection: Selection, pieces: Piece[], follows: Follow[], tastes: Tastes): SampleLine[] {
  const acts = [
    ...follows.map(followAct),
    ...purchaseActs(random, selection),
    ...pieces.flatMap((piece) => pieceActs(random, piece, selection, follows, tastes)),
    ...shareActs(random, selection, follows),
  ];
  return acts
    .filter(({ at }) => at <= 0)
    .map((act, index) => ({ act, index }))
    .sort((a, b) => a.act.at - b.act.at || a.index - b.index)
    .map(({ act: { type, user, at, item, more } }, index) => ({
      id: `sample-gen-${index + 1}`,
      type,
      userId: user,
      ...(item === undefined ? {} : { itemId: item }),
      occurredAt: at,
      ...more,
    }));
}

const followAct = ({ from, to, at }: Follow): Act => ({
  type: 'FOLLOW',
  user: userId(from),
  at,
  more: { targetUserId: 'creator' in to ? to.creator.id : userId(to.household) },
});

/** What could have led to a real purchase, and what could have followed it. */
function purchaseActs(random: Random, { purchases, end, products }: Selection): Act[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  return purchases.flatMap(({ household, product, at: boughtAt }) => {
    const at = boughtAt - end;
    const [user, item] = [userId(household), itemId(product)];
    const before = (seconds: number) => Math.round(at - 30 - waiting(random, seconds));
    const after = (days: number) => Math.round(at + 3600 + waiting(random, days * DAY));
    const acts: Act[] = [];
    if (at > -FUNNEL_DAYS * DAY) {
      if (happens(random, 0.06))
        acts.push({ type: 'SEARCH', user, at: before(1200), more: { query: byId.get(product)!.path.at(-1)!.toLowerCase() } });
      if (happens(random, 0.3)) acts.push({ type: 'CLICK', user, item, at: before(900) });
      if (happens(random, 0.25)) acts.push({ type: 'VIEW', user, item, at: before(700) });
      if (happens(random, 0.35)) acts.push({ type: 'ADD_TO_CART', user, item, at: before(300) });
    }
    if (at > -AFTER_DAYS * DAY) {
      if (happens(random, 0.06)) acts.push({ type: 'LIKE', user, item, at: after(1) });
      if (happens(random, 0.03)) acts.push({ type: 'SAVE', user, item, at: after(1) });
      if (happens(random, 0.04))
        acts.push({ type: 'REVIEW', user, item, at: after(4), more: { rating: pick(random, [2, 3, 4, 4, 4, 5, 5, 5, 5]) } });
    }
    return acts;
  });
}

/** Who met a piece of content, and what they did with it: followers more than others, more for what they like to buy. */
function pieceActs(random: Random, piece: Piece, { households }: Selection, follows: Follow[], tastes: Tastes): Act[] {
  const path = piece.products[0].path;
  const followers = follows
    .filter(({ to, at }) => 'creator' in to && to.creator === piece.creator && at < piece.createdAt)
    .map(({ from }) => from);
  const interested = pickSeveral(random, households, CURIOUS_A_PIECE, (household) => sumOf(tastes.get(household)!, path) ** 2);
  const audience = [...new Set([...followers.filter(() => happens(random, FOLLOWERS_WHO_SEE)), ...interested])];
  return audience.flatMap((household) => audienceActs(random, piece, household, Math.min(1, sumOf(tastes.get(household)!, path))));
}

function audienceActs(random: Random, piece: Piece, household: string, liking: number): Act[] {
  const [user, item] = [userId(household), piece.id];
  const at = Math.round(piece.createdAt + 60 + waiting(random, 3 * DAY));
  const later = () => at + between(random, 10, 120);
  const acts: Act[] = [{ type: 'CLICK', user, item, at }];
  if (piece.durationMs !== undefined)
    acts.push({
      type: 'PLAY_END',
      user,
      item,
      at: later(),
      more: { dwellMs: Math.round(piece.durationMs * Math.min(1, 0.15 + liking * random() * 1.4)) },
    });
  else acts.push({ type: 'DWELL', user, item, at: later(), more: { dwellMs: between(random, 2, 20 + Math.round(liking * 60)) * 1000 } });
  if (happens(random, 0.08 + 0.35 * liking)) acts.push({ type: 'LIKE', user, item, at: later() });
  if (happens(random, 0.15 * liking)) acts.push({ type: 'SAVE', user, item, at: later() });
  if (happens(random, 0.1 * liking))
    acts.push({ type: 'COMMENT', user, item, at: later(), more: { sentiment: pick(random, [-0.4, 0, 0.3, 0.5, 0.8, 0.9]) } });
  if (happens(random, 0.05)) acts.push({ type: 'HELPFUL', user, item, at: later() });
  if (happens(random, 0.02)) acts.push({ type: 'HIDE', user, item, at: later(), more: { hideScope: 'ITEM' } });
  return acts;
}

const SHARES = 350;

/** Shares of bought products with a follower, some of whom come to look, and a few put it into their cart. */
function shareActs(random: Random, { purchases, end, products }: Selection, follows: Follow[]): Act[] {
  const followersOf = groupBy(
    follows.flatMap(({ from, to }) => ('household' in to ? [{ from, to: to.household }] : [])),
    ({ to }) => to,
  );
  const known: ReadonlySet<string> = new Set(products.map(({ id }: ChosenProduct) => id));
  const recent = purchases.filter(
    ({ at, household, product }) => at - end > -AFTER_DAYS * DAY && followersOf.has(household) && known.has(product),
  );
  return pickSeveral(random, recent, SHARES, () => 1).flatMap(({ household, product, at }, i): Act[] => {
    const shareId = `gen-share-${i + 1}`;
    const sharedAt = Math.round(at - end + waiting(random, DAY));
    const friend = userId(pick(random, followersOf.get(household)!).from);
    const seenAt = Math.round(sharedAt + 60 + waiting(random, DAY / 2));
    const brought = { shareId, referrerUserId: userId(household) };
    return [
      { type: 'SHARE', user: userId(household), item: itemId(product), at: sharedAt, more: { shareId } },
      ...(happens(random, 0.55) ? [{ type: 'CLICK' as const, user: friend, item: itemId(product), at: seenAt, more: brought }] : []),
      ...(happens(random, 0.15)
        ? [{ type: 'ADD_TO_CART' as const, user: friend, item: itemId(product), at: seenAt + 90, more: brought }]
        : []),
    ];
  });
}
