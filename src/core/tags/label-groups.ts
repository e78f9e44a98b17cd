export const LABEL_GROUPS = ['deal', 'proof', 'premium', 'values'] as const;
export type LabelGroup = (typeof LABEL_GROUPS)[number];

/** What the labels of a shop say of an item, as far as these words are among them, whatever their case. */
export const GROUP_WORDS: Readonly<Record<LabelGroup, readonly string[]>> = {
  deal: ['sale', 'discount', 'deal', 'clearance', 'offer', 'promotion', 'coupon', 'bundle', 'outlet', 'flash-sale', 'on-sale'],
  proof: ['bestseller', 'popular', 'trending', 'top-rated', 'recommended', 'hot', 'most-loved'],
  premium: ['premium', 'luxury', 'award', 'exclusive', 'limited', 'designer', 'handmade'],
  values: ['organic', 'fair-trade', 'vegan', 'recycled', 'sustainable', 'eco', 'cruelty-free', 'regional', 'charity', 'plastic-free', 'second-hand'],
}; // prettier-ignore

const GROUP_OF = new Map(LABEL_GROUPS.flatMap((group) => GROUP_WORDS[group].map((word) => [word, group] as const)));
const NONE: ReadonlySet<LabelGroup> = new Set();

/** The groups that an item's labels belong to; spaces and underscores stand for hyphens. */
export function labelGroups(labels: readonly string[]): ReadonlySet<LabelGroup> {
  if (labels.length === 0) return NONE;
  const groups = new Set<LabelGroup>();
  for (const label of labels) {
    const group = GROUP_OF.get(
      label
        .trim()
        .toLowerCase()
        .replaceAll(/[\s_]+/g, '-'),
    );
    if (group) groups.add(group);
  }
  return groups;
}
