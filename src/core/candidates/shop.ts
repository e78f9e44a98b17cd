import { type Authenticity } from '../events/authenticity/judges.js';
import { type Blocks } from './blocks.js';
import { type Catalogue } from './catalogue.js';
import { type CreatorSizes } from './creator-sizes.js';
import { type GraphView } from './graph/social-graph.js';
import { type Neighbours } from './neighbours.js';
import { type Popularity } from './popularity.js';
import { type RecentActs } from './recent-acts.js';
import { type RecentBuyers } from './recent-buyers.js';
import { type RegionalTrending } from './regional-trends.js';
import { type RepurchaseCycles } from './repurchase.js';
import { type Trials } from './trials.js';
import { type ItemTrust } from './trust/item-trust.js';

/** What a process knows of the shop while serving: all derived, all in memory, read by index. */
export interface Shop {
  catalogue: Catalogue;
  popularity: Popularity;
  /** What is trending in each region. */
  regional: RegionalTrending;
  /** What each user did lately, for those who follow him. */
  acts: RecentActs;
  similar: Neighbours;
  boughtTogether: Neighbours;
  /** Items whose learned vectors lie closest. */
  embedded: Neighbours;
  /** How long it usually takes until things are bought again. */
  cycles: RepurchaseCycles;
  /** How often everything was shown and clicked. */
  trials: Trials;
  /** Who is taken for a person. */
  authenticity: Authenticity;
  /** Who stands where among people. */
  graph: GraphView;
  /** How far items and creators can be relied on, and which items are near-copies. */
  trust: ItemTrust;
  /** What the shop has taken down. */
  blocks: Blocks;
  /** How much creators were shown in thirty days; left out until it is counted. */
  sizes?: CreatorSizes;
  /** Who bought what lately; left out where that is told to nobody. */
  buyers?: RecentBuyers;
}
