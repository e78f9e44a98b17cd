import { HABIT_BOUNDS, type Session } from './habits.js';

/** A longer pause ends a session. */
export const SESSION_GAP_MS = 30 * 60_000;

/**
 * Note an act in the sessions, newest first, in place: it joins what it is within half an hour of, two sessions where it lies between them. So the
 * sessions are the same in whatever order acts come, but for one that joins a session no longer kept.
 */
export function foldSession(sessions: Session[], at: number, deep: boolean, bought: boolean): void {
  let place = 0;
  while (place < sessions.length && sessions[place].start - at > SESSION_GAP_MS) place++;
  const joined = sessions[place];
  if (joined === undefined || at - joined.end > SESSION_GAP_MS) {
    if (place >= HABIT_BOUNDS.sessions) return;
    sessions.splice(place, 0, { start: at, end: at, acts: 1, deep: Number(deep), bought: Number(bought) });
    if (sessions.length > HABIT_BOUNDS.sessions) sessions.pop();
    return;
  }
  joined.start = Math.min(joined.start, at);
  joined.end = Math.max(joined.end, at);
  joined.acts++;
  if (deep) joined.deep++;
  if (bought) joined.bought++;
  const before = sessions[place + 1];
  if (before === undefined || joined.start - before.end > SESSION_GAP_MS) return;
  joined.start = before.start;
  for (const key of ['acts', 'deep', 'bought'] as const) joined[key] += before[key];
  sessions.splice(place + 1, 1);
}
