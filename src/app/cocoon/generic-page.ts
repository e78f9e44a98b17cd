import { describeGenericFeed, type GenericFeed } from '../../core/diversification/cocoon/generic-feed.js';
import { buildPage } from '../../core/feed.js';
import { PURPOSES } from '../../core/privacy/purposes.js';
import { seededRandom } from '../../core/random.js';
import { emptyState } from '../../core/tags/state.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { type ShopIndex } from '../shop-index.js';

const HOME = 'home';
const CARDS = 100;
const SEED = 1;
const MIDDAY = 12;

/** Read one long page of home, by rules and without chance, of somebody of whom nothing is known. */
export async function readGenericFeed(
  { index, settings, clock }: { index: ShopIndex; settings: Pick<SettingsInForce, 'of'>; clock: () => number },
  level: number | null,
): Promise<GenericFeed> {
  const config = settings.of(HOME);
  const exploration = { ...config.settings.exploration, method: 'NONE' } as const;
  const { placed } = await buildPage({
    request: {
      kind: 'feed', surface: HOME, first: CARDS, filter: null, region: null, geohash: null, hour: MIDDAY, contextItems: [], candidates: null, basket: null,
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
  });
  return describeGenericFeed(index.shop.catalogue, placed.map(({ itemNo }) => itemNo), level); // prettier-ignore
}
