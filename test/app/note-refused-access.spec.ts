import { createPostgresRefusedAccessLog } from '../../src/adapters/postgres/refused-access-log.js';
import { createNoteRefusedAccess } from '../../src/app/note-refused-access.js';
import { type RefusedAccess } from '../../src/ports/refused-access.js';
import { openTestDatabase } from '../adapters/postgres-logs.js';

const MINUTE = 60_000;
const REFUSED = { actor: 'console', userId: null, subject: 'models', why: 'scope' } as const;

describe('notes of refused access', () => {
  let now: number;
  let noted: RefusedAccess[];
  let warnings: number;
  beforeEach(() => {
    [now, noted, warnings] = [1_000_000, [], 0];
  });
  const open = (note = (refused: RefusedAccess) => Promise.resolve(void noted.push(refused))) =>
    createNoteRefusedAccess({
      refusedAccess: { note },
      pseudonym: (userId) => `p-${userId.length}`,
      clock: () => now,
      log: { info: () => undefined, warn: () => void warnings++, error: () => undefined },
    });

  it('say who asked for what and why not, and name a user by his pseudonym', () => {
    open()({ actor: 'phone', userId: 'ann', subject: 'feed', why: 'user' });
    expect(noted).toEqual([{ at: now, actor: 'phone', user: 'p-3', subject: 'feed', why: 'user', unnoted: 0 }]);
  });

  it('are ten at once of one caller, then one a minute that counts the others', () => {
    const note = open();
    for (let n = 0; n < 500; n++) note(REFUSED);
    expect(noted).toHaveLength(10);
    now += MINUTE;
    for (let n = 0; n < 500; n++) note(REFUSED);
    // 490 of the first round, and the last of the ten that were noted had none before it.
    expect(noted.slice(9).map(({ unnoted }) => unnoted)).toEqual([0, 490]);
    now += 60 * MINUTE;
    for (let n = 0; n < 500; n++) note(REFUSED);
    expect(noted).toHaveLength(21);
    expect(noted[11].unnoted).toBe(499);
  });

  it('leave room for others while one caller floods', () => {
    const note = open();
    for (let n = 0; n < 100_000; n++) note(REFUSED);
    note({ ...REFUSED, actor: 'other' });
    note({ ...REFUSED, userId: 'ann' });
    expect(noted.slice(10).map(({ actor, user }) => [actor, user])).toEqual([
      ['other', null],
      ['console', 'p-3'],
    ]);
  });

  it('are bounded over all callers: 200 at once and twenty a minute', () => {
    const note = open();
    for (let n = 0; n < 5_000; n++) note({ ...REFUSED, actor: `a${n}` });
    expect(noted).toHaveLength(200);
    now += MINUTE;
    for (let n = 0; n < 5_000; n++) note({ ...REFUSED, actor: `b${n}` });
    expect(noted).toHaveLength(220);
  });

  it('keep nobody waiting, and a store that is away is told to the log', async () => {
    open(() => Promise.reject(new Error('away')))(REFUSED);
    await new Promise(setImmediate);
    expect(warnings).toBe(1);
  });

  it('are in the audit', async () => {
    const { pool, close } = await openTestDatabase();
    try {
      const refused: RefusedAccess = { at: 7, actor: 'phone', user: 'p', subject: 'feed', why: 'user', unnoted: 3 };
      await createPostgresRefusedAccessLog(pool).note(refused);
      expect((await pool.query('SELECT at::int, actor, action, subject, before, after FROM audit')).rows).toEqual([
        { at: 7, actor: 'phone', action: 'accessRefused', subject: 'feed', before: null, after: { user: 'p', why: 'user', unnoted: 3 } },
      ]);
    } finally {
      await close();
    }
  });
});
