import { type CocoonState } from '../../core/tags/cocoon/cocoon-state.js';
import { AFFINITY_FAMILIES, HIDDEN_KINDS, type UserState } from '../../core/tags/state.js';

/** Bytes that Node 20 takes, those of typed arrays among them, measured over 2,000 states of each kind and rounded up. */
const EMPTY = 10_400;
const SUM = 110;
const ACT = 80;
const OWNED = 95;
const OWNERSHIP = 190;
const BOUGHT_ON = 200;
const TIME = 40;
const TIE = 110;
const FOLLOW_ACT = 75;
const WRITER = 150;
const SESSION = 70;
const PLACE = 150;
const SHOWINGS = 85;
const TALLY = 160;
const NAME = 55;
const AWAITED = 100;
const PENDING_PAGE = 550;
const PENDING_CARD = 40;

/** About how many bytes a state takes. */
export function stateBytes(state: UserState): number {
  let sums = state.shown.size;
  for (const family of AFFINITY_FAMILIES) sums += state.affinity[family].size;
  let times = state.hiddenItems.size + state.hideActs.size;
  for (const kind of HIDDEN_KINDS) times += state.hiddenNames[kind].size + state.unhiddenNames[kind].size;
  return (
    EMPTY +
    SUM * sums +
    ACT * state.recent.length +
    OWNED * (state.purchases.size + state.orderTallies.size) +
    OWNERSHIP * state.ownership.size +
    BOUGHT_ON * state.boughtOn.size +
    SESSION * state.habits.sessions.length +
    PLACE * (state.habits.platforms.size + state.habits.surfaces.size) +
    TIME * times +
    TIE * state.ties.size +
    FOLLOW_ACT * state.followActs.size +
    WRITER * (state.events.last.size + state.pages.last.size) +
    SHOWINGS * state.weariness.items.size +
    TALLY * state.weariness.creators.size +
    cocoonBytes(state.cocoon)
  );
}

function cocoonBytes({ categories, makers, repeats, own, taken, offered, accepted, awaiting, pending }: CocoonState): number {
  let bytes = AWAITED * awaiting.size;
  for (const { names } of [categories, makers, repeats, own, taken, offered, accepted]) bytes += NAME * names.size;
  for (const { cards, widening } of pending) bytes += PENDING_PAGE + PENDING_CARD * (cards.size + widening.size);
  return bytes;
}
