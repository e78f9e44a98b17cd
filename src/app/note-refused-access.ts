import { LRUCache } from 'lru-cache';
import { type Log } from '../ports/log.js';
import { type RefusalReason, type RefusedAccessLog } from '../ports/refused-access.js';
import { Allowance, type Allowed } from './allowance.js';

const OF_CALLER: Allowed = { most: 10, everyMs: 60_000 };
/** Over all callers of a process: at most 28,800 a day after the first 200. */
const OF_PROCESS: Allowed = { most: 200, everyMs: 3_000 };
const KNOWN_CALLERS = 10_000;
const LONGEST_NAME = 128;

/** What may still be noted of a caller, and how often it was not. */
class Caller extends Allowance {
  unnoted = 0;
}

export interface RefusedAccessPorts {
  refusedAccess: RefusedAccessLog;
  pseudonym: (userId: string) => string;
  clock: () => number;
  log: Log;
}

/** Who asked, for what, and why not. */
export interface Refused {
  actor: string;
  /** The one user whom his token may name. */
  userId: string | null;
  subject: string;
  why: RefusalReason;
}

/**
 * Note in the audit who was refused. Callers that are refused over and over are noted ten times and then once a minute, with how often it was meanwhile, so
 * that nobody fills the audit; nobody waits for it either.
 */
export function createNoteRefusedAccess({ refusedAccess, pseudonym, clock, log }: RefusedAccessPorts): (refused: Refused) => void {
  const ofCallers = new LRUCache<string, Caller>({ max: KNOWN_CALLERS });
  const ofProcess = new Allowance(OF_PROCESS, clock());
  return ({ actor, userId, subject, why }) => {
    const at = clock();
    const caller = JSON.stringify([actor, userId]);
    const own = ofCallers.get(caller) ?? new Caller(OF_CALLER, at);
    ofCallers.set(caller, own);
    if (!own.isAny(at) || !ofProcess.isAny(at)) return void own.unnoted++;
    own.take();
    ofProcess.take();
    const { unnoted } = own;
    own.unnoted = 0;
    const noted = { at, actor, user: userId === null ? null : pseudonym(userId), subject: subject.slice(0, LONGEST_NAME), why, unnoted };
    refusedAccess.note(noted).catch((error: unknown) => log.warn({ err: error }, 'refused access could not be noted in the audit'));
  };
}
