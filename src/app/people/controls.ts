import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { type Identity, type IdentityLink, identityUserId, lastSession } from '../../core/privacy/identity.js';
import { type Mute, MUTE_KINDS, mutesInForce, type Person } from '../../core/privacy/person.js';
import { PURPOSES } from '../../core/privacy/purposes.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { emptyCursor } from '../../core/tags/cursor.js';
import { parseInstant } from '../../core/events/instant.js';
import { type Ledger } from '../../ports/ledger.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type PeopleStore, type PersonalAct, type PersonChange } from '../../ports/people-store.js';
import { type App, type RawInput } from '../app.js';
import { type UserProfileAnswer } from '../answers.js';
import { type People } from './people.js';
import { type RebuildStates } from './rebuild-states.js';

interface ControlPorts {
  people: People;
  peopleStore: PeopleStore;
  rebuildStates: RebuildStates;
  ledger: Ledger;
  exposureLog: ExposureLog;
  clock: () => number;
  pseudonym: (userId: string) => string;
  userProfile: (userId: string) => Promise<UserProfileAnswer>;
  /** Looks at what identities saw of experiments before they are linked; what it gives keeps that afterwards. */
  keepArms: (userId: string, links: readonly IdentityLink[]) => Promise<() => Promise<void>>;
}

type Controls = Pick<
  App,
  'setConsent' | 'setBreadth' | 'mute' | 'unmute' | 'resetInterests' | 'linkIdentities' | 'unlinkIdentity' | 'mergeVisitor'
>;

const MAX_MUTES = 500;
const MAX_IDENTITIES = 50;

/** What a user decides for himself, and which accounts are his. Every change acts on the next feed and is kept in the audit under a pseudonym. */
export function createPersonalControls(ports: ControlPorts): Controls {
  const { people, peopleStore, clock, userProfile, rebuildStates } = ports;
  const actOf = (action: string, userId: string, actor: string): PersonalAct => ({
    action,
    actor,
    subject: ports.pseudonym(userId),
    at: clock(),
  });
  const change = async (userId: string, what: PersonChange, act: PersonalAct): Promise<UserProfileAnswer> => {
    await people.changing([userId], () => peopleStore.change(userId, what, act));
    return userProfile(userId);
  };
  return {
    async setConsent({ userId, purposes }, actor) {
      const id = checkedUser(userId);
      // Without it nothing at all could be kept, not even this decision.
      const decided = PURPOSES.filter((purpose) => purpose === 'ESSENTIAL' || purposes.includes(purpose));
      const act = actOf('setConsent', id, actor);
      await people.changing([id], () => peopleStore.addConsent(id, { at: act.at, purposes: decided }, act));
      return { userId: id, purposes: decided, updatedAt: act.at };
    },
    async setBreadth({ userId, breadth }, actor) {
      const id = checkedUser(userId);
      if (!(breadth >= -1 && breadth <= 1)) refuse('breadth', `breadth is ${shown(breadth)}; it must be a number from -1 to 1`);
      return change(id, { breadth }, actOf('setBreadth', id, actor));
    },
    async mute({ userId, target, until }, actor) {
      const id = checkedUser(userId);
      const wanted = readTarget(target);
      const now = clock();
      const end = until === null || until === undefined ? null : readUntil(until, now);
      const rest = mutesInForce(await people.get(id), now).filter((mute) => !isSame(mute, wanted));
      if (rest.length >= MAX_MUTES) throw new AppError('CONFLICT', `the user has ${MAX_MUTES} mutes already, as many as there may be`);
      return change(id, { muted: [...rest, { ...wanted, until: end }] }, actOf('mute', id, actor));
    },
    async unmute({ userId, target }, actor) {
      const id = checkedUser(userId);
      const wanted = readTarget(target);
      const rest = mutesInForce(await people.get(id), clock()).filter((mute) => !isSame(mute, wanted));
      return change(id, { muted: rest }, actOf('unmute', id, actor));
    },
    async resetInterests(userId, actor) {
      const id = checkedUser(userId);
      const act = actOf('resetInterests', id, actor);
      await people.changing([id], () => peopleStore.change(id, { interestsResetAt: act.at }, act));
      await rebuildStates([id]);
      return userProfile(id);
    },
    ...createIdentities(ports, actOf),
  };
}

