import { type Page } from '../../core/exposures/exposure.js';
import { type SampledPool } from '../../core/exposures/pool.js';
import { type ExposureLog, type RequestClaim } from '../../ports/exposure-log.js';
import { type Spool } from '../../ports/spool.js';
import { createRemembered } from './remembered.js';
import { isUnavailable, type Reach, unlessAway } from './reach.js';

/** A page that was answered while the log was away. */
export interface SpooledPage {
  kind: 'page';
  page: Page;
  pool?: SampledPool;
}

/** As long as a request id counts. */
const CLAIM_MS = 120_000;
const PAGES_MS = 2 * 3_600_000;
/** Characters of answers. */
const KEPT_CLAIMS = 64_000_000;
const KEPT_PAGES = 20_000;

type Placed = { itemNo: number; position: number }[];

/**
 * The exposure log as pages see it: while the database is away they are kept in the spool, and what a page has to know of the ones before it is what this
 * process has answered itself.
 */
export function deferredLog(log: ExposureLog, { reach, spool, clock }: { reach: Reach; spool: Spool; clock: () => number }): ExposureLog {
  const claims = createRemembered<RequestClaim>({ clock, forMs: CLAIM_MS, most: KEPT_CLAIMS, weigh: ({ answer }) => answer.length });
  const itemsByFeed = createRemembered<Placed>({ clock, forMs: PAGES_MS, most: KEPT_PAGES });
  const itemsByPage = createRemembered<number[]>({ clock, forMs: PAGES_MS, most: KEPT_PAGES });

  const replayHere = (requestId: string, inputHash: string) => {
    const kept = claims.get(requestId);
    if (!kept) return null;
    return kept.inputHash === inputHash ? ({ status: 'replay', answer: kept.answer } as const) : ({ status: 'conflict' } as const);
  };
  const defer = async (page: Page, claim?: RequestClaim, pool?: SampledPool) => {
    const kept = claim && replayHere(claim.requestId, claim.inputHash);
    if (kept) return kept;
    if (claim) claims.set(claim.requestId, { ...claim, answer: withDeferral(claim.answer) });
    const spooled: SpooledPage = { kind: 'page', page: { ...page, degraded: [...page.degraded, 'LOG_DEFERRED'] }, pool };
    await spool.append(spooled).catch((error: unknown) => {
      if (claim) claims.delete(claim.requestId);
      throw error;
    });
    const placed = page.placed.map(({ itemNo, position }) => ({ itemNo, position }));
    itemsByFeed.set(page.feedId, [...(itemsByFeed.get(page.feedId) ?? []), ...placed]);
    if (page.pageId !== null)
      itemsByPage.set(page.pageId, [...(itemsByPage.get(page.pageId) ?? []), ...placed.map(({ itemNo }) => itemNo)]);
    return { status: 'deferred' } as const;
  };
  return {
    ...log,
    append: (page, claim, pool) =>
      reach
        .page(() => log.append(page, claim, pool))
        .catch((error: unknown) => {
          if (isUnavailable(error)) return defer(page, claim, pool);
          throw error;
        }),
    async replay(requestId, inputHash) {
      const kept = replayHere(requestId, inputHash);
      if (kept) return kept;
      return reach.page(() => log.replay(requestId, inputHash)).catch(unlessAway({ status: 'unknown' } as const));
    },
    // A feed that goes on needs to know all that it placed, which another process may have answered: that is the log's to say.
    itemsOfFeed: async (feedId) => inOrder(await reach.page(() => log.itemsOfFeed(feedId)), itemsByFeed.get(feedId) ?? []),
    itemsOfPage: async (pageId) => [
      ...new Set([
        ...(await reach.page(() => log.itemsOfPage(pageId)).catch(unlessAway([] as number[]))),
        ...(itemsByPage.get(pageId) ?? []),
      ]),
    ],
  };
}

/** What the log has and what it does not have yet, once each. */
function inOrder(logged: Placed, deferred: Placed): Placed {
  if (deferred.length === 0) return logged;
  const byPosition = new Map([...logged, ...deferred].map((one) => [one.position, one]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}

/** The answer of a page that was deferred says so when it is given again, too. */
function withDeferral(answer: string): string {
  const parsed = JSON.parse(answer) as { ranking?: { degraded: string[] } };
  parsed.ranking?.degraded.push('LOG_DEFERRED');
  return JSON.stringify(parsed);
}
