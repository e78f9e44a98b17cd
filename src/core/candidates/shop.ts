import { type Catalogue } from './catalogue.js';
import { type Neighbours } from './neighbours.js';
import { type Popularity } from './popularity.js';
import { type RecentActs } from './recent-acts.js';
import { type RepurchaseCycles } from './repurchase.js';
import { type Trials } from './trials.js';

/** What a process knows of the shop while serving: all derived, all in memory, read by index. */
export interface Shop {
  catalogue: Catalogue;
  popularity: Popularity;
  /** What each user did lately, for those who follow him. */
  acts: RecentActs;
  similar: Neighbours;
  boughtTogether: Neighbours;
  /** How long it usually takes until things are bought again. */
  cycles: RepurchaseCycles;
  /** How often everything was shown and clicked. */
  trials: Trials;
}
