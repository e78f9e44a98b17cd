/** A column of the feature matrix; the name carries its version. */
export interface FeatureDefinition {
  name: string;
  index: number;
  group: string;
  unit: string;
  min: number | null;
  max: number | null;
  default: number;
  description: string;
}

type Row = [name: string, unit: string, min: number | null, max: number | null, fallback: number, description: string];

const LOG_CATEGORY_MIN = Math.log(0.05);
const LOG_RECENT_MIN = Math.log(0.1);

/**
 * Every feature there is, in the order of the columns; append only. Those with a logarithm are the terms of the log-additive rules. A value outside its range
 * is drawn to the nearer end; one that is unknown, or may not be used, is the default.
 */
const ROWS: Row[] = [
  ['item.popularity_log@1', 'ln(1 + weight)', 0, null, 0, 'Weight of all acts on the item: click 1 to purchase 5, half-life 30 days'],
  ['item.trend_log@1', 'ln(1 + weight)', 0, null, 0, 'The same with a half-life of 1 day'],
  ['item.trend_share@1', 'share', 0, 1, 0, 'Trend weight as a share of 1 + popularity weight: how much of the interest is of today'],
  ['item.freshness@1', 'share', 0, 1, 0, 'What is left of newness: 1 when created, half after 14 days'],
  ['item.age_log@1', 'ln(1 + days)', 0, null, 0, 'Days since the item was created'],
  ['item.price_log@1', 'ln(1 + price)', 0, null, 0, 'Price in the currency of the shop; 0 where there is none'],
  ['item.price_known@1', 'flag', 0, 1, 0, 'The item has a price'],
  ['item.commercial@1', 'flag', 0, 1, 0, 'The content is paid for by a brand'],
  ['item.content@1', 'flag', 0, 1, 0, 'The item is content (note, video, live show) and no product'],

  ['user.category_affinity@1', 'ln(0.05 + share)', LOG_CATEGORY_MIN, Math.log(1.05), LOG_CATEGORY_MIN, "Share of the user's taste, half-life 30 days, that is for the item's categories, broad and narrow"],
  ['user.category_recent@1', 'ln(0.1 + share)', LOG_RECENT_MIN, Math.log(1.1), LOG_RECENT_MIN, "Share of the item's categories in those of the last 20 things the user showed interest in"],
  ['user.brand_affinity@1', 'share', 0, 1, 0, "Share of the user's taste for brands, half-life 45 days, that is for the item's brand"],
  ['user.creator_affinity@1', 'share', 0, 1, 0, "Share of the user's taste for creators, half-life 30 days, that is for the item's creator"],
  ['user.price_match@1', 'share', 0, 1, 0, "Share of the user's interest, half-life 60 days, in the item's band of prices; three bands a decade"],
  ['user.aversion@1', 'ln(1 + weight)', 0, null, 0, "Weight of what the user did against the item's categories, brand and creator"],
  ['user.shown@1', 'ln(1 + showings)', 0, null, 0, 'How often the item was shown to the user, with the half-life of the fatigue settings'],
  ['user.owned@1', 'ln(1 + units)', 0, null, 0, 'Units of the item that the user owns'],
  ['user.touched@1', 'flag', 0, 1, 0, 'The item is among the last 50 that the user did something with'],
  ['user.activity@1', 'ln(1 + events)', 0, null, 0, 'Events of the user so far'],
  ['user.orders_log@1', 'ln(1 + orders)', 0, null, 0, 'Orders of the user, half-life 180 days'],
  ['user.ties_log@1', 'ln(1 + people)', 0, null, 0, 'How many people the user follows'],
  ['user.idle_log@1', 'ln(1 + hours)', 0, null, 0, 'Hours since the last event of the user'],

  ['cross.cf@1', 'ln(1 + 10 weight)', 0, null, 0, 'Co-occurrence with the last 20 things the user showed interest in, by cosine, faded by a tenth from act to act'],
  ['cross.last_cf@1', 'ln(1 + 20 weight)', 0, null, 0, 'The same with the last 3, each counting half of the one after it'],
  ['cross.together@1', 'ln(1 + 10 weight)', 0, null, 0, 'How often the item is bought together with what the user bought last or has in the cart'],
  ['cross.friends@1', 'ln(1 + weight)', 0, null, 0, 'Purchases (1) and likes (0.5) of the item by followed people, times the tie, half-life 30 days'],
  ['cross.creator_tie@1', 'strength', 0, 1, 0, "Strength of the tie to the item's creator: 0.5 for a new one"],
  ['cross.basket@1', 'ln(1 + 10 weight)', 0, null, 0, 'What the table of the relation asked for says of the item and the basket'],
  ['cross.basket_known@1', 'flag', 0, 1, 0, 'The table of the relation asked for has the item as a neighbour of the basket'],
  ['cross.basket_content@1', 'share', 0, 1, 0, 'Likeness to the nearest item of the basket by category, brand, creator and price'],

  ['context.hour_sin@1', 'sine', -1, 1, 0, 'Hour of the day where the user is, around the clock'],
  ['context.hour_cos@1', 'cosine', -1, 1, 0, 'Hour of the day where the user is, around the clock'],
  ['context.hour_activity@1', 'share', 0, 1, 0, "Share of the user's activity that falls into this hour, half-life 30 days"],

  ['request.popularity_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates that are less popular; half of those level with it count'],
  ['request.cf_rank@1', 'share', 0, 1, 0.5, 'The same by co-occurrence with what the user showed interest in'],
  ['request.freshness_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates that are older'],
  ['request.sources@1', 'count', 0, 16, 0, 'How many kinds of source proposed the item'],
  ['request.prior@1', 'share', 0, 1, 0, "The caller's own score of the item, scaled to 0..1; 0 where he gave none"],
]; // prettier-ignore

export const featureCatalogue: readonly FeatureDefinition[] = ROWS.map(([name, unit, min, max, fallback, description], index) => ({
  name,
  index,
  group: name.slice(0, name.indexOf('.')),
  unit,
  min,
  max,
  default: fallback,
  description,
}));

export const FEATURE_NAMES: readonly string[] = featureCatalogue.map(({ name }) => name);
export const FEATURE_COUNT = featureCatalogue.length;

const indexByName = new Map(featureCatalogue.map(({ name, index }) => [name, index]));

/** The column of a feature, or undefined for a name that is none. */
export const columnOf = (name: string): number | undefined => indexByName.get(name);

/** The column of a feature that exists. @throws RangeError for a name that is none */
export function column(name: string): number {
  const index = indexByName.get(name);
  if (index === undefined) throw new RangeError(`there is no feature ${name}`);
  return index;
}
