import { v7 as uuidv7 } from 'uuid';
import { type FollowReason, type SuggestedFollow, suggestFollows, type SuggestFollowsInputs } from '../core/candidates/suggest-follows.js';
import { creditOf } from '../core/candidates/trust/item-trust.js';
import { exposureId, type Page, type PlacedItem, type ReasonCode } from '../core/exposures/exposure.js';
import { mutesInForce, type Person } from '../core/privacy/person.js';
import { readSuggestInput, type SuggestInput } from '../core/requests/page-input.js';
import { decayedValue, HALF_LIFE_MS } from '../core/tags/decayed.js';
import { foldPage } from '../core/tags/fold.js';
import { type UserState } from '../core/tags/state.js';
import { type ExposureLog } from '../ports/exposure-log.js';
import { type LiveStates } from '../ports/live-states.js';
import { type FollowSuggestionAnswer } from './answers.js';
import { type App } from './app.js';
import { type InFlight } from './people/in-flight.js';
import { type People } from './people/people.js';
import { presentReason } from './present.js';
import { chosenLocale } from './serve-page.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';
import { neededState } from './needed-state.js';

export interface SuggestFollowsPorts {
  index: ShopIndex;
  states: LiveStates;
  people: People;
  settings: SettingsInForce;
  exposureLog: ExposureLog;
  inFlight: InFlight;
  locales: string[];
  clock: () => number;
}

const CODES: Record<FollowReason['kind'], ReasonCode> = {
  FOLLOWED_BY_FRIEND: 'FRIEND_FOLLOWS',
  FOLLOWS_YOU: 'FOLLOWS_YOU',
  SAME_CIRCLE: 'SAME_CIRCLE',
  LIKED_CREATOR: 'LIKED_CREATOR',
  INFLUENTIAL: 'INFLUENTIAL',
};

/** Whom to follow. What is answered is logged first, as any page: its exposures are of no item, and the reasons name whom they suggest. */
export function createSuggestFollows(ports: SuggestFollowsPorts): App['suggestFollows'] {
  const suggest: App['suggestFollows'] = async (raw) => {
    const input = readSuggestInput(raw);
    const [state, person] = await Promise.all([neededState(ports.states, input.userId), ports.people.get(input.userId)]);
    const now = ports.clock();
    const found = suggestFollows(inputsOf(input, state, person, ports, now));
    if (found.length === 0) return [];
    const page = pageOf(input, found, ports.settings.of(input.surface).version, now);
    const kept = await ports.exposureLog.append(page);
    if (kept.status === 'appended') await ports.states.update([input.userId], (_, current) => foldPage(current, kept.page));
    const { blocks } = ports.index.shop;
    return found.flatMap((one, i) => (blocks.coversCreator(one.userId) ? [] : present(one, exposureId(page.feedId, i + 1), input, ports)));
  };
  return (raw) => ports.inFlight.run(() => suggest(raw));
}

function inputsOf(
  { userId, first }: SuggestInput,
  state: UserState,
  person: Person,
  { index, people }: SuggestFollowsPorts,
  now: number,
): SuggestFollowsInputs {
  const { catalogue, graph, authenticity, trust, blocks } = index.shop;
  const purposes = people.purposesOf(person, Infinity);
  const isPersonal = purposes.has('PERSONALISATION');
  const { creator } = catalogue.names;
  const muted = new Set(mutesInForce(person, now).flatMap(({ kind, name }) => (kind === 'creator' ? [name] : [])));
  const isHidden = (candidate: string): boolean => (state.hiddenNames.creator.get(creator.no(candidate)) ?? -Infinity) > now;
  const wasLeft = (candidate: string): boolean => state.followActs.has(candidate) && !state.ties.has(candidate);
  return {
    userId,
    first,
    followees: new Map(Array.from(state.ties, ([followee, tie]) => [followee, saturating(decayedValue(tie, now, HALF_LIFE_MS.tie))])),
    likedCreators: isPersonal ? likedCreators(state, now, (no) => creator.name(no)) : new Map(),
    mayUseTies: isPersonal && purposes.has('SOCIAL_GRAPH'),
    graph,
    isShared: (candidate) => people.sharesTies(candidate),
    isCreator: (candidate) => creator.no(candidate) > 0,
    isExcluded: (candidate) => muted.has(candidate) || isHidden(candidate) || wasLeft(candidate) || blocks.coversCreator(candidate),
    creditOf: (candidate) => authenticity.weightOf(candidate) * (0.5 + creditOf(trust, creator.no(candidate))),
  };
}

const saturating = (value: number): number => 1 - 2 ** -Math.max(0, value);

function likedCreators(state: UserState, now: number, nameOf: (no: number) => string): Map<string, number> {
  const liked = new Map<string, number>();
  for (const [no, sum] of state.affinity.creator) {
    const strength = saturating(decayedValue(sum, now, HALF_LIFE_MS.creator));
    if (strength > 0 && nameOf(no) !== '') liked.set(nameOf(no), strength);
  }
  return liked;
}

function pageOf({ userId, surface }: SuggestInput, found: readonly SuggestedFollow[], configVersion: number, now: number): Page {
  return {
    feedId: uuidv7(),
    pageNo: 0,
    kind: 'follow',
    userId,
    sessionId: null,
    surface,
    pageId: null,
    servedAt: now,
    scorer: 'RULES',
    modelVersion: null,
    configVersion,
    assignments: [],
    degraded: [],
    relaxed: [],
    poolSize: found.length,
    fixedByCaller: true,
    featureNames: [],
    features: new Float32Array(0),
    placed: found.map((one, i): PlacedItem => placedOf(one, i + 1)),
  };
}

const placedOf = ({ userId, score, reasons }: SuggestedFollow, position: number): PlacedItem => ({
  itemNo: -1,
  itemId: '',
  position,
  score,
  rankBefore: position,
  sources: [],
  exploration: false,
  promoted: false,
  repeat: false,
  propensity: null,
  contributions: [],
  reasons: reasons.map(({ kind }) => ({ code: CODES[kind], userId })),
  productIds: [],
});

function present(
  { userId, circle, score, mutualFriends, reasons }: SuggestedFollow,
  id: string,
  input: SuggestInput,
  { index, locales }: SuggestFollowsPorts,
): FollowSuggestionAnswer {
  const how = { shop: index.shop, locale: chosenLocale(input.locale, locales) };
  const told = reasons.map((reason) =>
    presentReason(
      {
        code: CODES[reason.kind],
        ...(reason.kind === 'FOLLOWED_BY_FRIEND' ? { userId: reason.through } : {}),
        ...(reason.kind === 'SAME_CIRCLE' ? { tag: `circle:${reason.circle}` } : {}),
      },
      how,
    ),
  );
  return { exposureId: id, userId, circle, score, mutualFriends, reasons: told };
}
