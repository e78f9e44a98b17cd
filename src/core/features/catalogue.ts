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
  ['item.age_share@1', 'share', 0, 1, 0.5, 'Share of the catalogue that was created later, by a sample of about a thousand items'],
  ['item.acceleration@1', 'ln ratio', -5, 5, 0, 'ln((1 + 30 trend weight) / (1 + popularity weight)): above 0 where the last day was busier than the month'],
  ['item.cart_rate@1', 'share', 0, 1, 0, "Times put into a cart per click or view, drawn to the shop's own rate as by 20 clicks"],
  ['item.purchase_rate@1', 'share', 0, 1, 0, "Purchases, without those refunded, per click or view, drawn to the shop's own rate as by 20 clicks"],
  ['item.rating@1', 'stars', 1, 5, 3, "Mean of the ratings, drawn to the shop's own mean as by 5 ratings"],
  ['item.ratings_log@1', 'ln(1 + ratings)', 0, null, 0, 'How many ratings the item has'],
  ['item.price_level@1', 'ln ratio', -5, 5, 0, 'Price against the geometric mean of prices in the narrowest category of the item'],
  ['item.category_share@1', 'share', 0, 1, 0, 'Share of the popularity of all items that is in the narrowest category of the item'],
  ['item.brand_share@1', 'share', 0, 1, 0, "Share of the popularity of all items that is in the item's brand"],
  ['item.creator_share@1', 'share', 0, 1, 0, "Share of the popularity of all items that is in the item's creator"],
  ['item.niche_share@1', 'share', 0, 1, 0, "Share of the popularity of the item's narrowest category that is its own"],
  ['item.scarce@1', 'flag', 0, 1, 0, 'The stock is counted, and at most 5 units are left'],
  ['item.ending@1', 'share', 0, 1, 0, 'How near the last moment of the item is: 1 at it, half 3 days before, 0 without one'],
  ['item.video@1', 'flag', 0, 1, 0, 'The item is a video'],
  ['item.live@1', 'flag', 0, 1, 0, 'The item is a live show'],
  ['item.style_practical@1', 'flag', 0, 1, 0, 'The content is of practical use'],
  ['item.style_emotional@1', 'flag', 0, 1, 0, 'The content appeals to feelings'],
  ['item.style_social@1', 'flag', 0, 1, 0, 'The content is about being together'],

  ['user.taste_breadth@1', 'share', 0, 1, 0, '1 minus the sum of squared shares of the categories liked: 0 for one alone, near 1 for many'],
  ['user.price_level@1', 'band', 0, 36, 0, "Mean band of prices of the user's interest, three bands a decade"],
  ['user.price_spread@1', 'bands', 0, 18, 0, "Standard deviation of the band of prices of the user's interest"],
  ['user.purchase_rate@1', 'share', 0, 1, 0, 'Purchases per click or view of the user, drawn to 0 as by 10 clicks'],
  ['user.cart_rate@1', 'share', 0, 1, 0, 'Times put into the cart per click or view of the user, drawn to 0 as by 10 clicks'],
  ['user.spent_log@1', 'ln(1 + amount)', 0, null, 0, 'Money the user spent, half-life 180 days'],
  ['user.tenure_log@1', 'ln(1 + days)', 0, null, 0, 'Days since the first event of the user'],
  ['user.content_share@1', 'share', 0, 1, 0, "Share of the user's last 50 acts that was on content and not on products"],
  ['user.night_share@1', 'share', 0, 1, 0, "Share of the user's activity from ten at night to six in the morning, half-life 30 days"],

  ['sequence.day_acts@1', 'ln(1 + acts)', 0, null, 0, "How many of the user's last 50 acts are of the last 24 hours"],
  ['sequence.week_acts@1', 'ln(1 + acts)', 0, null, 0, "How many of the user's last 50 acts are of the last 7 days"],
  ['sequence.session_acts@1', 'ln(1 + acts)', 0, null, 0, 'Acts so far of the session that goes on, of at most 50: it ends with a pause of 30 minutes'],
  ['sequence.repetition@1', 'share', 0, 1, 0, "Share of the user's last 50 acts on items that he had acted on within them"],
  ['sequence.bought_recency@1', 'share', 0, 1, 0, 'How near the last purchase of the user is: 1 just now, half after 30 days, 0 for none'],
  ['sequence.page_idle@1', 'ln(1 + hours)', 0, null, 0, 'Hours since a page was last served to the user; 0 for never'],

  ['cross.category_recency@1', 'share', 0, 1, 0, "How near the user's last act in the item's narrowest category is: half after 7 days, 0 for none"],
  ['cross.brand_recency@1', 'share', 0, 1, 0, "The same for the item's brand"],
  ['cross.creator_recency@1', 'share', 0, 1, 0, "The same for the item's creator"],
  ['cross.category_acts@1', 'ln(1 + acts)', 0, null, 0, "How many of the user's last 50 acts were in the item's narrowest category"],
  ['cross.item_acts@1', 'ln(1 + acts)', 0, null, 0, "How many of the user's last 50 acts were on the item itself"],
  ['cross.item_recency@1', 'share', 0, 1, 0, "How near the user's last act on the item itself is: half after 7 days, 0 for none"],
  ['cross.cart_left@1', 'flag', 0, 1, 0, 'Within the last 50 acts the item was put into the cart, and neither taken out nor bought since'],
  ['cross.kept@1', 'flag', 0, 1, 0, 'Within the last 50 acts the item was liked or saved, and that not taken back since'],
  ['cross.kind_recent@1', 'share', 0, 1, 0, "Share of the last 20 things the user showed interest in that are of the item's kind"],
  ['cross.style_recent@1', 'share', 0, 1, 0, "Share of the last 20 things the user showed interest in that are of the item's style; 0 without one"],
  ['cross.last_alike@1', 'share', 0, 1, 0, 'Likeness to the last thing the user showed interest in, by category, brand, creator and price'],
  ['cross.price_gap@1', 'ln ratio', -5, 5, 0, "Price against the user's usual one, the middle of his mean band"],
  ['cross.price_gap_last@1', 'ln ratio', -5, 5, 0, 'Price against that of the last thing with a price the user showed interest in'],
  ['cross.cf_best@1', 'ln(1 + 10 weight)', 0, null, 0, 'The largest part that one thing has in cross.cf@1'],
  ['cross.cf_votes@1', 'ln(1 + things)', 0, null, 0, 'How many of the last 20 things the user showed interest in co-occur with the item'],

  ['social.acts@1', 'ln(1 + acts)', 0, null, 0, 'How many purchases and likes of the item there are by followed people, of the last 20 of each'],
  ['social.best@1', 'weight', 0, 1, 0, 'The largest part that one act has in cross.friends@1'],
  ['social.lift@1', 'share', 0, 1, 0, 'Weight of what followed people did with the item, as a share of that and its popularity'],

  ['context.weekday_sin@1', 'sine', -1, 1, 0, 'Day of the week where the user is, around the week, with the hour'],
  ['context.weekday_cos@1', 'cosine', -1, 1, 0, 'Day of the week where the user is, around the week, with the hour'],
  ['context.regional@1', 'flag', 0, 1, 0, "The item is for some regions only, and the user's is one of them"],
  ['context.nearness@1', 'share', 0, 1, 0, 'How near the item is to the user: 1 at the same place, half at 10 km, 0 where either place is unknown'],
  ['context.current_alike@1', 'share', 0, 1, 0, 'Likeness to the nearest of what the user looks at or has in the cart, by category, brand, creator and price'],
  ['context.current_cf@1', 'ln(1 + 10 weight)', 0, null, 0, 'Co-occurrence with what the user looks at or has in the cart, by cosine'],

  ['request.trend_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates that are less in trend; half of those level with it count'],
  ['request.price_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates that are cheaper; those without a price are the cheapest'],
  ['request.affinity_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates whose categories the user likes less'],
  ['request.last_cf_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates that co-occur less with the last 3 things the user showed interest in'],
  ['request.friends_rank@1', 'share', 0, 1, 0.5, 'Share of the candidates of which followed people think less'],
  ['request.pool_log@1', 'ln(1 + candidates)', 0, null, 0, 'How many candidates there are'],
  ['item.trust@1', 'share', 0, 1, 0.5, 'How far the item can be relied on, by what people judged real say of it; 0.5 while nobody says anything'],
  ['item.quality@1', 'share', 0, 1, 0.5, 'How original and informative the item is, and how people respond to it'],
  ['item.creator_credit@1', 'share', 0, 1, 0.5, "The same as trust, of the item's creator"],
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
