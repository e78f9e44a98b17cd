import { describeGenericFeed, type GenericFeed } from '../../core/diversification/cocoon/generic-feed.js';
import { buildPage } from '../../core/feed.js';
import { genericInputs } from '../generic-inputs.js';

const HOME = 'home';
const CARDS = 100;

/** Read one long page of home for nobody in particular. */
export async function readGenericFeed(ports: Parameters<typeof genericInputs>[2], level: number | null): Promise<GenericFeed> {
  const { placed } = await buildPage(genericInputs(HOME, CARDS, ports));
  return describeGenericFeed(ports.index.shop.catalogue, placed.map(({ itemNo }) => itemNo), level); // prettier-ignore
}
