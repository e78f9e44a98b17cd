import { type Notices } from '../../src/ports/notices.js';
import { eventually } from '../support/eventually.js';

export interface NoticesUnderTest {
  /** Notices of this process and of another. */
  here: Notices;
  there: Notices;
  /** Cut the connections that both listen on. */
  cut: () => Promise<void>;
  close: () => Promise<void>;
}

/** What every way of giving notice has to do. */
export function noticesContract(name: string, make: () => Promise<NoticesUnderTest>): void {
  describe(`notices: ${name}`, () => {
    let made: NoticesUnderTest;
    const heard: string[] = [];
    const listen = (notices: Notices, who: string) => {
      for (const channel of ['catalogue', 'settings', 'neighbours'] as const)
        notices.subscribe(channel, () => heard.push(`${who} ${channel}`));
    };
    beforeEach(async () => {
      heard.length = 0;
      made = await make();
    });
    afterEach(() => made.close());

    it('reaches every process that subscribed to the channel, its own too', async () => {
      listen(made.here, 'here');
      listen(made.there, 'there');
      await made.here.publish('settings');
      await eventually(() => expect([...heard].sort()).toEqual(['here settings', 'there settings']));
    });

    it('tells what it is about, in any letters', async () => {
      const told: string[] = [];
      made.there.subscribe('people', (about) => void told.push(about));
      for (const about of ['["ann"]', "it's \\ 鞋 ;--", undefined]) await made.here.publish('people', about);
      await eventually(() => expect(told).toEqual(['["ann"]', "it's \\ 鞋 ;--", '']));
    });

    it('calls every listener of a channel, also after one that throws', async () => {
      made.here.subscribe('catalogue', () => {
        throw new Error('this listener fails');
      });
      listen(made.here, 'one');
      listen(made.here, 'two');
      await made.there.publish('catalogue');
      await eventually(() => expect(heard).toEqual(['one catalogue', 'two catalogue']));
    });

    it('calls all listeners after a lost connection, and hears again', async () => {
      listen(made.here, 'here');
      await made.cut();
      await eventually(() => expect([...heard].sort()).toEqual(['here catalogue', 'here neighbours', 'here settings']));
      heard.length = 0;
      await made.there.publish('neighbours');
      await eventually(() => expect(heard).toEqual(['here neighbours']));
    });
  });
}
