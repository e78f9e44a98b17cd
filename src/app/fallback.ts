import { createHash } from 'node:crypto';
import { buildPage } from '../core/feed.js';
import { type PageInputs } from '../core/page.js';
import { PURPOSES } from '../core/privacy/purposes.js';
import { seededRandom } from '../core/random.js';
import { InputReader } from '../core/requests/input-reader.js';
import { type Fault, refuseFaults } from '../core/errors.js';
import { emptyState } from '../core/tags/state.js';
import { localHour } from '../core/time.js';
import { type FallbackList } from './answers.js';
import { presentItem } from './present.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';

const LENGTH = 100;
/** The list changes slowly but for blocks, which make it anew at once. */
const KEPT_MS = 10_000;
const MAX_SURFACES = 64;
const SEED = 1;

interface Ports {
  index: ShopIndex;
  settings: Pick<SettingsInForce, 'of'>;
  timeZone: string;
  clock: () => number;
}

/** What everybody may be shown of a surface: by rules and without chance, for somebody of whom nothing is known, so not for adults alone and in no region of its own. */
function genericInputs(surface: string, { index, settings, timeZone, clock }: Ports): PageInputs {
  const config = settings.of(surface);
  const exploration = { ...config.settings.exploration, method: 'NONE' } as const;
  const now = clock();
  return {
    request: {
      kind: 'feed', surface, first: LENGTH, filter: null, region: null, geohash: null, hour: localHour(now, timeZone), contextItems: [], candidates: null,
      basket: null, placedBefore: [], shownOnPage: [],
    }, // prettier-ignore
    config: { ...config, settings: { ...config.settings, exploration } },
    shop: index.shop,
    state: emptyState(),
    user: null,
    purposes: new Set(PURPOSES),
    now,
    random: seededRandom(SEED),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
  };
}

/**
 * Generic lists by surface: what a storefront keeps, to show when it reaches nothing else. Made at most every ten seconds, and anew as soon as blocks change.
 * Nothing of it is logged, since nobody knows who sees it.
 */
export function createFallback(ports: Ports): (surface: string) => Promise<FallbackList> {
  const made = new Map<string, { list: FallbackList; at: number; of: unknown }>();
  return async (surface) => {
    const faults: Fault[] = [];
    const name = new InputReader({ surface }, faults).surface('surface', 'home');
    refuseFaults(faults);
    const { shop } = ports.index;
    const known = made.get(name);
    if (known?.of === shop.blocks && ports.clock() - known.at < KEPT_MS) return known.list;
    const of = shop.blocks;
    const inputs = genericInputs(name, ports);
    const { placed } = await buildPage(inputs);
    const items = placed.map(({ itemNo, position }) => ({ position, item: presentItem(shop, itemNo) }));
    const body = JSON.stringify({ surface: name, configVersion: inputs.config.version, items });
    const list = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
    if (made.size >= MAX_SURFACES) made.clear();
    made.set(name, { list, at: ports.clock(), of });
    return list;
  };
}
