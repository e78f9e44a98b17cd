import { EVENT_TYPES, type EventType } from '../events/event.js';
import { type Purpose } from '../privacy/purposes.js';
import { HOUR_MS } from '../time.js';
import { HALF_LIFE_MS } from './decayed.js';
import { halfLifeDaysOf, type Measure } from './measures.js';
import { shareOf } from './numbers.js';
import { type View } from './view.js';

export { type TagNames } from './view.js';

/** A tag, or a family of tags written `family:value`. */
export interface TagDefinition {
  key: string;
  dimension: TagDimension;
  unit: string;
  halfLifeHours: number | null;
  description: string;
  purpose: Purpose;
}

/** A tag with what its document says beyond the public schema. */
export interface ExplainedTag extends TagDefinition {
  /** Over which it is computed where nothing halves, in words. */
  window: string;
  /** Types of event that it is made from. */
  from: readonly EventType[];
  /** Lowest and highest value there can be. */
  range: readonly [low: number, high: number];
}
export const TAG_DIMENSIONS = ['SOCIAL', 'PURCHASE', 'INTEREST', 'BEHAVIOUR', 'CONTEXT', 'VALUE', 'TRUST'] as const;
export type TagDimension = (typeof TAG_DIMENSIONS)[number];

/** What a state says of one tag. */
export interface TagReading {
  /** In a family, what stands behind the colon. */
  name?: string;
  value: number;
  /** How much was seen, in the unit that the tag's `enough` is in; 0 and below is nothing, and no tag. */
  evidence: number;
  /** Epoch ms. */
  updatedAt: number;
}

/** A tag with its reader. Confidence is `evidence / (evidence + enough)`, so one half at `enough`. */
export interface TagDeclaration extends ExplainedTag {
  enough: number;
  /** Whether it has one reading per name. */
  isFamily?: true;
  read: (view: View) => TagReading[];
}

export const halfLifeHours = (family: keyof typeof HALF_LIFE_MS): number => HALF_LIFE_MS[family] / HOUR_MS;

const NO_ACTS: ReadonlySet<EventType> = new Set(['RENDERED', 'IMPRESSION', 'COST']);
/** Everything that a user does. */
export const ACTS: readonly EventType[] = EVENT_TYPES.filter((type) => !NO_ACTS.has(type));
/** Everything that he does with an item that lasts in the memory of his last acts. */
export const ITEM_ACTS: readonly EventType[] = ACTS.filter((type) => !['SKIP', 'FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH'].includes(type));

export const SHARE = 'share, 0 to 1';
export const MONEY = 'money in the shop’s currency';
export const LAST_ACTS = 'last 50 acts';
export const LAST_SESSIONS = 'last 12 sessions';
export const LAST_ORDERS = 'last 16 orders';
const EVENTS_ENOUGH = 10;
const UP: readonly [number, number] = [0, Infinity];
const TO_ONE: readonly [number, number] = [0, 1];

/** A value with how much was seen, a value that as many events stand behind as there were of its types, or nothing. */
export type Read = readonly [value: number, evidence: number] | number | null;

export interface Given {
  key: string;
  unit: string;
  from: readonly EventType[];
  range?: readonly [number, number];
  halfLifeDays?: number | null;
  window?: string;
  enough?: number;
  purpose?: Purpose;
  dimension?: TagDimension;
}

/** Ways to declare the tags of one dimension. */
export function tagsOf(dimension: TagDimension, purpose: Purpose = 'PERSONALISATION') {
  /** A tag that is one number. */
  const value = (given: Given, description: string, read: (view: View) => Read): TagDeclaration => ({
    dimension: given.dimension ?? dimension,
    purpose: given.purpose ?? purpose,
    key: given.key,
    unit: given.unit,
    halfLifeHours: given.halfLifeDays ? given.halfLifeDays * 24 : null,
    window: given.window ?? (given.halfLifeDays ? '' : 'all that is known'),
    from: given.from,
    range: given.range ?? (given.unit === SHARE ? TO_ONE : UP),
    enough: given.enough ?? EVENTS_ENOUGH,
    description,
    read(view) {
      const found = read(view);
      if (found === null) return [];
      const [result, evidence] = typeof found === 'number' ? [found, view.count(...given.from)] : found;
      return [{ value: result, evidence, updatedAt: view.lastAt(...given.from) || view.state.updatedAt }];
    },
  });
  type Short = Pick<Given, 'key' | 'from'> & Partial<Given>;
  return {
    value,
    /** How many events of one type there were. */
    count: (type: EventType, given: Omit<Given, 'from'>, description: string) =>
      value({ ...given, from: [type] }, description, (view) => view.count(type)),
    /** The share of some measures in others; absent while the others are 0. */
    share: (given: Short, description: string, part: readonly Measure[], whole: readonly Measure[]) =>
      value({ unit: SHARE, halfLifeDays: halfLifeDaysOf(whole[0]), ...given }, description, (view) => {
        const total = view.sum(...whole);
        const share = shareOf(view.sum(...part), total);
        return share === null ? null : [share, total];
      }),
    /** The mean of what one measure sums over what another counts. */
    mean: (given: Short & Pick<Given, 'unit'>, description: string, sum: Measure, count: Measure) =>
      value({ halfLifeDays: halfLifeDaysOf(count), ...given }, description, (view) => {
        const n = view.sum(count);
        return n > 0 ? [view.sum(sum) / n, n] : null;
      }),
    /** Days since the last event of some types. */
    since: (key: string, from: readonly EventType[], description: string) =>
      value({ key, unit: 'days', from, enough: 1 }, description, (view) => {
        const at = view.lastAt(...from);
        return at === 0 ? null : [view.daysSince(at), view.count(...from)];
      }),
  };
}

/** A family: one reading per name. */
export const familyTag = (tag: Omit<TagDeclaration, 'window' | 'range' | 'purpose'> & Partial<TagDeclaration>): TagDeclaration => ({
  isFamily: true,
  window: '',
  range: TO_ONE,
  purpose: 'PERSONALISATION',
  ...tag,
});
