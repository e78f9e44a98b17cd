import { lifecycleOf, readTags, segmentsOf } from '../core/tags/profile.js';
import { NO_COCOON } from '../core/diversification/cocoon/cocoon-index.js';
import { type UserState } from '../core/tags/state.js';
import { type LiveStates } from '../ports/live-states.js';
import { type App } from './app.js';
import { type CocoonInForce } from './cocoon/cocoon-in-force.js';
import { presentControls } from './people/controls.js';
import { type People } from './people/people.js';
import { type PopulationInForce } from './population.js';
import { type ShopIndex } from './shop-index.js';
import { viewOptionsOf } from './view-options.js';
import { neededState } from './needed-state.js';

/** What is known of a user, in tags. */
export function createProfile(ports: {
  states: LiveStates;
  index: ShopIndex;
  people: People;
  cocoon: CocoonInForce;
  population: PopulationInForce;
  timeZone: string;
  clock: () => number;
}): App['userProfile'] {
  return async (userId) => {
    const [state, person] = await Promise.all([neededState(ports.states, userId), ports.people.get(userId)]);
    const purposes = ports.people.purposesOf(person, Infinity);
    const now = ports.clock();
    const options = viewOptionsOf(userId, ports);
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
      cocoon: purposes.has('PERSONALISATION') ? await cocoonOf(userId, state, ports.cocoon) : { ...NO_COCOON, trend30d: null },
      controls: presentControls(person, now),
      consent: { userId, purposes: [...purposes], updatedAt: person.consents.at(-1)?.at ?? null },
      updatedAt: state.updatedAt === 0 ? null : state.updatedAt,
    };
  };
}

async function cocoonOf(userId: string, state: UserState, cocoon: CocoonInForce) {
  const measured = await cocoon.measure(state);
  return { ...measured, trend30d: measured.confidence === 0 ? null : await cocoon.trend(userId, measured.index) };
}
