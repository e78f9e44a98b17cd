import { type LoggedPage } from '../../core/exposures/exposure.js';
import { type ShownCards } from '../../core/tags/fold.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { type ShopIndex } from '../shop-index.js';

/** How the cards of logged pages come to count: by the settings that each was served under. */
export type ShownCardsOf = (page: LoggedPage) => Promise<ShownCards>;

export function createShownCards({
  settings,
  index,
  timeZone,
}: {
  settings: Pick<SettingsInForce, 'of' | 'version'>;
  index: ShopIndex;
  timeZone: string;
}): ShownCardsOf {
  const itemOf = (no: number) => index.shop.catalogue.row(no);
  return async (page) => {
    const inForce = settings.of(page.surface);
    const config =
      inForce.version === page.configVersion ? inForce : await settings.version(page.surface, page.configVersion).catch(() => inForce);
    return { page, countsAt: config.settings.fatigue.countsAt, itemOf, timeZone };
  };
}
