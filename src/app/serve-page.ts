import { AppError } from '../core/errors.js';
import { type LoggedPage, type Page } from '../core/exposures/exposure.js';
import { isPoolSampled, type SampledPool } from '../core/exposures/pool.js';
import { type Degradation, type PageKind } from '../core/outcome.js';
import { type BuiltPage, type PageInputs, type PageRequest } from '../core/page.js';
import { identityUserId } from '../core/privacy/identity.js';
import { type PageInput, readFeedInput, readRankInput, readRelatedInput } from '../core/requests/page-input.js';
import { foldPage } from '../core/tags/fold.js';
import { type ExposureLog, type RequestClaim, type RequestReplay } from '../ports/exposure-log.js';
import { type Turns } from '../ports/turns.js';
import { type FeedAnswer } from './answers.js';
import { type Admission, type Urgency } from './admission.js';
import { type RawInput } from './app.js';
import { withoutBlocked } from './blocks/kept-answers.js';
import { type Cursors, digest, type FeedCursor, pinnedInput } from './cursors.js';
import { type CocoonInForce } from './cocoon/cocoon-in-force.js';
import { type WideningMeters } from './cocoon/widening-meters.js';
import { type ShownCardsOf } from './cocoon/shown-cards.js';
import { continueFeed, type ContinuePorts } from './continue-feed.js';
import { buildPart } from './experiments/build-part.js';
import { type Shadow } from './models/shadow.js';
import { type InFlight } from './people/in-flight.js';
import { loadPageInputs, type PageInputPorts, pageRequest, resolveBasket, resolveCandidates } from './page-inputs.js';
import { type PageMaking, stageTimes } from './page-making.js';
import { type PipelineStatistics } from './pipeline-statistics.js';
import { presentFeed } from './present.js';
import { unlessAway } from './spooling/reach.js';

export interface ServePagePorts extends PageInputPorts, ContinuePorts {
  exposureLog: ExposureLog;
  cursors: Cursors;
  statistics: PipelineStatistics;
  shadow: Shadow;
  inFlight: InFlight;
  admission: Admission;
  turns: Turns;
  cocoon: Pick<CocoonInForce, 'ofPage' | 'note'>;
  shownCardsOf: ShownCardsOf;
  wideningMeters?: WideningMeters;
  /** Wait for the turn of a page to be built. */
  pace: () => Promise<void> | void;
  newFeedId: () => string;
  locales: string[];
  /** Share of requests whose pool is kept, 0..1. */
  poolSample: number;
}

/** One request for a page, whatever its kind, checked and with its candidates resolved. */
interface Job {
  kind: PageKind;
  input: PageInput;
  raw: RawInput;
  special: Pick<PageRequest, 'candidates' | 'basket'>;
  unknownItemIds: string[];
  /** What else has to stay the same over the pages. */
  pinned: unknown;
  started: number;
}

const CURSOR_LIFE_MS = 2 * 3_600_000;

/** `feed`, `rank` and `related`: replay, load, build, log, answer. */
export function createServePage(ports: ServePagePorts) {
  const serve = async (asked: Job): Promise<FeedAnswer> => {
    const job = await underOwner(asked, ports);
    const { pageId, after, preview } = job.input;
    const shared = pageId ?? after;
    // Blocks of one page, or one cursor twice, asked for at once must see each other's items, so they wait for each other.
    const served = () => ports.admission.run(urgencyOf(job, ports), () => ports.inFlight.run(() => servePage(job, ports)));
    return shared === null || preview ? served() : ports.turns.inTurn(shared, served);
  };
  const { stopwatch, index } = ports;

  return {
    feed(raw: RawInput): Promise<FeedAnswer> {
      const input = readFeedInput(raw);
      return serve({
        kind: 'feed',
        input,
        raw,
        special: { candidates: null, basket: null },
        unknownItemIds: [],
        pinned: null,
        started: stopwatch(),
      });
    },
    rank(raw: RawInput): Promise<FeedAnswer> {
      const input = readRankInput(raw);
      const { candidates, unknownItemIds } = resolveCandidates(input, index);
      const pinned = [input.candidates, input.priorWeight, input.policy];
      return serve({ kind: 'rank', input, raw, special: { candidates, basket: null }, unknownItemIds, pinned, started: stopwatch() });
    },
    related(raw: RawInput): Promise<FeedAnswer> {
      const input = readRelatedInput(raw);
      const { basket, unknownItemIds } = resolveBasket(input, index);
      const pinned = [input.itemIds, input.relation];
      return serve({ kind: 'related', input, raw, special: { candidates: null, basket }, unknownItemIds, pinned, started: stopwatch() });
    },
  };
}

