import { type UserState } from '../tags/state.js';
import { DAY_MS, decay, HOUR_MS } from '../time.js';
import { columnGroup, constant } from './feature-group.js';

const SESSION_PAUSE_MS = HOUR_MS / 2;
const BOUGHT_HALF_LIFE_MS = 30 * DAY_MS;

const actsSince = ({ recent }: UserState, at: number): number => recent.filter(({ occurredAt }) => occurredAt > at).length;

/** Acts without a pause of half an hour between them, up to an instant. */
function sessionActs({ recent }: UserState, now: number): number {
  let before = now;
  let acts = 0;
  for (const { occurredAt } of recent) {
    if (before - occurredAt >= SESSION_PAUSE_MS) break;
    acts++;
    before = occurredAt;
  }
  return acts;
}

function repetition({ recent }: UserState): number {
  return recent.length === 0 ? 0 : 1 - new Set(recent.map(({ itemNo }) => itemNo)).size / recent.length;
}

/** Where the user is in what he does one after the other: the same for every item. */
export const sequenceFeatures = columnGroup<UserState>('sequence-features', ({ signals: { taste } }) => taste, {
  'sequence.day_acts@1': constant((state, { signals: { now } }) => Math.log1p(actsSince(state, now - DAY_MS))),
  'sequence.week_acts@1': constant((state, { signals: { now } }) => Math.log1p(actsSince(state, now - 7 * DAY_MS))),
  'sequence.session_acts@1': constant((state, { signals: { now } }) => Math.log1p(sessionActs(state, now))),
  'sequence.repetition@1': constant(repetition),
  'sequence.bought_recency@1': constant(({ lastBoughtAt }, { signals: { now } }) =>
    lastBoughtAt > 0 ? decay(now - lastBoughtAt, BOUGHT_HALF_LIFE_MS) : 0,
  ),
  'sequence.page_idle@1': constant(({ lastServedAt }, { signals: { now } }) =>
    lastServedAt > 0 ? Math.log1p(Math.max(0, now - lastServedAt) / HOUR_MS) : 0,
  ),
});
