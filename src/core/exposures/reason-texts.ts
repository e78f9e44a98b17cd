import { type Reason, type ReasonCode } from './exposure.js';

/** `{title}` is the item that the reason names, `{name}` the value of its tag; a text without them serves where they are missing. */
type Texts = Record<ReasonCode, { named: string | null; plain: string }>;

const EN: Texts = {
  FRIEND_BOUGHT: { named: null, plain: 'Someone you follow bought this' },
  FRIEND_LIKED: { named: null, plain: 'Someone you follow likes this' },
  FOLLOWED_CREATOR: { named: null, plain: 'From a creator you follow' },
  SIMILAR_TO: { named: 'Similar to {title}', plain: 'Similar to what you looked at' },
  BOUGHT_TOGETHER_WITH: { named: 'Often bought with {title}', plain: 'Often bought with what you have' },
  LIKES_CATEGORY: { named: 'Because you like {name}', plain: 'Because of what you like' },
  LIKES_BRAND: { named: 'Because you like {name}', plain: 'From a brand you like' },
  TRENDING: { named: null, plain: 'Trending today' },
  NEW: { named: null, plain: 'New here' },
  SOMETHING_DIFFERENT: { named: null, plain: 'Something different' },
  POPULAR: { named: null, plain: 'Popular with shoppers' },
  EDITORIAL: { named: null, plain: 'Chosen by our editors' },
  SPONSORED: { named: null, plain: 'Sponsored' },
  FRIEND_FOLLOWS: { named: null, plain: 'Followed by people you follow' },
  FOLLOWS_YOU: { named: null, plain: 'Follows you' },
  SAME_CIRCLE: { named: 'Well known among people who like {name}', plain: 'Well known in your circle' },
  LIKED_CREATOR: { named: null, plain: 'You like what they make' },
  INFLUENTIAL: { named: null, plain: 'Many people listen to them' },
};

const ZH: Texts = {
  FRIEND_BOUGHT: { named: null, plain: '你关注的人买过' },
  FRIEND_LIKED: { named: null, plain: '你关注的人喜欢' },
  FOLLOWED_CREATOR: { named: null, plain: '来自你关注的创作者' },
  SIMILAR_TO: { named: '与“{title}”相似', plain: '与你看过的相似' },
  BOUGHT_TOGETHER_WITH: { named: '常与“{title}”一起购买', plain: '常与你已有的一起购买' },
  LIKES_CATEGORY: { named: '因为你喜欢“{name}”', plain: '因为符合你的兴趣' },
  LIKES_BRAND: { named: '因为你喜欢“{name}”', plain: '来自你喜欢的品牌' },
  TRENDING: { named: null, plain: '今日热门' },
  NEW: { named: null, plain: '新品上架' },
  SOMETHING_DIFFERENT: { named: null, plain: '换换口味' },
  POPULAR: { named: null, plain: '大家都在买' },
  EDITORIAL: { named: null, plain: '编辑精选' },
  SPONSORED: { named: null, plain: '赞助内容' },
  FRIEND_FOLLOWS: { named: null, plain: '你关注的人也关注了' },
  FOLLOWS_YOU: { named: null, plain: '关注了你' },
  SAME_CIRCLE: { named: '在喜欢“{name}”的人中很有影响力', plain: '在你的圈子里很有影响力' },
  LIKED_CREATOR: { named: null, plain: '你喜欢TA的作品' },
  INFLUENTIAL: { named: null, plain: '很多人关注TA' },
};

const TEXTS: Readonly<Record<string, Texts>> = { en: EN, zh: ZH };

/** Languages there are texts in. */
export const REASON_LOCALES: readonly string[] = Object.keys(TEXTS);

/**
 * What a reason says to the user.
 *
 * @param locale language tag, as `zh` or `zh-CN`; English where there are no texts in it
 * @param title  of the item that the reason names, null where it names none
 */
export function reasonText(reason: Reason, locale: string, title: string | null): string {
  const texts = TEXTS[locale.toLowerCase().split('-')[0]] ?? EN;
  const { named, plain } = texts[reason.code];
  const name = reason.tag?.slice(reason.tag.indexOf(':') + 1) ?? null;
  if (named === null) return plain;
  const value = named.includes('{title}') ? title : name;
  // A function, since a title may hold what `replace` reads as a pattern.
  return value ? named.replace(/\{title\}|\{name\}/, () => value) : plain;
}
