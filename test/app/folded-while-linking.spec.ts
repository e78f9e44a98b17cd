import { setTimeout as delay } from 'node:timers/promises';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { type Binding } from '../../src/ports/binding.js';
import { type LiveStates } from '../../src/ports/live-states.js';
import { openTestBinding } from '../support/app-binding.js';
import { eventually } from '../support/eventually.js';

const START = Date.UTC(2026, 0, 15, 12);
const IDENTITY = { platform: 'video', externalId: 'v-1' };
/** Long enough for a change of links that waits for nothing. */
const WHILE_MS = 400;

/** Live states whose changes wait while the gate is shut. */
function gated(states: LiveStates, gate: { open: Promise<void> }): LiveStates {
  return {
    read: (userId) => states.read(userId),
    readMany: (userIds) => states.readMany(userIds),
    update: async (userIds, change) => {
      await gate.open;
      return states.update(userIds, change);
    },
    drop: (userIds) => states.drop(userIds),
    flush: () => states.flush(),
    saved: () => states.saved(),
  };
}

describe('an act that is being folded while its identity is taken away', () => {
  const closers: (() => Promise<unknown>)[] = [];
  const gate = { open: Promise.resolve() };
  let now = START;
  let acts = 0;
  let here: RunningApp;
  let elsewhere: RunningApp;

  const shut = (): (() => void) => {
    let open!: () => void;
    gate.open = new Promise((resolve) => (open = resolve));
    return open;
  };
  const act = async ({ app }: RunningApp): Promise<void> => {
    const event: RawInput = {
      id: `act-${acts++}`,
      type: 'LIKE',
      identity: IDENTITY,
      itemId: 'tea',
      occurredAt: new Date(now).toISOString(),
    };
    expect((await app.recordEvents([event])).rejected).toEqual([]);
  };
  const link = () => here.app.linkIdentities({ userId: 'ann', identities: [IDENTITY] }, 'a shop');
  const unlink = () => here.app.unlinkIdentity({ userId: 'ann', identity: IDENTITY }, 'a shop');
  /** Take the identity away while what is folded has been read and waits to be put into the state. */
  const takeAwayDuring = async (fold: () => Promise<void>): Promise<void> => {
    const open = shut();
    const folding = fold();
    await delay(WHILE_MS);
    const unlinking = unlink();
    await Promise.race([unlinking, delay(WHILE_MS)]);
    open();
    await Promise.all([folding, unlinking]);
  };
  const knows = async ({ app }: RunningApp): Promise<boolean> => (await app.userProfile('ann')).tags({ dimension: null }).some(({ key }) => key === 'category-affinity:home'); // prettier-ignore

  beforeAll(async () => {
    const { binding: opened, options, close } = await openTestBinding(() => now);
    closers.push(close);
    const binding: Binding = { ...opened, createStates: (load) => gated(opened.createStates(load), gate) };
    [here, elsewhere] = [await createApp(binding, options), await createApp(binding, options)];
    closers.push(() => here.close(), () => elsewhere.close()); // prettier-ignore
    await here.app.upsertItems([{ id: 'tea', title: 'tea', categories: ['home'] }]);
    await elsewhere.index.follow(() => Promise.resolve(() => null));
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  beforeEach(async () => {
    await link();
  });

  it('does not count when it is folded, where that was done', async () => {
    await takeAwayDuring(() => act(here));
    expect(await knows(here)).toBe(false);
  });

  it('nor where the fold is of what another process left', async () => {
    expect(await knows(here)).toBe(true);
    await act(elsewhere);
    now += 10_000;
    await takeAwayDuring(() => here.follow.mend());
    expect(await knows(here)).toBe(false);
  });

  it('nor, before long, in another process', async () => {
    const open = shut();
    const acting = act(elsewhere);
    await delay(WHILE_MS);
    await unlink();
    open();
    await acting;
    await eventually(async () => expect(await knows(elsewhere)).toBe(false));
  });
});
