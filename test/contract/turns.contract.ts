import { setTimeout as later } from 'node:timers/promises';
import { type Turns } from '../../src/ports/turns.js';

/** What every way of taking turns has to do; `open` gives two that know of each other, or the same one twice where there is one process only. */
export function turnsContract(name: string, open: () => [Turns, Turns]): void {
  describe(`turns: ${name}`, () => {
    it('do one key in order and different keys at once, and go on after a failure', async () => {
      const [turns] = open();
      const seen: string[] = [];
      const note = (what: string, ms: number) => async () => {
        await later(ms);
        seen.push(what);
      };
      const failed = turns.inTurn('a', () => Promise.reject(new Error('no')));
      await Promise.all([
        expect(failed).rejects.toThrow('no'),
        turns.inTurn('a', note('a1', 150)),
        turns.inTurn('a', note('a2', 1)),
        turns.inTurn('b', note('b1', 20)),
      ]);
      expect(seen).toEqual(['b1', 'a1', 'a2']);
    });

    it('do one thing at a time over all that share them', async () => {
      const both = open();
      let under = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++under);
        await later(3);
        under--;
      };
      await Promise.all(Array.from({ length: 20 }, (_, i) => both[i % 2].inTurn('page', work)));
      expect(most).toBe(1);
    });
  });
}
