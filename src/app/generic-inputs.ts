import { type PageInputs } from '../core/page.js';
import { PURPOSES } from '../core/privacy/purposes.js';
import { seededRandom } from '../core/random.js';
import { emptyState } from '../core/tags/state.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';

const SEED = 1;
const MIDDAY = 12;

/** What a page is made from that is for nobody in particular: by rules and without chance, of somebody of whom nothing is known, who is in no region. */
export function genericInputs(
  surface: string,
  first: number,
  { index, settings, clock }: { index: Pick<ShopIndex, 'shop'>; settings: Pick<SettingsInForce, 'of'>; clock: () => number },
): PageInputs {
  const config = settings.of(surface);
  const exploration = { ...config.settings.exploration, method: 'NONE' } as const;
  return {
    request: {
      kind: 'feed', surface, first, filter: null, region: null, geohash: null, hour: MIDDAY, contextItems: [], candidates: null, basket: null,
      placedBefore: [], shownOnPage: [],
    }, // prettier-ignore
    config: { ...config, settings: { ...config.settings, exploration } },
    shop: index.shop,
    state: emptyState(),
    user: null,
    purposes: new Set(PURPOSES),
    now: clock(),
    random: seededRandom(SEED),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
  };
}