/** Few look that far down what goes with one item. */
const FURTHER_PAGE = 3;

/** How soon a page is let go when there is too much to do. */
function urgencyOf({ kind, input, pinned }: Job, { cursors }: ServePagePorts): Urgency {
  const { preview, after, userId } = input;
  if (preview) return 'aside';
  const isFurther = kind !== 'feed' && after !== null && cursors.decode(after, pinnedInput(kind, input, pinned)).pageNo >= FURTHER_PAGE;
  if (isFurther) return 'further';
  return userId === null ? 'anonymous' : 'user';
}

/** A request of an identity is one of the user to whom it belongs now, or else of one that it stands for. */
async function underOwner(job: Job, { people, clock }: ServePagePorts): Promise<Job> {
  const { identity, sessionId } = job.input;
  if (identity === null) return job;
  const ownUserId = identityUserId(identity);
  const [userId] = await people.ownersOf([{ userId: ownUserId, sessionId, occurredAt: clock() }]).catch(unlessAway([ownUserId]));
  return { ...job, input: { ...job.input, userId } };
}

async function servePage(job: Job, ports: ServePagePorts): Promise<FeedAnswer> {
  const claim = claimOf(job);
  const { shop } = ports.index;
  const kept = claim && answerKept(claim, await ports.exposureLog.replay(claim.requestId, claim.inputHash));
  if (kept) return withoutBlocked(kept, job.kind, shop);
  const { blocks } = shop;
  const made = await makePage(job, ports);
  if (job.input.preview) return made.answer;
  const { stopwatch } = ports;
  const loggedFrom = stopwatch();
  const answer = await keepPage(made, claim, ports);
  const now = stopwatch();
  learnFrom(made, now - job.started, ports);
  if (answer === made.answer) answer.making = makingOf(made, now - loggedFrom);
  // Logging may take seconds, and another process may have made the answer.
  return answer === made.answer && shop.blocks === blocks ? answer : withoutBlocked(answer, job.kind, shop);
}

/** How a page was made, for the edge to count. */
const makingOf = ({ page, built, answer, loadMs, turnMs }: MadePage, logMs: number): PageMaking => ({
  msByStage: { load: loadMs, turn: turnMs, ...stageTimes(built.trace), log: logMs },
  exposures: page.placed.length,
  cocoonIndex: answer.ranking.cocoonIndex,
});

/** Let a page that is about to leave tell how its models fare and how long pages take; what a shadow says of it is found out when it has left. */
function learnFrom({ page, built }: MadePage, tookMs: number, { models, shadow, overload, wideningMeters }: ServePagePorts): void {
  overload.observe(tookMs);
  if (page.widening) wideningMeters?.served(page.widening);
  models.observePage(page, built);
  const beside = models.shadowOf(page.surface);
  if (beside) shadow.observe(beside, built);
}

type Claim = Omit<RequestClaim, 'answer'>;

/** What a retry is known by; previews are not retried. */
const claimOf = ({ kind, input: { requestId, preview }, raw }: Job): Claim | null =>
  requestId === null || preview ? null : { requestId, inputHash: digest([kind, raw]) };

/** The answer that was given before, null where none was. @throws CONFLICT when it was given to another input */
function answerKept({ requestId }: Claim, replay: RequestReplay): FeedAnswer | null {
  if (replay.status === 'replay') return JSON.parse(replay.answer) as FeedAnswer;
  if (replay.status === 'unknown') return null;
  const message = `requestId "${requestId}" was used in the last two minutes with another input`;
  throw new AppError('CONFLICT', message, [{ path: 'requestId', code: 'CONFLICT', message }]);
}

interface MadePage {
  page: Page;
  built: BuiltPage;
  answer: FeedAnswer;
  /** Until all that the page is made from was there. */
  loadMs: number;
  /** From then on, until it was its turn to be built. */
  turnMs: number;
}

