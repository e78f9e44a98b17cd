import { type Catalogue } from './catalogue.js';
import { type Neighbours } from './neighbours.js';
import { type Popularity } from './popularity.js';
import { type RecentActs } from './recent-acts.js';

/** What a process knows of the shop while serving: all derived, all in memory, read by index. */
export interface Shop {
  catalogue: Catalogue;
  popularity: Popularity;
  /** What each user did lately, for those who follow him. */
  acts: RecentActs;
  similar: Neighbours;
  boughtTogether: Neighbours;
  /** Days after which buying an item again is usual, as learned of its category; null, or left out, where nothing is learned. */
  repurchaseCycleDays?(itemNo: number): number | null;
}
