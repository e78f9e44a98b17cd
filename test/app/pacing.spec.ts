import { createPacing } from '../../src/app/pacing.js';

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('pacing', () => {
  it('lets those begin without waiting who are few', async () => {
    const pace = createPacing(2);
    expect([pace(), pace()]).toEqual([undefined, undefined]);
    await turnOfLoop();
    expect(pace()).toBeUndefined();
  });

  it('lets those who ask at once begin in their order, so many in a turn of the loop', async () => {
    const pace = createPacing(2);
    const told: string[] = [];
    const all = ['a', 'b', 'c', 'd', 'e'].map(async (name) => (await pace(), told.push(name)));
    for (const turn of [1, 2, 3]) {
      await turnOfLoop();
      told.push(`turn ${turn}`);
    }
    await Promise.all(all);
    expect(told).toEqual(['a', 'b', 'c', 'd', 'turn 1', 'e', 'turn 2', 'turn 3']);
  });

  it('keeps the order where some ask again while others wait', async () => {
    const pace = createPacing(1);
    const told: string[] = [];
    const twice = async (name: string): Promise<void> => {
      for (const time of [1, 2]) {
        await pace();
        told.push(`${name}${time}`);
      }
    };
    await Promise.all(['a', 'b', 'c'].map(twice));
    expect(told).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });
});
