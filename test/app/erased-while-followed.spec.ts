import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { type Notices } from '../../src/ports/notices.js';
import { openTestBinding } from '../support/app-binding.js';
import { eventually } from '../support/eventually.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const BEFORE = new Date(NOW - 60_000).toISOString();

describe('somebody who is erased while another process takes over what he did', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let here: RunningApp;
  let elsewhere: RunningApp;
  /** While true no notice reaches the other process. */
  let isDeaf = false;
  const listeners: ((about: string) => void)[] = [];
  const record = ({ app }: RunningApp, ...events: RawInput[]) =>
    app.recordEvents(events.map((event) => ({ occurredAt: BEFORE, ...event })));

  beforeAll(async () => {
    const { binding, options, close } = await openTestBinding(() => NOW);
    closers.push(close);
    const subscribe: Notices['subscribe'] = (channel, listener) => {
      if (channel === 'people') listeners.push(listener);
      binding.notices.subscribe(channel, (about) => (isDeaf ? undefined : listener(about)));
    };
    here = await createApp(binding, options);
    elsewhere = await createApp({ ...binding, notices: { ...binding.notices, subscribe } }, options);
    closers.push(() => here.close(), () => elsewhere.close()); // prettier-ignore
    await here.app.upsertItems([{ id: 'tea', title: 'tea', categories: ['home'] }]);
    await elsewhere.index.refreshCatalogue();
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('is nobody there either, and nobody follows him', async () => {
    const { accepted } = await record(
      here,
      { id: '1', type: 'LIKE', userId: 'gone', itemId: 'tea' },
      { id: '2', type: 'FOLLOW', userId: 'fan', targetUserId: 'gone' },
      { id: '3', type: 'LIKE', userId: 'fan', itemId: 'tea' },
    );
    expect(accepted).toBe(3);
    let goOn = (): void => undefined;
    const erased = new Promise<void>((resolve) => (goOn = resolve));
    const following = elsewhere.index.follow(() => erased.then(() => () => null));
    await here.app.eraseUser('gone');
    const isRefused = async (): Promise<void> => {
      const { rejected } = await record(elsewhere, { id: '4', type: 'LIKE', userId: 'gone', itemId: 'tea' });
      expect(rejected.map(({ code }) => code)).toEqual(['ERASED_USER']);
    };
    await eventually(isRefused);
    goOn();
    await following;
    const { acts } = elsewhere.index.shop;
    expect([acts.of('gone').length, acts.of('fan').length]).toEqual([0, 1]);
    expect([...elsewhere.index.edges.followeesOf('fan').keys()]).toEqual([]);
  });

  it('is forgotten by a process whose notices were lost, once it hears again', async () => {
    await record(
      here,
      { id: '5', type: 'LIKE', userId: 'lost', itemId: 'tea' },
      { id: '6', type: 'FOLLOW', userId: 'fan', targetUserId: 'lost' },
    );
    await elsewhere.index.follow(() => Promise.resolve(() => null));
    const known = () => [...elsewhere.index.users()].sort();
    expect(known()).toEqual(['fan', 'lost']);
    isDeaf = true;
    await here.app.eraseUser('lost');
    expect(known()).toEqual(['fan', 'lost']);
    isDeaf = false;
    for (const listener of listeners) listener('');
    await eventually(() => expect(known()).toEqual(['fan']));
  });
});
