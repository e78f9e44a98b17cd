import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.js';
import { identityUserId } from '../../core/privacy/identity.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { isId } from '../../core/requests/input-reader.js';
import { type Erasures, type HeldRecords } from '../../ports/people-store.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type App } from '../app.js';
import { type ErasureReceiptAnswer, type HoldingAnswer, type UserProfileAnswer } from '../answers.js';
import { type ShopIndex } from '../shop-index.js';
import { type TriggersInForce } from '../triggers/triggers-in-force.js';
import { type InFlight } from './in-flight.js';
import { type People } from './people.js';
import { neededState } from '../needed-state.js';

interface PersonalDataPorts {
  people: People;
  erasures: Erasures;
  states: LiveStates;
  index: ShopIndex;
  triggers: Pick<TriggersInForce, 'forget'>;
  inFlight: InFlight;
  clock: () => number;
  retentionDays?: number;
  userProfile: (userId: string) => Promise<UserProfileAnswer>;
}

/** What each store is for. */
const PURPOSE_OF: Record<HeldRecords['what'], Purpose> = {
  events: 'ESSENTIAL',
  exposures: 'ANALYTICS',
  attributes: 'ESSENTIAL',
  consents: 'ESSENTIAL',
  controls: 'ESSENTIAL',
  identities: 'ESSENTIAL',
  state: 'PERSONALISATION',
  firings: 'PERSONALISATION',
  mentions: 'SOCIAL_GRAPH',
};
const WITH_RETENTION: ReadonlySet<HeldRecords['what']> = new Set(['events', 'exposures', 'firings', 'mentions']);

/** What an erasure cannot reach at once, for the receipt. */
const LATER = [
  'bytes of rows that were changed or removed stay in the files of the database until it reuses them, and in its log until that is recycled',
  'backups, until they are replaced by later ones',
];
/** One write under way may have passed the check before the mark; a second look finds it. */
const MOST_PASSES = 3;

/** What is held on a user: told, given out, and removed. */
export function createPersonalData(ports: PersonalDataPorts): Pick<App, 'dataHeld' | 'exportUser' | 'eraseUser'> {
  const { people, erasures, states, clock, retentionDays = null, userProfile } = ports;
  const holding = ({ what, records, oldest }: HeldRecords): HoldingAnswer => ({
    what,
    records,
    purpose: PURPOSE_OF[what],
    retentionDays: WITH_RETENTION.has(what) ? retentionDays : null,
    oldest,
  });
  return {
    async dataHeld(userId) {
      const subjects = await subjectsOf(checked(userId), people);
      const [held, state, person] = await Promise.all([erasures.held(subjects), neededState(states, userId), people.get(userId)]);
      const known = held.map((entry) =>
        entry.what === 'state' ? { ...entry, records: Number(state.eventCount > 0 || entry.records > 0) } : entry,
      );
      const last = person.consents.at(-1) ?? null;
      return {
        userId,
        consent: { userId, purposes: [...people.purposesOf(person, Infinity)], updatedAt: last?.at ?? null },
        holdings: known.filter(({ records }) => records > 0).map(holding),
      };
    },
    exportUser: (userId) => exportLines(checked(userId), ports, userProfile),
    async eraseUser(userId) {
      const erasedAt = clock();
      const removed = await erase(checked(userId), erasedAt, ports);
      const receipt: Omit<ErasureReceiptAnswer, 'hash'> = { userId, erasedAt, removed: removed.map(holding), later: LATER };
      const hash = createHash('sha256').update(JSON.stringify(receipt)).digest('hex');
      await erasures.keepReceipt(people.keyOf(userId), { removed: receipt.removed, hash });
      return { ...receipt, hash };
    },
  };
}

function checked(userId: string): string {
  if (isId(userId)) return userId;
  const message = 'userId must be 1 to 128 characters without control characters';
  throw new AppError('INVALID_INPUT', message, [{ path: 'userId', code: 'INVALID_INPUT', message }]);
}

/** The user and every identity that is his as a whole; one that is his for a session is of a shared device. */
async function subjectsOf(userId: string, people: People): Promise<string[]> {
  const { links } = await people.get(userId);
  return [userId, ...links.filter(({ part }) => part === null).map(identityUserId)];
}

async function erase(
  userId: string,
  at: number,
  { people, erasures, states, index, triggers, inFlight }: PersonalDataPorts,
): Promise<HeldRecords[]> {
  const subjects = await subjectsOf(userId, people);
  for (const subject of subjects) await people.markErased(subject, at);
  const total = new Map<HeldRecords['what'], number>();
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    await inFlight.settled();
    states.drop(subjects);
    await states.saved();
    const { removed, followers } = await people.changing(subjects, () => erasures.wipe(subjects));
    states.drop([...subjects, ...followers]);
    for (const { what, records } of removed) total.set(what, (total.get(what) ?? 0) + records);
    if (removed.length === 0) break;
  }
  triggers.forget(subjects);
  await index.forget(subjects);
  await people.tellWiped(subjects);
  return [...total].map(([what, records]) => ({ what, records, oldest: null }));
}

async function* exportLines(
  userId: string,
  { people, erasures }: PersonalDataPorts,
  userProfile: PersonalDataPorts['userProfile'],
): AsyncGenerator<string> {
  const { tags, segments, lifecycle } = await userProfile(userId);
  const lines = (records: { what: string; record: object }[]): string =>
    records.map(({ what, record }) => `${JSON.stringify({ what, ...record })}\n`).join('');
  yield lines([
    { what: 'profile', record: { userId, segments, lifecycle } },
    ...tags({ dimension: null }).map((tag) => ({ what: 'tag', record: tag })),
  ]);
  for await (const batch of erasures.records(await subjectsOf(userId, people))) if (batch.length > 0) yield lines(batch);
}