/** Load, build, and put into the words of the log and of the caller. */
async function makePage(job: Job, ports: ServePagePorts): Promise<MadePage> {
  const { input, kind } = job;
  const inputHash = pinnedInput(kind, input, job.pinned);
  const cursor = input.after === null ? null : ports.cursors.decode(input.after, inputHash);
  const obeying = { kind, policy: job.special.candidates?.policy ?? null };
  const asked = { input, obeying, cursor, expired: cursor !== null && ports.clock() - cursor.issuedAt > CURSOR_LIFE_MS };
  const { expired, ...continuation } = await continueFeed(asked, ports);
  const request = { ...pageRequest(input, ports, continuation), kind, ...job.special };
  const { feedId, pageNo } = cursor && !expired ? cursor : { feedId: ports.newFeedId(), pageNo: 0 };
  const keepsPool = input.preview === null && isPoolSampled(feedId, pageNo, ports.poolSample);
  const inputs = { ...(await loadPageInputs(input, request, ports, continuation)), keepsPool };
  const loadMs = ports.stopwatch() - job.started;
  await ports.pace();
  const turnMs = ports.stopwatch() - job.started - loadMs;
  const { built, assignments } = await buildPart(inputs, continuation, pageNo);
  ports.statistics.observe(built.trace, inputs.now);

  const degraded: Degradation[] = expired ? [...built.degraded, 'CURSOR_EXPIRED'] : built.degraded;
  const page = assemblePage(job, inputs, built, { feedId, pageNo, assignments, degraded });
  const { seed, pin } = continuation;
  const placed = continuation.placedBefore.length + page.placed.length;
  const next: FeedCursor = { ...pin, feedId, pageNo: pageNo + 1, placed, seed, issuedAt: ports.clock(), inputHash };
  const answer = presentFeed(page, built, {
    shop: ports.index.shop,
    locale: chosenLocale(input.context.locale, ports.locales),
    unknownItemIds: job.unknownItemIds,
    endCursor: page.placed.length === 0 || input.preview ? null : ports.cursors.encode(next),
    preview: input.preview !== null,
    cocoonIndex: inputs.cocoon?.measure.index ?? null,
    tookMs: ports.stopwatch() - job.started,
  });
  return { page, built, answer, loadMs, turnMs };
}

/** Log a page before its answer leaves. Where another process answered the same request in the meantime, its answer is given. */
async function keepPage({ page, built, answer }: MadePage, claim: Claim | null, ports: ServePagePorts): Promise<FeedAnswer> {
  const kept = await ports.exposureLog.append(
    page,
    claim ? { ...claim, answer: JSON.stringify(answer) } : undefined,
    sampledPool(page, built, ports),
  );
  if (kept.status === 'deferred') return deferredAnswer(page, answer, ports);
  if (kept.status !== 'appended') return answerKept(claim!, kept) ?? answer;
  await remember(kept.page, ports);
  return answer;
}

/** A page that is logged later is in the state of its user when it is logged. */
function deferredAnswer(page: Page, answer: FeedAnswer, { index, mixShares }: ServePagePorts): FeedAnswer {
  index.observePage(page.placed);
  mixShares.observe(page);
  const { ranking } = answer;
  return { ...answer, ranking: { ...ranking, degraded: [...ranking.degraded, 'LOG_DEFERRED'] } };
}

/** The pool to keep with a page: of a share of all, and of every one that chance had a part in, without which no other policy's page can be rebuilt. An interleaved page comes from two, so that neither tells how it was made. */
function sampledPool(
  { feedId, pageNo, placed, assignments }: Page,
  built: BuiltPage,
  { poolSample }: ServePagePorts,
): SampledPool | undefined {
  if (assignments.some(({ teams }) => teams !== undefined)) return undefined;
  if (placed.some(({ propensity }) => propensity !== null)) return { ...built.pool(), samplingRate: 1 };
  return isPoolSampled(feedId, pageNo, poolSample) ? { ...built.pool(), samplingRate: poolSample } : undefined;
}

function assemblePage(
  { kind, input }: Job,
  inputs: PageInputs,
  built: BuiltPage,
  made: Pick<Page, 'feedId' | 'pageNo' | 'assignments' | 'degraded'>,
): Page {
  return {
    ...made,
    kind,
    userId: input.userId,
    sessionId: input.sessionId,
    surface: input.surface,
    pageId: input.pageId,
    servedAt: inputs.now,
    scorer: built.scorer,
    modelVersion: built.modelVersion,
    configVersion: inputs.config.version,
    relaxed: built.relaxed,
    ...(built.widening && { widening: built.widening }),
    poolSize: built.poolSize,
    fixedByCaller: kind !== 'feed' || (input.filter?.categories ?? null) !== null,
    featureNames: built.featureNames,
    features: built.features,
    placed: built.placed,
  };
}

export const chosenLocale = (asked: string | null, locales: string[]): string => {
  const language = asked?.split('-')[0].toLowerCase();
  return language !== undefined && locales.includes(language) ? language : locales[0];
};

/** Note what was shown, for fatigue, repeats, the cocoon and the next page's attribution. */
async function remember(page: LoggedPage, { states, index, cocoon, shownCardsOf, mixShares }: ServePagePorts): Promise<void> {
  index.observePage(page.placed);
  mixShares.observe(page);
  if (page.userId === null) return;
  const shown = await shownCardsOf(page);
  await states.update([page.userId], (_, state) => foldPage(state, page, shown));
  if (page.kind === 'feed') cocoon.note(page.userId);
}
