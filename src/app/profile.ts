import { type Purpose } from '../core/privacy/purposes.js';
import { lifecycleOf, readTags } from '../core/tags/profile.js';
import { type LiveStates } from '../ports/live-states.js';
import { type App } from './app.js';
import { type ShopIndex } from './shop-index.js';

/** Not yet judged, as the public schema says. */
const NOT_JUDGED = 0.5;
/** Nothing is measured, and the confidence says so. */
const NO_COCOON = {
  index: 0, narrowCategory: 0, narrowCreator: 0, repetition: 0, amplification: 0, acceptedBreadth: 0, tasteCoverage: 0, confidence: 0, trend30d: null,
}; // prettier-ignore

/** What is known of a user, in tags. */
export function createProfile(ports: {
  states: LiveStates;
  index: ShopIndex;
  purposes: ReadonlySet<Purpose>;
  clock: () => number;
}): App['userProfile'] {
  return async (userId) => {
    const state = await ports.states.read(userId);
    const now = ports.clock();
    const { names } = ports.index.shop.catalogue;
    return {
      userId,
      identities: [],
      tags({ dimension }) {
        const tags = readTags(state, now, {
          category: (no) => names.category.name(no),
          brand: (no) => names.brand.name(no),
          creator: (no) => names.creator.name(no),
        });
        return dimension ? tags.filter((tag) => tag.dimension === dimension) : tags;
      },
      segments: [],
      lifecycle: lifecycleOf(state, now),
      authenticity: NOT_JUDGED,
      cocoon: NO_COCOON,
      controls: { breadth: 0, muted: [] },
      consent: { userId, purposes: [...ports.purposes], updatedAt: null },
      updatedAt: state.updatedAt === 0 ? null : state.updatedAt,
    };
  };
}
