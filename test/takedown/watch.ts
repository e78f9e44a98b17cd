import { type Thing, THING } from './shop.js';

export const CHANNELS = [
  'feed',
  'replay',
  'cursor',
  'page',
  'preview',
  'related',
  'rank',
  'reasons',
  'item',
  'follows',
  'fallback',
  'log',
] as const;
export type Channel = (typeof CHANNELS)[number];
export type Target = 'itemId' | 'creatorId' | 'brand' | 'category' | 'titleContains';
export type Level = 'NO_RECOMMEND' | 'REMOVE';

/** From when on nothing may be seen any more, after the answer to the block. */
export const PROMISED_MS = 2_000;

/** One thing that is taken down. Times are epoch ms. */
export interface Ban {
  target: Target;
  value: string;
  level: Level;
  lane: number;
  orderedAt: number;
  /** When the answer to the block came; null until then. */
  answeredAt: number | null;
  /** Ms after the answer at which it was seen last; 0 when never after it. */
  latestMs: number;
  violations: Partial<Record<Channel, number>>;
  /** Ids that were looked at from when nothing may be seen any more. */
  checked: number;
}

/** Where something may still be seen that is only not recommended. */
const NOT_RECOMMENDED: ReadonlySet<Channel> = new Set(CHANNELS.filter((channel) => channel !== 'rank' && channel !== 'item'));

export const covers = ({ target, value }: Pick<Ban, 'target' | 'value'>, { id, creatorId, brand, categories, title }: Thing): boolean => {
  const held = { itemId: id === value, creatorId: creatorId === value, brand: brand === value, category: categories.includes(value) };
  return target === 'titleContains' ? title.includes(value) : held[target];
};

export const applies = (level: Level, channel: Channel): boolean => level === 'REMOVE' || NOT_RECOMMENDED.has(channel);

/** What is taken down at the moment, and what was seen of it. */
export function createWatch() {
  const bans = new Set<Ban>();
  const lastSeen = new Map<string, number>();

  const note = (ban: Ban, channel: Channel, at: number): void => {
    if (ban.answeredAt === null || !applies(ban.level, channel)) return;
    const lateMs = at - ban.answeredAt;
    ban.latestMs = Math.max(ban.latestMs, lateMs);
    if (lateMs > PROMISED_MS) ban.violations[channel] = (ban.violations[channel] ?? 0) + 1;
  };
  const each = (look: (ban: Ban, at: number) => number): void => {
    const at = Date.now();
    for (const ban of bans) {
      const looked = look(ban, at);
      if (ban.answeredAt !== null && at - ban.answeredAt > PROMISED_MS) ban.checked += looked;
    }
  };
  return {
    bans,
    /** When an item was last on a page of any process, epoch ms. */
    lastSeen,
    /** Items that an answer holds. */
    items(channel: Channel, ids: readonly string[]): void {
      const at = Date.now();
      if (channel === 'feed') for (const id of ids) lastSeen.set(id, at);
      each((ban) => {
        for (const id of ids) if (covers(ban, THING.get(id)!)) note(ban, channel, at);
        return ids.length;
      });
    },
    /** What an answer says of why. */
    told(itemIds: readonly string[], texts: readonly string[]): void {
      const banned = (ban: Ban): Thing[] => [...THING.values()].filter((thing) => covers(ban, thing));
      each((ban, at) => {
        const things = banned(ban);
        const isNamed = itemIds.some((id) => things.some((thing) => thing.id === id));
        if (isNamed || texts.some((text) => things.some(({ title }) => text.includes(title)))) note(ban, 'reasons', at);
        return itemIds.length;
      });
    },
    /** People who were suggested. */
    people(userIds: readonly string[]): void {
      each((ban, at) => {
        if (ban.target === 'creatorId' && userIds.includes(ban.value)) note(ban, 'follows', at);
        return userIds.length;
      });
    },
  };
}
export type Watch = ReturnType<typeof createWatch>;
