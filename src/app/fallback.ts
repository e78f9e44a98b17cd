import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { buildPage } from '../core/feed.js';
import { InputReader } from '../core/requests/input-reader.js';
import { AppError, type Fault, refuseFaults } from '../core/errors.js';
import { type FallbackList } from './answers.js';
import { Allowance, type Allowed } from './allowance.js';
import { genericInputs } from './generic-inputs.js';
import { presentItem } from './present.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';

const LENGTH = 100;
/** The list changes slowly but for blocks, which make it anew at once. */
const KEPT_MS = 10_000;
const MAX_SURFACES = 64;
/** Of surfaces that nobody has heard of. */
const NEW: Allowed = { most: 16, everyMs: 1_000 };

interface Ports {
  index: ShopIndex;
  settings: Pick<SettingsInForce, 'of'>;
  clock: () => number;
}

/**
 * Generic lists by surface: what a storefront keeps, to show when it reaches nothing else. Made at most every ten seconds, and anew as soon as blocks change.
 * Nothing of it is logged, since nobody knows who sees it. Anybody may ask, so lists of surfaces that nobody has heard of are made one a second.
 */
export function createFallback(ports: Ports): (surface: string) => Promise<FallbackList> {
  const { index, settings, clock } = ports;
  const made = new LRUCache<string, { list: Promise<FallbackList>; at: number; of: unknown }>({ max: MAX_SURFACES });
  const unheard = new Allowance(NEW, clock());
  const refuseFlood = (): void => {
    if (!unheard.isAny(clock()))
      throw new AppError('OVERLOADED', 'lists of too many new surfaces are asked for; try again in a while', [], 1);
    unheard.take();
  };
  return async (surface) => {
    const faults: Fault[] = [];
    const name = new InputReader({ surface }, faults).surface('surface', 'home');
    refuseFaults(faults);
    const of = index.shop.blocks;
    const known = made.get(name);
    if (known?.of === of && clock() - known.at < KEPT_MS) return known.list;
    const isKnown = known !== undefined || name === 'home' || settings.of(name).surface === name;
    if (!isKnown) refuseFlood();
    const list = makeList(name, ports);
    made.set(name, { list, at: clock(), of });
    list.catch(() => made.delete(name));
    return list;
  };
}

async function makeList(surface: string, ports: Ports): Promise<FallbackList> {
  const inputs = genericInputs(surface, LENGTH, ports);
  const { placed } = await buildPage(inputs);
  const items = placed.map(({ itemNo, position }) => ({ position, item: presentItem(ports.index.shop, itemNo) }));
  const body = JSON.stringify({ surface, configVersion: inputs.config.version, items });
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
}