function createIdentities(
  ports: ControlPorts,
  actOf: (action: string, userId: string, actor: string) => PersonalAct,
): Pick<Controls, 'linkIdentities' | 'unlinkIdentity' | 'mergeVisitor'> {
  const { people, peopleStore, userProfile, rebuildStates } = ports;
  const link = async (userId: string, links: IdentityLink[], act: PersonalAct): Promise<UserProfileAnswer> => {
    const touched = [userId, ...links.map(identityUserId)];
    const keep = await ports.keepArms(userId, links);
    await people.changing(touched, async () => {
      await peopleStore.link(links, act);
      await keep();
    });
    await rebuildStates(touched);
    return userProfile(userId);
  };
  return {
    linkIdentities({ userId, identities }, actor) {
      const id = checkedUser(userId);
      if (identities.length === 0 || identities.length > MAX_IDENTITIES)
        refuse('identities', `identities has ${identities.length} entries; it must have 1 to ${MAX_IDENTITIES}`);
      const act = actOf('linkIdentities', id, actor);
      return link(
        id,
        identities.map((identity, i) => wholeLink(checkedIdentity(identity, `identities.${i}`), id, act.at)),
        act,
      );
    },
    async unlinkIdentity({ userId, identity }, actor) {
      const id = checkedUser(userId);
      const checked = checkedIdentity(identity, 'identity');
      const touched = [id, identityUserId(checked)];
      const found = await people.changing(touched, () => peopleStore.unlink(id, checked, actOf('unlinkIdentity', id, actor)));
      if (!found) throw new AppError('NOT_FOUND', 'the user has no such identity');
      await rebuildStates(touched);
      return userProfile(id);
    },
    async mergeVisitor({ visitor, userId, scope }, actor) {
      const id = checkedUser(userId);
      const identity = checkedIdentity(visitor, 'visitor');
      const act = actOf('mergeVisitor', id, actor);
      if (scope === 'ALL') return link(id, [wholeLink(identity, id, act.at)], act);
      const part = lastSession(await momentsOf(identity, ports));
      return part === null ? userProfile(id) : link(id, [{ ...identity, userId: id, linkedAt: act.at, part }], act);
    },
  };
}

const wholeLink = (identity: Identity, userId: string, linkedAt: number): IdentityLink => ({ ...identity, userId, linkedAt, part: null });

/** What an identity did and was served that belongs to nobody else yet. */
async function momentsOf(identity: Identity, { ledger, exposureLog }: ControlPorts) {
  const subject = identityUserId(identity);
  const [events, pages] = await Promise.all([
    ledger.eventsOfUser(subject, emptyCursor()),
    exposureLog.pagesOfUser(subject, emptyCursor(), 0),
  ]);
  return [...events, ...pages.map(({ sessionId, servedAt }) => ({ sessionId, occurredAt: servedAt }))];
}

const isSame = (mute: Mute, { kind, name }: Pick<Mute, 'kind' | 'name'>): boolean => mute.kind === kind && mute.name === name;

function refuse(path: string, message: string): never {
  throw new AppError('INVALID_INPUT', message, [{ path, code: 'INVALID_INPUT', message }]);
}

function checkedUser(userId: string): string {
  const read = new InputReader({ userId }, []);
  const id = read.id('userId');
  read.refuseFaults();
  return id!;
}

function checkedIdentity({ platform, externalId }: Identity, path: string): Identity {
  const faults: Fault[] = [];
  const read = new InputReader({ platform, externalId }, faults, `${path}.`);
  const checked = { platform: read.id('platform') ?? '', externalId: read.id('externalId') ?? '' };
  refuseFaults(faults);
  return checked;
}

const FIELD_OF: Record<Mute['kind'], string> = { creator: 'creatorId', brand: 'brand', category: 'category', tag: 'tag' };

/** Exactly one thing to mute. */
function readTarget(target: RawInput): Pick<Mute, 'kind' | 'name'> {
  const read = new InputReader(target, [], 'target.');
  const given = MUTE_KINDS.filter((kind) => read.has(FIELD_OF[kind]));
  if (given.length !== 1)
    refuse('target', `target names ${given.length} things; it must name one of ${Object.values(FIELD_OF).join(', ')}`);
  const name = read.id(FIELD_OF[given[0]]);
  read.refuseFaults();
  return { kind: given[0], name: name! };
}

/** The controls of a profile, in the shape of the public schema. */
export function presentControls(person: Person, now: number): UserProfileAnswer['controls'] {
  const muted = mutesInForce(person, now).map(({ kind, name, until }) => ({
    creatorId: null, brand: null, category: null, tag: null, [FIELD_OF[kind]]: name, until,
  })); // prettier-ignore
  return { breadth: person.breadth, muted };
}

function readUntil(until: string, now: number): number {
  const at = parseInstant(until);
  if (at > now) return at;
  return refuse('until', `until is ${shown(until)}; it must be an ISO 8601 time with its offset, in the future`);
}
