import { categoryGroups } from '../../core/diversification/cocoon/category-groups.js';
import { COCOON_VERSION } from '../../core/diversification/cocoon/cocoon-index.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type CocoonLedger, type KeptBaseline } from '../../ports/cocoon-ledger.js';
import { type Log } from '../../ports/log.js';
import { coalesced } from '../coalesced.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { type ShopIndex } from '../shop-index.js';
import { readGenericFeed } from './generic-page.js';

/** A baseline that is not kept yet is made anew after so long, where the catalogue changed. */
const PROVISIONAL_MS = 5_000;

export interface BaselinePorts {
  cocoonLedger: CocoonLedger;
  index: ShopIndex;
  settings: Pick<SettingsInForce, 'of'>;
  clock: () => number;
  log: Log;
}

/** What indices are measured against today. */
export interface BaselineOfDay {
  baseline: KeptBaseline;
  /** The category at the level of the index, of a narrowest category. */
  groupOf: (category: number) => number;
}

export interface BaselineInForce {
  now(): Promise<BaselineOfDay>;
  /** Fix what today is measured against, unless it is. */
  fix(): Promise<void>;
}

/** Until a day has one that is kept, what is usual is worked out when it is asked for. */
export function createBaseline(ports: BaselinePorts): BaselineInForce {
  const { cocoonLedger, index, clock, log } = ports;
  let current: (BaselineOfDay & { day: string; isKept: boolean; madeAt: number; changes: number }) | null = null;

  const refresh = coalesced(async () => {
    const day = utcDay(clock());
    const { changes } = index.shop.catalogue;
    const kept = await cocoonLedger.baseline(day);
    const baseline = kept ?? (await makeBaseline(day, ports));
    const groupOf = categoryGroups(index.shop.catalogue, baseline.level);
    current = { baseline, groupOf, day, isKept: kept !== null, madeAt: clock(), changes };
  });
  return {
    async now() {
      if (current === null || current.day !== utcDay(clock())) await refresh();
      else if (!current.isKept && clock() - current.madeAt > PROVISIONAL_MS && current.changes !== index.shop.catalogue.changes)
        void refresh().catch((error: unknown) => log.warn({ err: error }, 'what cocoons are compared with could not be made anew'));
      return current!;
    },
    async fix() {
      const today = utcDay(clock());
      await cocoonLedger.keepBaseline(today, await makeBaseline(today, ports));
      await refresh();
    },
  };
}

/** What is usual on a day: the generic feed as it is, and the users of the day before; where there were none, those of the day, or the generic feed. */
async function makeBaseline(day: string, ports: BaselinePorts): Promise<KeptBaseline> {
  const { cocoonLedger } = ports;
  const [first, before] = await Promise.all([cocoonLedger.firstBaseline(), cocoonLedger.meanCollisions(utcDay(Date.parse(day) - DAY_MS))]);
  const means = before ?? (await cocoonLedger.meanCollisions(day));
  const generic = await readGenericFeed(ports, first?.version === COCOON_VERSION ? first.level : null);
  return {
    version: COCOON_VERSION,
    level: generic.level,
    categories: { generic: generic.categoryCollision, mean: means?.categories ?? generic.categoryCollision },
    makers: { generic: generic.makerCollision, mean: means?.makers ?? generic.makerCollision },
  };
}
