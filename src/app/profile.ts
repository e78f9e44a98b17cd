import { lifecycleOf, readTags, segmentsOf } from '../core/tags/profile.js';
import { type LiveStates } from '../ports/live-states.js';
import { type App } from './app.js';
import { presentControls } from './people/controls.js';
import { type People } from './people/people.js';
import { type PopulationInForce } from './population.js';
import { type ShopIndex } from './shop-index.js';

/** Nothing is measured, and the confidence says so. */
const NO_COCOON = {
  index: 0, narrowCategory: 0, narrowCreator: 0, repetition: 0, amplification: 0, acceptedBreadth: 0, tasteCoverage: 0, confidence: 0, trend30d: null,
}; // prettier-ignore

/** What is known of a user, in tags. */
export function createProfile(ports: {
  states: LiveStates;
  index: ShopIndex;
  people: People;
  population: PopulationInForce;
  timeZone: string;
  clock: () => number;
}): App['userProfile'] {
  return async (userId) => {
    const [state, person] = await Promise.all([ports.states.read(userId), ports.people.get(userId)]);
    const purposes = ports.people.purposesOf(person, Infinity);
    const now = ports.clock();
    const learned = ports.population.current();
    const { names } = ports.index.shop.catalogue;
    const options = {
      names: {
        category: (no: number) => names.category.name(no),
        brand: (no: number) => names.brand.name(no),
        creator: (no: number) => names.creator.name(no),
      },
      timeZone: ports.timeZone,
      population: learned?.population ?? null,
      received: learned?.receivedByUser.get(userId) ?? null,
    };
    return {
      userId,
      identities: person.links.map(({ platform, externalId, linkedAt }) => ({ platform, externalId, linkedAt })),
      tags({ dimension }) {
        const tags = readTags(state, now, { ...options, purposes });
        return dimension ? tags.filter((tag) => tag.dimension === dimension) : tags;
      },
      segments: purposes.has('ANALYTICS') ? segmentsOf(state, now, options) : [],
      lifecycle: lifecycleOf(state, now),
      authenticity: ports.index.shop.authenticity.judgementOf(userId).score,
      cocoon: NO_COCOON,
      controls: presentControls(person, now),
      consent: { userId, purposes: [...purposes], updatedAt: person.consents.at(-1)?.at ?? null },
      updatedAt: state.updatedAt === 0 ? null : state.updatedAt,
    };
  };
}
