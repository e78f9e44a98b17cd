import { FEATURE_NAMES } from '../core/features/catalogue.js';
import { replayedFeatures } from '../core/features/replayed-features.js';
import { exposureId, type LoggedPage, type Page } from '../core/exposures/exposure.js';
import { type LedgerEvent } from '../core/events/event.js';
import { type PageInputs } from '../core/page.js';
import { type Person, purposesAt } from '../core/privacy/person.js';
import { type Purpose } from '../core/privacy/purposes.js';
import { seededRandom } from '../core/random.js';
import { foldEvent, foldPage } from '../core/tags/fold.js';
import { emptyCursor } from '../core/tags/cursor.js';
import { emptyState, type UserState } from '../core/tags/state.js';
import { DAY_MS } from '../core/time.js';
import { type ExportedPage } from '../ports/exposure-exports.js';
import { type ExposureLog } from '../ports/exposure-log.js';
import { type Ledger } from '../ports/ledger.js';
import { foldOptionsOf } from './people/fold-options.js';
import { type People } from './people/people.js';
import { SHOWN_DAYS } from './load-states.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';

export interface BackfillPorts {
  ledger: Ledger;
  exposureLog: ExposureLog;
  index: Pick<ShopIndex, 'shop'>;
  people: Pick<People, 'many' | 'purposesOf'>;
  settings: Pick<SettingsInForce, 'version'>;
  purposes: ReadonlySet<Purpose>;
  timeZone: string;
  currency: string;
}

/** One exposure with its features as the catalogue of today computes them from what was known then. */
export interface BackfilledExposure {
  exposureId: string;
  features: Record<string, number | null>;
}

/**
 * The features of logged exposures anew: each user's history is folded once a batch, by the code that serves, up to what had been received before each of
 * his pages. Memory is bounded by the history of one user.
 */
export async function* backfill(
  batches: AsyncIterable<ExportedPage[]>,
  names: readonly string[] = FEATURE_NAMES,
  ports: BackfillPorts,
): AsyncGenerator<BackfilledExposure[]> {
  for await (const batch of batches) {
    const pagesByUser = new Map<string, Page[]>();
    for (const { page } of batch) if (page.userId !== null) pagesByUser.set(page.userId, [...(pagesByUser.get(page.userId) ?? []), page]);
    const persons = await ports.people.many(pagesByUser.keys());
    const told = new Map<Page, BackfilledExposure[]>();
    for (const [userId, pages] of pagesByUser) await tellUser(persons.get(userId)!, pages, { names, told, ports });
    yield batch.flatMap(({ page }) => told.get(page) ?? []);
  }
}

interface Telling {
  names: readonly string[];
  told: Map<Page, BackfilledExposure[]>;
  ports: BackfillPorts;
}

async function tellUser(person: Person, pages: Page[], { names, told, ports }: Telling): Promise<void> {
  const { ledger, exposureLog, index, people, settings } = ports;
  const inTime = [...pages].sort((a, b) => a.servedAt - b.servedAt);
  const userId = inTime[0].userId!;
  const [events, served] = await Promise.all([
    ledger.eventsOfUser(userId, emptyCursor()),
    exposureLog.pagesOfUser(userId, emptyCursor(), inTime[0].servedAt - SHOWN_DAYS * DAY_MS),
  ]);
  const state = emptyState();
  const optionsAt = foldOptionsOf(person, people, ports);
  const past = knownBefore(events, served);
  for (const page of inTime) {
    for (const event of past.events(page.servedAt))
      foldEvent(state, event, index.shop.catalogue.row(event.itemNo), optionsAt(event.receivedAt));
    for (const before of past.pages(page.servedAt)) foldPage(state, before);
    const config = await settings.version(page.surface, page.configVersion);
    const inputs = inputsOf(page, { state, config, purposes: purposesAt(person, page.servedAt, ports.purposes), shop: index.shop });
    const features = replayedFeatures(
      inputs,
      Uint32Array.from(page.placed, ({ itemNo }) => itemNo),
      names,
    );
    told.set(page, page.placed.map(({ position }, row) => ({ exposureId: exposureId(page.feedId, position), features: features[row] }))); // prettier-ignore
  }
}

/** What had been received before an instant, and was not given out for an earlier one. */
function knownBefore(events: readonly LedgerEvent[], pages: readonly LoggedPage[]) {
  const taker = <T extends { receivedAt: number }>(all: readonly T[]) => {
    let next = 0;
    return (at: number): T[] => {
      const start = next;
      while (next < all.length && all[next].receivedAt < at) next++;
      return all.slice(start, next);
    };
  };
  return { events: taker(events), pages: taker(pages) };
}

interface Known extends Pick<PageInputs, 'config' | 'purposes' | 'shop'> {
  state: UserState;
}

/** A page's inputs as far as they are kept. */
function inputsOf({ surface, servedAt, placed }: Page, known: Known): PageInputs {
  return {
    ...known,
    request: {
      kind: 'feed',
      surface,
      first: placed.length,
      filter: null,
      region: null,
      geohash: null,
      hour: 0,
      contextItems: [],
      candidates: null,
      basket: null,
      placedBefore: [],
      shownOnPage: [],
    },
    user: null,
    now: servedAt,
    random: seededRandom(0),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
  };
}
