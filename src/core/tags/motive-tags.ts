import { meanOf, shareOf } from './numbers.js';
import { wayToPurchase } from './item-acts.js';
import { newShare } from './sketches.js';
import { TOUCHES } from './fold-habits.js';
import { LATELY_DAYS, type Measure } from './measures.js';
import { type Given, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { priceRank } from './value-tags.js';
import { type View } from './view.js';

const { value } = tagsOf('INTEREST');
/** Steps before a purchase from which it counts as weighed. */
const WEIGHED = 3;
const ENOUGH = 10;
const touched = [...TOUCHES];

type Part = { share: number; evidence: number } | null;

const part = (share: number | null, evidence: number): Part => (share === null ? null : { share, evidence });
const partOf = (view: View, some: Measure, all: Measure): Part => part(shareOf(view.sum(some), view.sum(all)), view.sum(all));

/** The mean of the parts that are known; the evidence of all of them. */
const motive = (given: Pick<Given, 'key' | 'from'> & Partial<Given>, description: string, parts: (view: View) => Part[]): TagDeclaration =>
  value({ unit: SHARE, halfLifeDays: LATELY_DAYS, enough: ENOUGH, ...given }, description, (view): Read => {
    const known = parts(view).filter((one) => one !== null);
    if (known.length === 0) return null;
    return [meanOf(known.map(({ share }) => share)), known.reduce((sum, { evidence }) => sum + evidence, 0)];
  });

function rank(view: View, turned: boolean): Part {
  const found = priceRank(view);
  if (found === null || typeof found === 'number') return null;
  return part(turned ? 1 - found[0] : found[0], found[1]);
}

function metNew({ state: { habits } }: View, now: 'brandsNow' | 'categoriesNow', before: 'brandsBefore' | 'categoriesBefore'): Part {
  const found = newShare(habits.sketches, now, before);
  return found && part(found.share, found.members);
}

/** Share of purchases of late that at least three looks and other steps came before. */
function weighed(view: View): Part {
  const ways = view.actsByItem.flatMap((item) => wayToPurchase(item) ?? []);
  return part(shareOf(ways.filter(({ acts }) => acts >= WEIGHED).length, ways.length), ways.length);
}

export const MOTIVE_TAGS: readonly TagDeclaration[] = [
  motive(
    { key: 'motive-price', from: touched, dimension: 'VALUE' },
    'How far price moves the user: mean of the share of purchases below list, how low he buys among the prices he looks at, and the share of bargains in what he turns to.',
    (view) => [partOf(view, 'buy:discounted', 'buy:compared'), rank(view, true), partOf(view, 'touch:deal', 'touch')],
  ),
  motive(
    { key: 'motive-novelty', from: touched },
    'How far the new moves the user: mean of the share of items at most two weeks old, and of brands and of categories never met before.',
    (view) => [
      partOf(view, 'touch:new', 'touch:aged'),
      metNew(view, 'brandsNow', 'brandsBefore'),
      metNew(view, 'categoriesNow', 'categoriesBefore'),
    ],
  ),
  motive(
    { key: 'motive-quality', from: touched, dimension: 'VALUE' },
    'How far quality moves the user: mean of how high he buys among the prices he looks at, the share of premium items in purchases, and the share of purchases weighed in three steps or more.',
    (view) => [rank(view, false), partOf(view, 'buy:premium', 'buy'), weighed(view)],
  ),
  motive(
    { key: 'motive-social-proof', from: touched, dimension: 'SOCIAL', purpose: 'SOCIAL_GRAPH' },
    'How far others move the user: mean of the shares of what he turns to that a share brought him to, that those he follows made, and that is labelled popular.',
    (view) => [partOf(view, 'touch:referred', 'touch'), partOf(view, 'touch:followed', 'touch'), partOf(view, 'touch:proof', 'touch')],
  ),
  motive(
    { key: 'motive-values', from: touched, dimension: 'VALUE' },
    'How far convictions move the user: mean of the shares of items labelled organic, fair, recycled and the like in what he turns to and in what he buys.',
    (view) => [partOf(view, 'touch:values', 'touch'), partOf(view, 'buy:values', 'buy')],
  ),
];
