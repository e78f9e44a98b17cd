import { createHash } from 'node:crypto';
import { buildPage } from '../core/feed.js';
import { InputReader } from '../core/requests/input-reader.js';
import { type Fault, refuseFaults } from '../core/errors.js';
import { type FallbackList } from './answers.js';
import { genericInputs } from './generic-inputs.js';
import { presentItem } from './present.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';

const LENGTH = 100;
/** The list changes slowly but for blocks, which make it anew at once. */
const KEPT_MS = 10_000;
const MAX_SURFACES = 64;

interface Ports {
  index: ShopIndex;
  settings: Pick<SettingsInForce, 'of'>;
  clock: () => number;
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
    const inputs = genericInputs(name, LENGTH, ports);
    const { placed } = await buildPage(inputs);
    const items = placed.map(({ itemNo, position }) => ({ position, item: presentItem(shop, itemNo) }));
    const body = JSON.stringify({ surface: name, configVersion: inputs.config.version, items });
    const list = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
    if (made.size >= MAX_SURFACES) made.clear();
    made.set(name, { list, at: ports.clock(), of });
    return list;
  };
}
