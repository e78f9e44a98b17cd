import { pickFloat64 } from '../candidates/columns.js';
import { isNewItem, positionsFor } from '../candidates/mix-owed.js';
import { explores } from '../candidates/newcomers.js';
import { type Shop } from '../candidates/shop.js';
import { type Signals } from '../candidates/signals.js';
import { CONTENT_STYLES } from '../item.js';
import { type RankingSettings } from '../settings.js';
import { PLACE } from '../tags/measures.js';
import { type UserState } from '../tags/state.js';
import { type MixFloor, type SlateColumns, type SlateLimits } from './caps.js';
import { type MixFacts, type MixInputs } from './slate-inputs.js';

/** Fewer acts with things that say their style tell of no preference. */
export const LEAST_STYLED = 10;
/** A style may have this much more of a window than of what the user turns to. */
export const STYLE_SLACK = 0.2;
const DUST = 1e-9;

/** A row for every item. */
export function mixFactsOf({ catalogue, sizes }: Shop, itemNos: Uint32Array): MixFacts {
  const style = new Uint8Array(itemNos.length);
  const creatorShown = new Float64Array(itemNos.length);
  for (let i = 0; i < itemNos.length; i++) {
    const creatorNo = catalogue.creator[itemNos[i]];
    style[i] = catalogue.style[itemNos[i]];
    creatorShown[i] = creatorNo > 0 ? (sizes?.exposures[creatorNo] ?? 0) : NaN;
  }
  return { createdAt: pickFloat64(catalogue.createdAt, itemNos), creatorShown, style };
}

/** How often the user turned to each style; null where that is too seldom to tell. */
function stylesOf(taste: UserState | null): Float64Array | null {
  if (!taste) return null;
  const counts = Float64Array.from(CONTENT_STYLES, (style) => Math.max(0, taste.habits.sums[PLACE[`touch:${style}`]]));
  return counts.reduce((sum, count) => sum + count, 0) >= LEAST_STYLED ? counts : null;
}

/** Gather what the mix of a page is decided by, but for the columns; undefined where the settings ask for none and the pool is not kept. */
export function mixInputsOf({ settings: { mix, diversity }, taste, shop, owed }: Signals, isKept: boolean): MixInputs | undefined {
  const styles = diversity.algorithm === 'NONE' && !isKept ? null : stylesOf(taste);
  if (!isKept && mix.newItemShare === 0 && mix.smallCreatorShare === 0 && !styles) return undefined;
  return { medianShown: shop.sizes?.median ?? NaN, owed, styles };
}

/** What is said of a page as a whole. */
export interface MixedPage {
  positions: number;
  isRelated: boolean;
  hasCaps: boolean;
  /** Soft diversity is on. */
  hasVariety: boolean;
  /** Chance may have a part. */
  mayExplore: boolean;
  now: number;
}

type MixColumns = Pick<SlateColumns, 'newItem' | 'smallCreator'>;

/** What the mix adds to the columns and limits of a slate. */
export interface SlateMix {
  limits: Pick<SlateLimits, 'newItems' | 'smallCreators' | 'styles'>;
  /** Of candidates, or of what stands in front of them. */
  columnsOf: (facts: Partial<MixFacts>) => MixColumns;
}

const UNMIXED: SlateMix = { limits: {}, columnsOf: () => ({}) };

/**
 * The shares that a page has to keep. They are off where caps are, and for what relates to a basket, which is chosen for being alike. Chance puts newcomers in
 * and moves what stands last off the page, so the page has to have its shares before that.
 */
export function slateMixOf(inputs: MixInputs | undefined, page: MixedPage, settings: RankingSettings): SlateMix {
  if (!inputs || page.isRelated || !page.hasCaps) return UNMIXED;
  const { mix, diversity, exploration } = settings;
  const { positions, now } = page;
  const chanced = page.mayExplore && explores(settings) ? Math.ceil(exploration.share * positions - DUST) : 0;
  const within = positions - chanced;
  const floor = (share: number, owed: number): MixFloor | undefined =>
    share === 0
      ? undefined
      : {
          inWindow: Math.floor(share * diversity.window + DUST),
          onPage: Math.min(within, positionsFor(share, positions, owed)),
          within,
        };
  const newItems = floor(mix.newItemShare, inputs.owed.newItems);
  const smallCreators = floor(mix.smallCreatorShare, inputs.owed.smallCreators);
  const styles = page.hasVariety && inputs.styles ? styleCaps(inputs.styles, diversity.window) : undefined;
  const smallest = mix.smallCreatorBelow * inputs.medianShown;
  const columnsOf = ({ createdAt, creatorShown }: Partial<MixFacts>): MixColumns => ({
    newItem: newItems && createdAt && Uint8Array.from(createdAt, (at) => Number(isNewItem(at, now, mix.newItemDays))),
    smallCreator: smallCreators && creatorShown && Uint8Array.from(creatorShown, (shown) => Number(shown < smallest)),
  });
  return { limits: { newItems, smallCreators, styles }, columnsOf };
}

/**
 * How many of each style a window holds at most: the share of the style in what the user turned to, a little of every style taken for granted, and some more.
 *
 * @param counts [styles] 0 or more
 * @returns      [styles] 1 to `window`
 */
export function styleCaps(counts: Float64Array, window: number): number[] {
  const total = counts.reduce((sum, count) => sum + count + 1, 0);
  return Array.from(counts, (count) => Math.min(window, Math.ceil(((count + 1) / total + STYLE_SLACK) * window - DUST)));
}
