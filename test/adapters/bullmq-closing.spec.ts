import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { closed, createBusy } from '../../src/adapters/bullmq/closing.js';

const never = new Promise<never>(() => undefined);

describe('closing queues', () => {
  it('ends with them, and nobody is cut off who is quick', async () => {
    const cut = jest.fn();
    await closed(sleep(10), createBusy(), cut);
    expect(cut).not.toHaveBeenCalled();
  });

  it('tells what went wrong with it', async () => {
    await expect(closed(Promise.reject(new Error('torn')), createBusy(), () => undefined)).rejects.toThrow('torn');
  });

  it('ends when those who are cut off end', async () => {
    let end = (): void => undefined;
    await closed(new Promise<void>((resolve) => (end = resolve)), createBusy(), () => end());
  });

  it('leaves alone who was cut off and waits all the same', async () => {
    const cut = jest.fn();
    await closed(never, createBusy(), cut);
    expect(cut).toHaveBeenCalledTimes(5);
  }, 10_000);

  it('waits for a handler however long it takes, and cuts nobody off before', async () => {
    const busy = createBusy();
    const cut = jest.fn();
    let isDone = false;
    const handled = busy.during(() => sleep(2_500).then(() => (isDone = true)))();
    await closed(handled, busy, cut);
    expect(isDone).toBe(true);
    expect(cut).not.toHaveBeenCalled();
  });
});
